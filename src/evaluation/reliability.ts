import { matchBoxes } from './match.ts'
import { share } from './operating-points.ts'
import { isAnySign } from './questions.ts'
import type { ScoredPhoto } from './signs.ts'

/** Finds of similar confidence. */
export interface ReliabilityBin {
  /** Confidence from this … */
  from: number
  /** … to just below this; the last bin includes 1. */
  to: number
  finds: number
  meanConfidence: number | null
  /** Share that is a sign. A well calibrated model is right as often as it is confident. */
  shareRight: number | null
}

export interface Reliability {
  bins: ReliabilityBin[]
  /** Expected calibration error, 0..1: the mean of |share right − mean confidence|, bins weighted by their finds. */
  ece: number | null
}

export interface Judged {
  confidence: number
  isRight: boolean
}

const binCount = 10

/** Every find that counts, and whether it is a sign, at `minIou`. */
export function judgeFinds(photos: readonly ScoredPhoto[], minIou: number): Judged[] {
  return photos.flatMap((photo) => {
    const targets = photo.truths.map((truth) => ({ box: truth.box, role: isAnySign.roleOf(truth)!, of: truth }))
    const verdicts = matchBoxes(
      photo.found.map(({ box }) => box),
      targets,
      minIou,
    )
    return photo.found
      .map(({ confidence }, i) => ({ confidence, kind: verdicts[i]!.kind }))
      .filter(({ kind }) => kind !== 'ignored')
      .map(({ confidence, kind }) => ({ confidence, isRight: kind === 'hit' }))
  })
}

/** Ten bins of confidence, 0.1 wide each, and their error as in Guo et al. 2017, "On Calibration of Modern Neural Networks". */
export function reliabilityOf(finds: readonly Judged[]): Reliability {
  const bins = Array.from({ length: binCount }, (_, i) => binOf(finds, i))
  const error = bins.reduce(
    (sum, { finds, shareRight, meanConfidence }) =>
      sum + (finds === 0 ? 0 : finds * Math.abs(shareRight! - meanConfidence!)),
    0,
  )
  return { bins, ece: share(error, finds.length) }
}

function binOf(finds: readonly Judged[], index: number): ReliabilityBin {
  // Rounded, for confidences that come out of a calculation: 1 − 0.9 is a little less than 0.1.
  const inBin = finds.filter(
    ({ confidence }) => Math.min(Math.floor(round(confidence * binCount)), binCount - 1) === index,
  )
  const sum = inBin.reduce((total, { confidence }) => total + confidence, 0)
  return {
    from: index / binCount,
    to: (index + 1) / binCount,
    finds: inBin.length,
    meanConfidence: share(sum, inBin.length),
    shareRight: share(inBin.filter(({ isRight }) => isRight).length, inBin.length),
  }
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6
}
