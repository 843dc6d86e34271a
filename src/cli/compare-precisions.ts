import type { BoundingBox, Detection } from '../contract/index.ts'
import { iou } from '../detection/geometry.ts'

/** How far a model's int8 networks agree with its fp32 ones on one picture. */
export interface Comparison {
  picture: string
  /** How many signs each finds. */
  fp32: number
  int8: number
  /** Signs in one place, by one name. */
  same: number
  /** Of signs in one place. */
  largestDifference: number
  /** Signs in one place by two names. */
  renamed: { fp32: string; int8: string }[]
}

// As in the usual measure of detectors, AP50.
const leastIou = 0.5

export function comparePrecisions(picture: string, fp32: Detection[], int8: Detection[]): Comparison {
  const left = [...int8]
  const comparison: Comparison = {
    picture,
    fp32: fp32.length,
    int8: int8.length,
    same: 0,
    largestDifference: 0,
    renamed: [],
  }
  for (const sign of fp32) {
    const at = left.findIndex((other) => iou(boxOf(sign.bbox), boxOf(other.bbox)) >= leastIou)
    if (at < 0) continue
    const [other] = left.splice(at, 1)
    const difference = Math.abs(sign.confidence - other!.confidence)
    comparison.largestDifference = Math.max(comparison.largestDifference, difference)
    if (sign.class_name === other!.class_name) comparison.same++
    else comparison.renamed.push({ fp32: sign.class_name, int8: other!.class_name })
  }
  return comparison
}

function boxOf([x1, y1, x2, y2]: BoundingBox) {
  return { x1, y1, x2, y2 }
}
