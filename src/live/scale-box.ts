import type { BoundingBox } from '../contract/index.ts'

export interface Size {
  width: number
  height: number
}

/** A box of a picture of one size, in the pixels of another; the same box where they are of one size. */
export function scaleBox(box: BoundingBox, from: Size, to: Size): BoundingBox {
  if (from.width === to.width && from.height === to.height) return box
  const [x1, y1, x2, y2] = box
  const x = (value: number) => Math.min(to.width, Math.max(0, Math.round((value * to.width) / from.width)))
  const y = (value: number) => Math.min(to.height, Math.max(0, Math.round((value * to.height) / from.height)))
  return [x(x1), y(y1), x(x2), y(y2)]
}
