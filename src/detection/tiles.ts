import type { RawPicture } from '../raw-picture.ts'
import type { Box } from './geometry.ts'

/** A window on a picture, in its pixels. */
export interface Tile {
  x: number
  y: number
  width: number
  height: number
}

export interface TileRule {
  /** Side of a tile in pixels. */
  size: number
  /** Share of a tile that the next one repeats, at least. */
  overlap: number
}

// A box this near to a tile's inner border is taken for the visible part of a larger sign.
const borderPixels = 4

/** Overlapping tiles that cover a picture, row by row. */
export function planTiles(width: number, height: number, rule: TileRule): Tile[] {
  const columns = starts(width, rule)
  return starts(height, rule).flatMap((y) =>
    columns.map((x) => ({ x, y, width: Math.min(rule.size, width), height: Math.min(rule.size, height) })),
  )
}

/** Evenly spread, so that the last tile ends with the picture instead of repeating nearly all of the one before. */
function starts(length: number, { size, overlap }: TileRule): number[] {
  if (length <= size) return [0]
  const count = Math.ceil((length - size * overlap) / (size * (1 - overlap)))
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - size)) / (count - 1)))
}

/** Whether a box, in the tile's pixels, touches a border that another tile continues. */
export function isCut(box: Box, tile: Tile, width: number, height: number): boolean {
  return (
    (box.x1 < borderPixels && tile.x > 0) ||
    (box.y1 < borderPixels && tile.y > 0) ||
    (box.x2 > tile.width - borderPixels && tile.x + tile.width < width) ||
    (box.y2 > tile.height - borderPixels && tile.y + tile.height < height)
  )
}

/** Copies a tile's pixels. */
export function cutTile(picture: RawPicture, tile: Tile): RawPicture {
  const data = Buffer.allocUnsafe(tile.width * tile.height * 3)
  for (let row = 0; row < tile.height; row++) {
    const from = ((tile.y + row) * picture.width + tile.x) * 3
    picture.data.copy(data, row * tile.width * 3, from, from + tile.width * 3)
  }
  return { data, width: tile.width, height: tile.height }
}
