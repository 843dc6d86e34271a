import { matchBoxes, type Role } from './match.ts'
import type { Found, ScoredPhoto, Truth } from './signs.ts'

/** A find that counts: right or a false alarm. */
export interface RankedFind {
  confidence: number
  isHit: boolean
}

/** Which signs and finds a figure is about. */
export interface Question {
  /** null: the sign is not there for this figure. */
  roleOf: (truth: Truth) => Role | null
  /** What else was found is not looked at. */
  isAsked: (found: Found) => boolean
  /** A find that matches nothing and is no false alarm here: of another size, say. */
  isExcused?: (found: Found) => boolean
}

/** IoU thresholds of COCO's main figure: 0.5 to 0.95 in steps of 0.05. */
export const cocoIous: readonly number[] = Array.from({ length: 10 }, (_, i) => (50 + i * 5) / 100)

/**
 * Average precision by COCO's 101-point interpolation (Lin et al. 2014; `pycocotools/cocoeval.py`): the mean, over recalls
 * 0, 0.01 … 1, of the best precision at that recall or beyond; 0 where a recall is never reached. Finds of equal confidence
 * keep the order given. null where there are no signs. Recalls are compared in whole numbers, where pycocotools compares rounded
 * fractions: with few signs it may come out some thousandths lower; otherwise the two agree.
 */
export function averagePrecision(finds: readonly RankedFind[], signs: number): number | null {
  if (signs === 0) return null
  const sorted = finds.toSorted((a, b) => b.confidence - a.confidence)
  const hits: number[] = []
  const precisions: number[] = []
  for (const [i, find] of sorted.entries()) {
    hits.push((hits[i - 1] ?? 0) + (find.isHit ? 1 : 0))
    precisions.push(hits[i]! / (i + 1))
  }
  for (let i = precisions.length - 2; i >= 0; i--) precisions[i] = Math.max(precisions[i]!, precisions[i + 1]!)
  let sum = 0
  for (let percent = 0, i = 0; percent <= 100; percent++) {
    // In whole numbers: 0.29 × 100 is not 29.
    while (i < hits.length && hits[i]! * 100 < percent * signs) i++
    sum += precisions[i] ?? 0
  }
  return sum / 101
}

/** Average precision over photos; null where no sign counts. */
export function averagePrecisionOf(photos: readonly ScoredPhoto[], question: Question, minIou: number): number | null {
  let signs = 0
  const finds: RankedFind[] = []
  for (const photo of photos) {
    const targets = photo.truths.flatMap((truth) => {
      const role = question.roleOf(truth)
      return role === null ? [] : [{ box: truth.box, role, of: truth }]
    })
    signs += targets.filter(({ role }) => role === 'counted').length
    const asked = photo.found.filter(question.isAsked)
    const verdicts = matchBoxes(
      asked.map(({ box }) => box),
      targets,
      minIou,
    )
    for (const [i, found] of asked.entries()) {
      const { kind } = verdicts[i]!
      if (kind === 'ignored' || (kind === 'false-alarm' && question.isExcused?.(found))) continue
      finds.push({ confidence: found.confidence, isHit: kind === 'hit' })
    }
  }
  return averagePrecision(finds, signs)
}

/** The mean of what can be measured; null where nothing can. */
export function meanOf(values: readonly (number | null)[]): number | null {
  const measured = values.filter((value) => value !== null)
  return measured.length === 0 ? null : measured.reduce((sum, value) => sum + value, 0) / measured.length
}
