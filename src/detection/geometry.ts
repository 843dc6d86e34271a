import type { BoundingBox } from '../contract/index.ts'

/** Corners, top left and bottom right; the unit (source pixels or input pixels) is said where a box is made. */
export interface Box {
  x1: number
  y1: number
  x2: number
  y2: number
}

export function area(box: Box): number {
  return Math.max(0, box.x2 - box.x1) * Math.max(0, box.y2 - box.y1)
}

function intersection(a: Box, b: Box): number {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1)
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1)
  return width <= 0 || height <= 0 ? 0 : width * height
}

/** Intersection over union, 0..1; 0 where both are empty. */
export function iou(a: Box, b: Box): number {
  const shared = intersection(a, b)
  return shared === 0 ? 0 : shared / (area(a) + area(b) - shared)
}

/** Intersection over the smaller box, 0..1: 1 where one lies in the other. */
export function overlapOfSmaller(a: Box, b: Box): number {
  const shared = intersection(a, b)
  return shared === 0 ? 0 : shared / Math.min(area(a), area(b))
}

/** From input pixels to source pixels: first scaled, then moved. */
export function scaleAndMove(box: Box, scaleX: number, scaleY: number, dx = 0, dy = 0): Box {
  return {
    x1: box.x1 * scaleX + dx,
    y1: box.y1 * scaleY + dy,
    x2: box.x2 * scaleX + dx,
    y2: box.y2 * scaleY + dy,
  }
}

/** Whole pixels inside a picture of `width` × `height`, at least one pixel wide and high. */
export function toPixels(box: Box, width: number, height: number): BoundingBox {
  const [x1, x2] = span(box.x1, box.x2, width)
  const [y1, y2] = span(box.y1, box.y2, height)
  return [x1, y1, x2, y2]
}

function span(from: number, to: number, length: number): [number, number] {
  const start = Math.min(Math.max(Math.round(from), 0), length - 1)
  return [start, Math.min(Math.max(Math.round(to), start + 1), length)]
}
