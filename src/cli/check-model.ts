import { basename, join } from 'node:path'
import sharp from 'sharp'
import type { Detection, DetectionMode, Language } from '../contract/index.ts'
import { decodePicture } from '../detection/decode-picture.ts'
import { describeNetworks, type NetworkDescription } from '../detection/describe-networks.ts'
import { type ModelManifest, type Precision, precisionsOf, readManifest } from '../detection/model-manifest.ts'
import { SignDetector } from '../detection/sign-detector.ts'
import { AppError } from '../errors.ts'
import { packageRoot } from '../package-root.ts'
import type { RawPicture } from '../raw-picture.ts'
import { sentenceOf } from './arguments.ts'
import { type Comparison, comparePrecisions } from './compare-precisions.ts'
import { textsIn } from './texts.ts'

export interface Timing {
  mode: DetectionMode
  precision: Precision
  /** Median of processor time. */
  cpuMs: number
}

/** What was learnt about a model, as far as it could be. */
export interface ModelCheck {
  dir: string
  /** null when the description cannot be read. */
  model: ModelManifest | null
  networks: NetworkDescription[]
  precisions: Precision[]
  timings: Timing[]
  /** What fp32 finds, by picture. */
  detections: { picture: string; detections: Detection[] }[]
  comparisons: Comparison[]
  /** What is wrong with the model: sentences in the language asked for. */
  problems: string[]
  /** Which pictures could not be tried, and why. */
  pictureProblems: string[]
}

interface NamedPicture {
  name: string
  picture: RawPicture
}

const modes = ['fast', 'balanced', 'accurate', 'max'] as const satisfies DetectionMode[]
const bundled = join(packageRoot, 'assets/calibration/street-avenue.jpg')
const maxPixels = 268_402_689
const confidenceThreshold = 0.5

/** Reads a model's directory, loads it in every precision, times it and tries it. Problems are results, not errors. */
export async function checkModel(dir: string, photos: string[], runs: number, language: Language): Promise<ModelCheck> {
  // The processor time of one thread is what is measured.
  sharp.concurrency(1)
  const check: ModelCheck = {
    dir,
    model: null,
    networks: [],
    precisions: [],
    timings: [],
    detections: [],
    comparisons: [],
    problems: [],
    pictureProblems: [],
  }
  const attempt = async <T>(work: () => Promise<T>, problems = check.problems): Promise<T | null> => {
    try {
      return await work()
    } catch (err) {
      problems.push(sentenceOf(err, language))
      return null
    }
  }
  const model = await attempt(() => readManifest(dir))
  if (model === null) return check
  check.model = model
  check.precisions = precisionsOf(model)
  check.networks = (await attempt(() => describeNetworks(model))) ?? []
  if (check.problems.length > 0) return check
  const detectors = new Map<Precision, SignDetector>()
  for (const precision of check.precisions) {
    const detector = await attempt(() => openWarm(model, precision))
    if (detector) detectors.set(precision, detector)
  }
  if (check.problems.length > 0) return check
  await attempt(async () => void check.timings.push(...(await timeAll(detectors, runs))))
  for (const path of [bundled, ...photos]) {
    const picture = await attempt(() => load(path, language), check.pictureProblems)
    if (picture) await attempt(() => tryOn(picture, detectors, check))
  }
  return check
}

async function openWarm(model: ModelManifest, precision: Precision): Promise<SignDetector> {
  const detector = await SignDetector.open(model, precision)
  await detector.warmUp()
  return detector
}

async function load(path: string, language: Language): Promise<NamedPicture> {
  const name = basename(path)
  try {
    return { name, picture: await decodePicture(path, name, { maxPixels }) }
  } catch (err) {
    if (err instanceof AppError) throw err
    throw new Error(`${path}: ${textsIn(language).missing}`, { cause: err })
  }
}

async function timeAll(detectors: Map<Precision, SignDetector>, runs: number): Promise<Timing[]> {
  const picture = await fullHd()
  const timings: Timing[] = []
  for (const mode of modes) {
    for (const [precision, detector] of detectors) {
      timings.push({
        mode,
        precision,
        cpuMs: await medianCpuMs(() => detector.detect(picture, { mode, confidenceThreshold }), runs),
      })
    }
  }
  return timings
}

async function fullHd(): Promise<RawPicture> {
  const [width, height] = [1920, 1080]
  return { data: await sharp(bundled).resize(width, height, { fit: 'fill' }).raw().toBuffer(), width, height }
}

/** Processor time, since others may use the machine too. */
async function medianCpuMs(work: () => Promise<unknown>, runs: number): Promise<number> {
  await work() // Memory for this size is allocated in the first run.
  const times: number[] = []
  for (let run = 0; run < runs; run++) {
    const start = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(start)
    times.push((user + system) / 1000)
  }
  return times.toSorted((a, b) => a - b)[Math.floor(runs / 2)]!
}

async function tryOn({ name, picture }: NamedPicture, detectors: Map<Precision, SignDetector>, check: ModelCheck) {
  const found = new Map<Precision, Detection[]>()
  for (const [precision, detector] of detectors) {
    found.set(precision, await detector.detect(picture, { mode: 'accurate', confidenceThreshold }))
  }
  const fp32 = found.get('fp32') ?? []
  check.detections.push({ picture: name, detections: fp32 })
  const int8 = found.get('int8')
  if (int8) check.comparisons.push(comparePrecisions(name, fp32, int8))
}
