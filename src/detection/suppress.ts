import { type Box, iou, overlapOfSmaller } from './geometry.ts'

export interface SuppressRule {
  /** A box that overlaps a better one by more than this IoU is the same sign. */
  maxIou: number
  /** A box of which more than this share lies within a better one, or the reverse, is a part of the same sign. */
  maxOverlapOfSmaller?: number
}

/**
 * Greedy non-maximum suppression. Expects the best first and keeps that order. Classes compete, for foreign networks too:
 * one place holds one sign, and a network that wavers between two speed limits would report both.
 */
export function suppress<T extends Box>(sorted: T[], rule: SuppressRule): T[] {
  const kept: T[] = []
  for (const box of sorted) {
    if (!kept.some((better) => isSame(box, better, rule))) kept.push(box)
  }
  return kept
}

function isSame(box: Box, better: Box, rule: SuppressRule): boolean {
  if (iou(box, better) > rule.maxIou) return true
  return rule.maxOverlapOfSmaller !== undefined && overlapOfSmaller(box, better) > rule.maxOverlapOfSmaller
}
