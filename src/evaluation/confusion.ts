import { type Pair, pairUp } from './match.ts'
import { isWronglyNamed } from './naming.ts'
import type { ScoredPhoto, Truth } from './signs.ts'

/** How often one kind of sign was taken for another. */
export interface Confusion {
  /** A class code; `(warning)` where the labels tell the category only, `(?)` where not even that; null: there was no sign. */
  truth: string | null
  /** A class code; null: the sign was missed. */
  found: string | null
  count: number
  isWrong: boolean
}

/** Every combination that occurs among finds of at least `confidence`, most frequent first. */
export function confusionsOf(photos: readonly ScoredPhoto[], minIou: number, confidence: number): Confusion[] {
  const counts = new Map<string, Confusion>()
  for (const pair of photos.flatMap((photo) => pairUp(photo, minIou, confidence))) {
    const truth = pair.kind === 'false-alarm' ? null : labelOf(pair.truth)
    const found = pair.kind === 'missed' ? null : pair.found.classCode
    const isWrong = pair.kind !== 'hit' || isWrongClass(pair)
    const key = JSON.stringify([truth, found, isWrong])
    const known = counts.get(key)
    if (known) known.count++
    else counts.set(key, { truth, found, count: 1, isWrong })
  }
  return [...counts.values()].sort(
    (a, b) => b.count - a.count || compare(a.truth, b.truth) || compare(a.found, b.found),
  )
}

/** Wrong readings of a right class are counted apart. */
function isWrongClass(pair: Extract<Pair, { kind: 'hit' }>): boolean {
  return pair.truth.classCode !== pair.found.classCode && isWronglyNamed(pair)
}

function labelOf(truth: Truth): string {
  return truth.classCode ?? `(${truth.category ?? '?'})`
}

/** By code points; null last. */
function compare(a: string | null, b: string | null): number {
  if (a === b) return 0
  if (a === null || b === null) return a === null ? 1 : -1
  return a < b ? -1 : 1
}
