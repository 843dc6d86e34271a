import type { Rect } from './pixels.ts'

/** In pixels of the picture. */
export interface DrawingSizes {
  line: number
  /** White edge around boxes and labels. */
  halo: number
  font: number
}

const smallestFont = 9
const smallestReadableFont = 13
/** More signs than this get smaller letters, so that they leave some of the picture. */
const crowd = 40

/**
 * Sizes that look alike however large the picture is, since people see it scaled to their screen. The geometric mean of
 * the sides stands for its size, so that a long panorama does not get letters as high as its signs. Where signs are small
 * beside the letters, these shrink, to 70 % at most: distant signs come in groups.
 */
export function drawingSizes(picture: { width: number; height: number }, boxes: readonly Rect[]): DrawingSizes {
  const size = Math.sqrt(picture.width * picture.height)
  const line = Math.max(size < 400 ? 1 : 2, Math.round(size / 420))
  const preferred = size / 50
  const bySigns =
    clamp(medianSide(boxes) * 0.6, preferred * 0.7, preferred) * Math.min(1, Math.sqrt(crowd / boxes.length))
  const byPicture = Math.min(picture.width / 7, picture.height / 6)
  const font = Math.max(smallestFont, Math.min(byPicture, Math.max(smallestReadableFont, bySigns)))
  return { line, halo: Math.max(1, Math.round(line / 3)), font: inSteps(font) }
}

/** Few sizes, so that the text cache serves pictures of nearly the same size. */
function inSteps(font: number): number {
  const step = font < 20 ? 1 : font < 40 ? 2 : 4
  return Math.floor(font / step) * step
}

function medianSide(boxes: readonly Rect[]): number {
  if (boxes.length === 0) return 0
  const sides = boxes.map((box) => Math.max(box.x2 - box.x1, box.y2 - box.y1)).sort((a, b) => a - b)
  return sides[sides.length >> 1]!
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
