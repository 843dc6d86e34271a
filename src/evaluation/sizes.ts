import { averagePrecisionOf } from './average-precision.ts'
import { pairUp } from './match.ts'
import { share } from './operating-points.ts'
import { isOfSide } from './questions.ts'
import { type ScoredPhoto, sideOf } from './signs.ts'

/** Signs of one size. */
export interface SizeScore {
  /** Side in source pixels, from this … */
  from: number
  /** … to just below this; null: no limit. */
  to: number | null
  signs: number
  /** Share of the signs found at the confidence asked for. */
  recall: number | null
  ap: number | null
}

const borders = [0, 16, 32, 64, 128, Number.POSITIVE_INFINITY]

/** Figures by the side of a square of the sign's area. */
export function scoreSizes(photos: readonly ScoredPhoto[], minIou: number, confidence: number): SizeScore[] {
  const pairs = photos.flatMap((photo) => pairUp(photo, minIou, confidence))
  return borders.slice(0, -1).map((from, i) => {
    const to = borders[i + 1]!
    const within = pairs.filter(
      (pair) => pair.kind !== 'false-alarm' && sideOf(pair.truth.box) >= from && sideOf(pair.truth.box) < to,
    )
    return {
      from,
      to: Number.isFinite(to) ? to : null,
      signs: within.length,
      recall: share(within.filter(({ kind }) => kind === 'hit').length, within.length),
      ap: averagePrecisionOf(photos, isOfSide(from, to), minIou),
    }
  })
}
