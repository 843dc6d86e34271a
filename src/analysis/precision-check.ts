import type { Detection, Precision } from '../contract/index.ts'
import { type Box, iou } from '../detection/geometry.ts'
import { forkProcess } from '../fork-process.ts'

export interface ComparisonSettings {
  modelDir: string
  picturePath: string
  minConfidence: number
}

/** What one precision found in the picture, and the processor time of its fastest run, in seconds. */
export interface PrecisionOutcome {
  detections: Detection[]
  seconds: number
}

export interface Comparison {
  fp32: PrecisionOutcome
  int8: PrecisionOutcome
}

export type ComparisonMessage = ({ kind: 'compared' } & Comparison) | { kind: 'failed'; message: string }

export interface PrecisionDecision {
  precision: Precision
  /** A sentence. */
  reason: string
  fp32Seconds: number
  int8Seconds: number
}

/** It must be worth it: below that, what differs between two machines' moments decides. */
const MAX_TIME_RATIO = 0.9
/** Signs that users see with the default threshold. */
const MIN_CONFIDENCE = 0.5
const MAX_CONFIDENCE_CHANGE = 0.15
/** Two pixels askew in both directions on a sign of 24: what coarser numbers do. Two different signs never get there. */
const MIN_IOU = 0.7
const LIMIT_MS = 120_000

/**
 * Runs both precisions of a model on a picture with signs, in a process of its own, and decides.
 * @throws Error saying why nothing could be compared; the signal's reason.
 */
export async function checkPrecision(
  modelDir: string,
  picturePath: string,
  signal: AbortSignal,
): Promise<PrecisionDecision> {
  signal.throwIfAborted()
  // A sign just above the threshold may be just below it in the other.
  const minConfidence = MIN_CONFIDENCE - MAX_CONFIDENCE_CHANGE
  const settings: ComparisonSettings = { modelDir, picturePath, minConfidence }
  const child = forkProcess(new URL('./precision-process.js', import.meta.url), { argument: settings })
  const kill = () => child.kill('SIGKILL')
  const limit = setTimeout(kill, LIMIT_MS)
  signal.addEventListener('abort', kill, { once: true })
  let message: ComparisonMessage | null = null
  child.on('message', (given: ComparisonMessage) => {
    message = given
    kill()
  })
  child.stderr?.resume()
  try {
    const end = await new Promise<string>((resolve) => {
      child.on('error', (err) => resolve(err.message))
      child.on('close', (code, by) => resolve(`it exited with ${by ?? `code ${code}`}`))
    })
    signal.throwIfAborted()
    return decide(message ?? { kind: 'failed', message: end })
  } finally {
    clearTimeout(limit)
    signal.removeEventListener('abort', kill)
  }
}

/** int8 where it is faster and finds what fp32 finds. @throws Error where nothing was compared. */
export function decide(message: ComparisonMessage): PrecisionDecision {
  if (message.kind === 'failed') throw new Error(`The precisions could not be compared: ${message.message}`)
  const { fp32, int8 } = message
  const figures = { fp32Seconds: fp32.seconds, int8Seconds: int8.seconds }
  const difference = differenceOf(fp32.detections, int8.detections)
  if (difference !== null) return { precision: 'fp32', reason: difference, ...figures }
  const ratio = int8.seconds / fp32.seconds
  const share = `int8 takes ${Math.round(ratio * 100)} % of the time of fp32`
  if (ratio > MAX_TIME_RATIO) return { precision: 'fp32', reason: `${share}, which is no gain`, ...figures }
  return { precision: 'int8', reason: `${share} and finds the same signs`, ...figures }
}

/** Why they are not the same signs, as a sentence; null where they are. Both with all above a somewhat lower confidence. */
function differenceOf(fp32: Detection[], int8: Detection[]): string | null {
  if (!fp32.some(isShown)) return 'the model finds no sign in the picture of the check, so nothing can be compared'
  return lacking(['fp32', fp32], ['int8', int8]) ?? lacking(['int8', int8], ['fp32', fp32])
}

type Finds = [Precision, Detection[]]

/** What one finds and the other does not, each of whose signs counts once. */
function lacking([name, signs]: Finds, [otherName, otherSigns]: Finds): string | null {
  const free = new Set(otherSigns)
  for (const sign of signs.filter(isShown)) {
    const there = [...free].filter((candidate) => iou(boxOf(sign), boxOf(candidate)) >= MIN_IOU)
    const twin = there.find((candidate) => isAlike(sign, candidate))
    if (twin !== undefined) {
      free.delete(twin)
      continue
    }
    const what = `${name} finds ${said(sign)} at ${sign.bbox.join(' ')}`
    return there[0] === undefined ? `${what}, ${otherName} nothing there` : `${what}, ${otherName} ${said(there[0])}`
  }
  return null
}

/** With the name: readings of one class share its code. */
function said({ class_code, class_name_en, confidence }: Detection): string {
  return `${class_code} (${class_name_en}) ${confidence}`
}

function isShown({ confidence }: Detection): boolean {
  return confidence >= MIN_CONFIDENCE
}

function isAlike(a: Detection, b: Detection): boolean {
  const isSame = a.class_code === b.class_code && a.class_name === b.class_name
  return isSame && Math.abs(a.confidence - b.confidence) <= MAX_CONFIDENCE_CHANGE
}

function boxOf({ bbox: [x1, y1, x2, y2] }: Detection): Box {
  return { x1, y1, x2, y2 }
}
