import type { DetectionMode } from '../contract/index.ts'
import { decodePicture } from '../detection/decode-picture.ts'
import type { SignDetector } from '../detection/sign-detector.ts'
import { AppError } from '../errors.ts'
import type { RawPicture } from '../raw-picture.ts'
import { type Alteration, alter } from './alter/alter.ts'
import type { LabelledPhoto } from './labels/label-set.ts'
import type { SignNames } from './sign-names.ts'
import type { Found, ScoredPhoto, Truth } from './signs.ts'
import { type TimeSample, timed } from './timing.ts'
import { truthsOf } from './truths.ts'

/** Photos as one mode sees them, as they are or altered in one way. */
export interface Run {
  mode: DetectionMode
  alteration: Alteration | null
  photos: ScoredPhoto[]
  /** One for each photo. */
  times: TimeSample[]
}

export interface CollectRule {
  modes: readonly DetectionMode[]
  alterations: readonly Alteration[]
  seed: number
  maxPixels: number
}

export interface Collected {
  /** Unaltered ones first, modes in the order asked for. */
  runs: Run[]
  decodeTimes: TimeSample[]
  /** Photos that cannot be read: left out. */
  failures: { photo: string; error: AppError }[]
}

/** Low enough that what lies below no longer changes an average precision; the lower, the more is classified in vain. */
export const lowestConfidence = 0.02

/**
 * Detects in every photo once for each mode and alteration, through the code that the server runs.
 * @throws LabelError where labels and photo do not belong together.
 */
export async function collectFinds(
  detector: SignDetector,
  photos: readonly LabelledPhoto[],
  names: SignNames,
  rule: CollectRule,
  onPhoto: (index: number, fraction: number) => void,
): Promise<Collected> {
  const conditions = [null, ...rule.alterations]
  const runs = conditions.flatMap((alteration) =>
    rule.modes.map((mode): Run => ({ mode, alteration, photos: [], times: [] })),
  )
  const collected: Collected = { runs, decodeTimes: [], failures: [] }
  for (const [index, photo] of photos.entries()) {
    const decoded = await decode(photo, rule.maxPixels)
    if (decoded instanceof AppError) collected.failures.push({ photo: photo.name, error: decoded })
    else {
      collected.decodeTimes.push(decoded.time)
      const truths = truthsOf(photo, decoded.result, names)
      const seed = seedOf(rule.seed, photo.name)
      for (const [i, alteration] of conditions.entries()) {
        const seen = await underCondition(decoded.result, truths, alteration, seed)
        for (const run of runs.filter((one) => one.alteration === alteration)) {
          const { result, time } = await timed(() => findSigns(detector, seen.picture, run.mode, names))
          run.photos.push({ name: photo.name, truths: seen.truths, found: result })
          run.times.push(time)
        }
        onPhoto(index, (i + 1) / (conditions.length + 1))
      }
    }
    onPhoto(index, 1)
  }
  return collected
}

/** What `alter` is given for one photo. */
export function seedOf(seed: number, photoName: string): string {
  return `${seed}/${photoName}`
}

async function decode(photo: LabelledPhoto, maxPixels: number) {
  try {
    return await timed(() => decodePicture(photo.path, photo.name, { maxPixels }))
  } catch (err) {
    if (err instanceof AppError) return err
    throw err
  }
}

/** A photo and its signs after an alteration; unchanged where that is null. */
export async function underCondition(
  picture: RawPicture,
  truths: Truth[],
  alteration: Alteration | null,
  seed: string,
): Promise<{ picture: RawPicture; truths: Truth[] }> {
  if (alteration === null) return { picture, truths }
  const altered = await alter(
    picture,
    truths.map(({ box }) => box),
    alteration,
    seed,
  )
  return { picture: altered.picture, truths: truths.map((truth, i) => ({ ...truth, box: altered.boxes[i]! })) }
}

async function findSigns(
  detector: SignDetector,
  picture: RawPicture,
  mode: DetectionMode,
  names: SignNames,
): Promise<Found[]> {
  const detections = await detector.detect(picture, { mode, confidenceThreshold: lowestConfidence })
  return detections.map(({ bbox: [x1, y1, x2, y2], category, class_code, class_name, confidence }) => ({
    box: { x1, y1, x2, y2 },
    category,
    classCode: class_code,
    reading: names.readingOf(class_code, class_name),
    confidence,
  }))
}
