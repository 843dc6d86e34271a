import type { SignCategory } from '../contract/index.ts'
import type { Box } from '../detection/geometry.ts'

/** A sign that is in a photo, as its labels say. */
export interface Truth {
  /** Source pixels of the upright photo. */
  box: Box
  /** null: the labels do not tell, or not in words that the model knows. */
  category: SignCategory | null
  /** The code that the model would give it on the wire; null as above. */
  classCode: string | null
  /** The code of what a sign with a number says, `pm20` for a `pm`; null where the labels do not tell. */
  reading: string | null
  /** As labelled, for people. */
  name: string
  /** Whether finding it counts neither way: too small, too blurred, the back of a sign. */
  isIgnored: boolean
}

/** A sign that the model found. */
export interface Found {
  /** Source pixels of the upright photo. */
  box: Box
  category: SignCategory
  classCode: string
  /** The code of what the sign says; null where the model names the class only. */
  reading: string | null
  /** 0..1 */
  confidence: number
}

/** One photo with everything that scoring needs. */
export interface ScoredPhoto {
  /** Its path below the folder that is evaluated. */
  name: string
  truths: Truth[]
  /** Most confident first. */
  found: Found[]
}

export const categories: readonly SignCategory[] = ['prohibitory', 'mandatory', 'warning', 'other']

/** Nothing to find, not even an ignored sign: whatever is found here is a false alarm. */
export function isSignFree(photo: ScoredPhoto): boolean {
  return photo.truths.length === 0
}

/** The side of a square of the box's area, in the box's pixels: how large a sign is. */
export function sideOf(box: Box): number {
  return Math.sqrt(Math.max(0, box.x2 - box.x1) * Math.max(0, box.y2 - box.y1))
}
