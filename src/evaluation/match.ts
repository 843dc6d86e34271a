import { area, type Box, iou } from '../detection/geometry.ts'
import type { Found, ScoredPhoto, Truth } from './signs.ts'

/**
 * What finding a sign means. `counted`: a hit. `excused`: neither way, once. `region`: neither way, however many boxes
 * lie on it, and a loose fit is enough.
 */
export type Role = 'counted' | 'excused' | 'region'

export interface Target<T> {
  box: Box
  role: Role
  of: T
}

export type Verdict<T> = { kind: 'hit'; of: T } | { kind: 'ignored' } | { kind: 'false-alarm' }

/** Whoever ignores a sign rarely draws a careful box around it. */
const regionMinIou = 0.2
/** COCO's rule for crowds: what lies within a large ignored area is ignored too. */
const regionMinShare = 0.5

/**
 * Greedy matching as COCO's (Lin et al. 2014, `cocoeval.py`): each box in turn, most confident first, takes the counted
 * sign that it fits best with at least `minIou`, each sign once; failing that, it may be ignored; else it is a false alarm.
 * One verdict per box, in the order given. A shorter list of the same boxes gives the same verdicts for those it has.
 */
export function matchBoxes<T>(boxes: readonly Box[], targets: readonly Target<T>[], minIou: number): Verdict<T>[] {
  const free = new Set(targets.filter(({ role }) => role !== 'region'))
  const regions = targets.filter(({ role }) => role === 'region')
  return boxes.map((box) => {
    const hit = bestFit(box, free, 'counted', minIou)
    if (hit) {
      free.delete(hit)
      return { kind: 'hit', of: hit.of }
    }
    const excused = bestFit(box, free, 'excused', minIou)
    if (excused) free.delete(excused)
    const isIgnored = excused !== null || regions.some((region) => liesOn(box, region.box))
    return { kind: isIgnored ? 'ignored' : 'false-alarm' }
  })
}

function bestFit<T>(box: Box, targets: Iterable<Target<T>>, role: Role, minIou: number): Target<T> | null {
  let best: Target<T> | null = null
  let bestIou = minIou
  for (const target of targets) {
    if (target.role !== role) continue
    const overlap = iou(box, target.box)
    // The first of equals.
    if (best === null ? overlap >= bestIou : overlap > bestIou) {
      best = target
      bestIou = overlap
    }
  }
  return best
}

function liesOn(box: Box, region: Box): boolean {
  if (iou(box, region) >= regionMinIou) return true
  const shared = {
    x1: Math.max(box.x1, region.x1),
    y1: Math.max(box.y1, region.y1),
    x2: Math.min(box.x2, region.x2),
    y2: Math.min(box.y2, region.y2),
  }
  return area(box) > 0 && area(shared) / area(box) >= regionMinShare
}

/** How a sign counts where only its being a sign matters. */
export function anySign(truth: Truth): Role {
  return truth.isIgnored ? 'region' : 'counted'
}

/** A sign and what was found of it; a sign that was missed; or a false alarm. */
export type Pair =
  | { kind: 'hit'; truth: Truth; found: Found }
  | { kind: 'missed'; truth: Truth }
  | { kind: 'false-alarm'; found: Found }

/** What became of every sign and every find of at least `minConfidence`; what is ignored is left out. */
export function pairUp(photo: ScoredPhoto, minIou: number, minConfidence: number): Pair[] {
  const found = photo.found.filter(({ confidence }) => confidence >= minConfidence)
  const targets = photo.truths.map((truth) => ({ box: truth.box, role: anySign(truth), of: truth }))
  const verdicts = matchBoxes(
    found.map(({ box }) => box),
    targets,
    minIou,
  )
  const pairs: Pair[] = []
  const missed = new Set(photo.truths.filter(({ isIgnored }) => !isIgnored))
  for (const [i, verdict] of verdicts.entries()) {
    if (verdict.kind === 'hit') {
      missed.delete(verdict.of)
      pairs.push({ kind: 'hit', truth: verdict.of, found: found[i]! })
    } else if (verdict.kind === 'false-alarm') pairs.push({ kind: 'false-alarm', found: found[i]! })
  }
  return [...pairs, ...[...missed].map((truth) => ({ kind: 'missed' as const, truth }))]
}
