import type { BoundingBox } from '../../../contract/index.ts'

/** Boxes in whole pixels of the picture, always inside it and never empty. */

export interface Size {
  width: number
  height: number
}

export interface Point {
  x: number
  y: number
}

/** The eight places to pull a box by, as points of the compass. */
export const handles = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w'] as const
export type BoxHandle = (typeof handles)[number]

/** Fewer pixels are no sign that anybody could read. */
const LEAST_SIDE = 2

/** The same size, somewhere else. */
export function movedBox([x1, y1, x2, y2]: BoundingBox, by: Point, picture: Size): BoundingBox {
  const dx = within(Math.round(by.x), -x1, picture.width - x2)
  const dy = within(Math.round(by.y), -y1, picture.height - y2)
  return [x1 + dx, y1 + dy, x2 + dx, y2 + dy]
}

/** The sides that a handle is on move; the others stay. */
export function resizedBox([x1, y1, x2, y2]: BoundingBox, handle: BoxHandle, by: Point, picture: Size): BoundingBox {
  const [dx, dy] = [Math.round(by.x), Math.round(by.y)]
  return [
    handle.includes('w') ? within(x1 + dx, 0, Math.max(0, x2 - LEAST_SIDE)) : x1,
    handle.includes('n') ? within(y1 + dy, 0, Math.max(0, y2 - LEAST_SIDE)) : y1,
    handle.includes('e') ? within(x2 + dx, Math.min(picture.width, x1 + LEAST_SIDE), picture.width) : x2,
    handle.includes('s') ? within(y2 + dy, Math.min(picture.height, y1 + LEAST_SIDE), picture.height) : y2,
  ]
}

/** The box between two points, in whichever order they come. */
export function boxBetween(a: Point, b: Point, picture: Size): BoundingBox {
  const [x1, x2] = span(a.x, b.x, picture.width)
  const [y1, y2] = span(a.y, b.y, picture.height)
  return [x1, y1, x2, y2]
}

/** A square around a point, for those who do not drag; moved inside where it would stand out. */
export function boxAround(centre: Point, side: number, picture: Size): BoundingBox {
  const width = within(Math.round(side), LEAST_SIDE, picture.width)
  const height = within(Math.round(side), LEAST_SIDE, picture.height)
  const x = within(Math.round(centre.x - width / 2), 0, picture.width - width)
  const y = within(Math.round(centre.y - height / 2), 0, picture.height - height)
  return [x, y, x + width, y + height]
}

function span(a: number, b: number, most: number): [number, number] {
  const start = within(Math.round(Math.min(a, b)), 0, most - LEAST_SIDE)
  return [start, within(Math.round(Math.max(a, b)), start + LEAST_SIDE, most)]
}

function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
