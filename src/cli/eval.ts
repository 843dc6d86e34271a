import { mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import sharp from 'sharp'
import type { Language } from '../contract/index.ts'
import { type Evaluation, evaluate } from '../evaluation/evaluate.ts'
import { missedFloors } from '../evaluation/floors.ts'
import { groupCases, toReportHtml } from '../evaluation/report-html.ts'
import { toReportJson } from '../evaluation/report-json.ts'
import {
  caveatTables,
  conditionName,
  detailTables,
  overviewTable,
  type ReportTable,
  share,
  timingTable,
} from '../evaluation/report-table.ts'
import { reportTextIn } from '../evaluation/texts.ts'
import { languageOf, sentenceOf, UsageError } from './arguments.ts'
import { type EvalArguments, parseEvalArguments } from './eval-arguments.ts'
import { evalTextsIn } from './eval-texts.ts'
import { Progress, printable } from './progress.ts'
import { renderTable } from './table.ts'

const exitCodes = { success: 0, failed: 1, usage: 2 }

async function main(argv: string[], locale: string): Promise<number> {
  const language = languageOf(argv, locale)
  const texts = evalTextsIn(language)
  try {
    const options = parseEvalArguments(argv, language)
    if (options.asksForHelp) {
      console.log(texts.usage)
      return exitCodes.success
    }
    return await evaluateFolder(options, language)
  } catch (err) {
    console.error(printable(sentenceOf(err, language)))
    if (!(err instanceof UsageError)) return exitCodes.failed
    console.error(`\n${texts.usage}`)
    return exitCodes.usage
  }
}

async function evaluateFolder(options: EvalArguments, language: Language): Promise<number> {
  const texts = evalTextsIn(language)
  if (!(await isFolder(options.dir))) throw new UsageError(texts.notAFolder(options.dir))
  // As the server's processes do, and so that times are those of one thread.
  sharp.concurrency(1)
  sharp.cache(false)
  const evaluation = await evaluateWithProgress(options, language)
  if (evaluation.runs[0]!.photos.length === 0) throw new Error(texts.nothingLabelled)
  console.log(describe(evaluation, options.dir, language))
  if (options.jsonPath !== null) await write(options.jsonPath, toReportJson(evaluation), language)
  if (options.htmlPath !== null) {
    const groups = await groupCases(evaluation, options.maxPictures, options.maxPixels)
    const page = toReportHtml(evaluation, groups, options.dir, language)
    await write(await pagePath(options.htmlPath), page, language)
  }
  const isAboveFloors = checkFloors(evaluation, options, language)
  const isComplete = evaluation.failures.length === 0 && evaluation.labels.missing.length === 0
  return isAboveFloors && isComplete ? exitCodes.success : exitCodes.failed
}

async function evaluateWithProgress(options: EvalArguments, language: Language): Promise<Evaluation> {
  const runs = options.modes.length * (1 + options.alterations.length)
  let progress: Progress | null = null
  let photos: string[] = []
  try {
    return await evaluate(options, {
      onLabels: (labels) => {
        photos = labels.photos.map(({ name }) => name)
        progress = new Progress(process.stderr, photos.length)
        process.stderr.write(`${evalTextsIn(language).loading(photos.length, runs)}\n`)
      },
      onPhoto: (index, fraction) => {
        if (fraction < 1) progress?.step(index, 'infer', fraction)
        else progress?.finish(index, photos[index]!)
      },
    })
  } finally {
    ;(progress as Progress | null)?.clear()
  }
}

/** The whole report as text: an overview, and every table for each run with unaltered photos. */
function describe(evaluation: Evaluation, dir: string, language: Language): string {
  const text = reportTextIn(language)
  const { model, labels, rule, runs, lowestConfidence } = evaluation
  const { score } = runs[0]!
  const lines = [
    `${text.model}  ${model.name} ${model.version} (${model.precision})`,
    `${text.folder}  ${printable(dir)} (${labels.format})`,
    text.summary(score.photos, score.signFreePhotos, score.signs, score.ignoredSigns),
    text.rule(rule.minIou, rule.confidence, lowestConfidence),
    '',
    ...tableLines(overviewTable(evaluation, language)),
    ...caveatTables(evaluation, language).flatMap(tableLines),
  ]
  for (const run of runs.filter(({ alteration }) => alteration === null)) {
    lines.push(`── ${text.details(`${run.mode}, ${conditionName(run, text)}`)}`, '')
    lines.push(...detailTables(run.score, language).flatMap(tableLines))
  }
  return [...lines, ...tableLines(timingTable(evaluation, language))].join('\n')
}

function tableLines({ title, note, columns, rows }: ReportTable): string[] {
  const heading = [title, ...(note === null ? [] : [`  ${note}`])]
  if (rows.length === 0) return [...heading, '']
  const table = renderTable([columns, ...rows].map((row) => row.map(printable)))
  return [...heading, ...table.map((line) => `  ${line}`), '']
}

/** Says what fell short. */
function checkFloors(evaluation: Evaluation, { floors }: EvalArguments, language: Language): boolean {
  if (floors.length === 0) return true
  const texts = evalTextsIn(language)
  const missed = missedFloors(floors, evaluation.runs)
  for (const { floor, run, value } of missed) {
    const name = `${run.mode}, ${conditionName(run, reportTextIn(language))}`
    console.error(texts.floorMissed(floor.text, name, share(value)))
  }
  if (missed.length === 0) console.error(texts.floorsReached(floors.length))
  return missed.length === 0
}

async function write(path: string, content: string, language: Language): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
  console.error(evalTextsIn(language).written(printable(path)))
}

/** A name with an ending is a file; anything else, and whatever is a folder already, a folder. */
async function pagePath(asked: string): Promise<string> {
  const isFile = ['.html', '.htm'].includes(extname(asked).toLowerCase()) && !(await isFolder(asked))
  return isFile ? asked : join(asked, 'index.html')
}

async function isFolder(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => null)
  return stats?.isDirectory() ?? false
}

process.exitCode = await main(process.argv.slice(2), Intl.DateTimeFormat().resolvedOptions().locale)
