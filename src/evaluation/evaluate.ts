import { type ModelManifest, type Precision, precisionsOf, readManifest } from '../detection/model-manifest.ts'
import { ModelProblem } from '../detection/model-problem.ts'
import { SignDetector } from '../detection/sign-detector.ts'
import type { AppError } from '../errors.ts'
import { type CollectRule, collectFinds, lowestConfidence, type Run } from './collect.ts'
import { readText } from './labels/find-format.ts'
import type { LabelSet } from './labels/label-set.ts'
import { type LabelOptions, readLabels } from './labels/read-labels.ts'
import { type Score, type ScoreRule, scorePhotos } from './score.ts'
import { parseNameMap, SignNames } from './sign-names.ts'
import { summarize, type TimeSummary } from './timing.ts'

export interface EvaluationOptions extends LabelOptions, CollectRule, ScoreRule {
  dir: string
  modelDir: string
  precision: Precision
  /** Foreign names → our codes; null: none. */
  mapFile: string | null
}

export interface EvaluatedRun extends Run {
  score: Score
  inferTime: TimeSummary | null
}

/** What an evaluation found out. */
export interface Evaluation {
  model: { name: string; version: string; precision: Precision }
  labels: LabelSet
  /** Names of the labels that the model does not know, with the number of their boxes, most frequent first. */
  unknownNames: { name: string; count: number }[]
  rule: ScoreRule
  lowestConfidence: number
  runs: EvaluatedRun[]
  decodeTime: TimeSummary | null
  failures: { photo: string; error: AppError }[]
}

/** What is told while an evaluation runs. */
export interface EvaluationListener {
  /** Labels are read; detection begins. */
  onLabels: (labels: LabelSet) => void
  /** How far a photo is, 0..1; 1 once for each. */
  onPhoto: (index: number, fraction: number) => void
}

/**
 * Scores a model on the labelled photos of a folder.
 * @throws LabelError for labels, ModelProblem for the model, errors of the file system for the folder.
 */
export async function evaluate(options: EvaluationOptions, listener: EvaluationListener): Promise<Evaluation> {
  const model = await readManifest(options.modelDir)
  refuseMissingPrecision(model, options.precision)
  const names = new SignNames(labelsOf(model))
  if (options.mapFile !== null) {
    names.translate(parseNameMap(await readText(options.mapFile), options.mapFile), options.mapFile)
  }
  const labels = await readLabels(options.dir, options)
  listener.onLabels(labels)
  const detector = await SignDetector.open(model, options.precision)
  await detector.warmUp()
  const collected = await collectFinds(detector, labels.photos, names, options, listener.onPhoto)
  const { minIou, confidence, thresholds } = options
  const rule = { minIou, confidence, thresholds }
  return {
    model: { name: model.name, version: model.version, precision: options.precision },
    labels,
    unknownNames: unknownNamesIn(labels, names),
    rule,
    lowestConfidence,
    runs: collected.runs.map((run) => ({
      ...run,
      score: scorePhotos(run.photos, names, rule),
      inferTime: summarize(run.times),
    })),
    decodeTime: summarize(collected.decodeTimes),
    failures: collected.failures,
  }
}

/** The detector would fall back to fp32, and the figures would be taken for those of int8. */
function refuseMissingPrecision(model: ModelManifest, precision: Precision): void {
  if (precisionsOf(model).includes(precision)) return
  const sentence = { en: `there are no ${precision} weights`, zh: `没有 ${precision} 的权重` }
  throw new ModelProblem(model.path, 'detector.files', sentence)
}

/** The labels that a sign can have. */
function labelsOf({ labels, classifier }: ModelManifest) {
  return labels.filter(({ code }) => code !== classifier?.not_a_sign)
}

function unknownNamesIn({ photos }: LabelSet, names: SignNames): { name: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const { name } of photos.flatMap(({ boxes }) => boxes)) {
    if (name !== null && !names.meaningOf(name).isKnown) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
}
