import type { RawPicture } from '../raw-picture.ts'
import type { Rgb } from './palette.ts'

/** In pixels; `x2` and `y2` are just outside. */
export interface Rect {
  x1: number
  y1: number
  x2: number
  y2: number
}

/** How much of each other two rectangles cover, in square pixels. */
export function overlapArea(a: Rect, b: Rect): number {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1)
  if (width <= 0) return 0
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1)
  return height <= 0 ? 0 : width * height
}

export function area(rect: Rect): number {
  return Math.max(0, rect.x2 - rect.x1) * Math.max(0, rect.y2 - rect.y1)
}

export function inflate(rect: Rect, by: number): Rect {
  return { x1: rect.x1 - by, y1: rect.y1 - by, x2: rect.x2 + by, y2: rect.y2 + by }
}

/** The part of the rectangle inside the picture; empty where there is none. */
export function clip(rect: Rect, picture: { width: number; height: number }): Rect {
  return {
    x1: Math.max(0, rect.x1),
    y1: Math.max(0, rect.y1),
    x2: Math.min(picture.width, rect.x2),
    y2: Math.min(picture.height, rect.y2),
  }
}

/** Fills whole pixels, clipped to the picture. */
export function fillRect(picture: RawPicture, rect: Rect, colour: Rgb): void {
  const { x1, y1, x2, y2 } = clip(rect, picture)
  if (x1 >= x2 || y1 >= y2) return
  const { data, width } = picture
  const first = (y1 * width + x1) * 3
  const end = first + (x2 - x1) * 3
  for (let at = first; at < end; at += 3) {
    data[at] = colour[0]
    data[at + 1] = colour[1]
    data[at + 2] = colour[2]
  }
  for (let y = y1 + 1; y < y2; y++) data.copy(data, (y * width + x1) * 3, first, end)
}

/** Fills what lies in `outer` and not in `inner`, which may be empty. */
export function fillFrame(picture: RawPicture, outer: Rect, inner: Rect, colour: Rgb): void {
  if (inner.x1 >= inner.x2 || inner.y1 >= inner.y2) {
    fillRect(picture, outer, colour)
    return
  }
  fillRect(picture, { ...outer, y2: inner.y1 }, colour)
  fillRect(picture, { ...outer, y1: inner.y2 }, colour)
  fillRect(picture, { x1: outer.x1, y1: inner.y1, x2: inner.x1, y2: inner.y2 }, colour)
  fillRect(picture, { x1: inner.x2, y1: inner.y1, x2: outer.x2, y2: inner.y2 }, colour)
}

/** Moves one pixel towards the colour; `coverage` 0 to 1. The pixel must lie inside the picture. */
export function blendPixel(picture: RawPicture, x: number, y: number, colour: Rgb, coverage: number): void {
  const { data } = picture
  const at = (y * picture.width + x) * 3
  const rest = 1 - coverage
  data[at] = Math.round(data[at]! * rest + colour[0] * coverage)
  data[at + 1] = Math.round(data[at + 1]! * rest + colour[1] * coverage)
  data[at + 2] = Math.round(data[at + 2]! * rest + colour[2] * coverage)
}
