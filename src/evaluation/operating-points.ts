import type { Pair } from './match.ts'
import { pairUp } from './match.ts'
import { isSignFree, type ScoredPhoto } from './signs.ts'

/** What somebody gets who asks for finds of at least `confidence`. Shares are 0..1; null where there is nothing to divide by. */
export interface OperatingPoint {
  confidence: number
  hits: number
  missed: number
  falseAlarms: number
  precision: number | null
  recall: number | null
  f1: number | null
  falseAlarmsPerPhoto: number | null
  falseAlarmsPerSignFreePhoto: number | null
}

/** Figures at one confidence threshold, for any sign at `minIou`. */
export function operatingPoint(photos: readonly ScoredPhoto[], minIou: number, confidence: number): OperatingPoint {
  const signFree = photos.filter(isSignFree)
  const { hits, missed, falseAlarms } = count(photos.flatMap((photo) => pairUp(photo, minIou, confidence)))
  const onSignFree = count(signFree.flatMap((photo) => pairUp(photo, minIou, confidence))).falseAlarms
  return {
    confidence,
    hits,
    missed,
    falseAlarms,
    precision: share(hits, hits + falseAlarms),
    recall: share(hits, hits + missed),
    f1: share(2 * hits, 2 * hits + falseAlarms + missed),
    falseAlarmsPerPhoto: share(falseAlarms, photos.length),
    falseAlarmsPerSignFreePhoto: share(onSignFree, signFree.length),
  }
}

function count(pairs: readonly Pair[]) {
  const of = (kind: Pair['kind']) => pairs.filter((pair) => pair.kind === kind).length
  return { hits: of('hit'), missed: of('missed'), falseAlarms: of('false-alarm') }
}

/** part / whole; null where the whole is 0. */
export function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}
