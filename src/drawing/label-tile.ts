import type { RawPicture } from '../raw-picture.ts'
import { haloColour, type LabelColours, type Rgb } from './palette.ts'
import { blendPixel, inflate, type Rect } from './pixels.ts'
import type { TextMask } from './text-mask.ts'

/** A label before it has a place: pieces of text side by side on a coloured ground. Its size includes the halo. */
export interface LabelTile {
  width: number
  height: number
  halo: number
  padding: number
  gap: number
  pieces: readonly TextMask[]
}

export function labelTile(pieces: readonly TextMask[], sizes: { font: number; halo: number }): LabelTile {
  const padding = Math.round(sizes.font * 0.3)
  const gap = Math.round(sizes.font * 0.32)
  const ink = pieces.reduce((sum, piece) => sum + piece.width, 0) + gap * Math.max(0, pieces.length - 1)
  const height = Math.max(...pieces.map((piece) => piece.height), 0)
  return {
    width: ink + 2 * (padding + sizes.halo),
    height: height + 2 * sizes.halo,
    halo: sizes.halo,
    padding,
    gap,
    pieces,
  }
}

/** Paints the tile with its top left corner at `x`, `y`. The tile must lie inside the picture. */
export function paintTile(picture: RawPicture, tile: LabelTile, x: number, y: number, colours: LabelColours): void {
  const outer = { x1: x, y1: y, x2: x + tile.width, y2: y + tile.height }
  const ground = inflate(outer, -tile.halo)
  const radius = (ground.y2 - ground.y1) * 0.16
  fillRounded(picture, outer, radius + tile.halo, haloColour)
  fillRounded(picture, ground, radius, colours.ground)
  let left = ground.x1 + tile.padding
  for (const piece of tile.pieces) {
    paintMask(picture, piece, left, ground.y1, colours.text)
    left += piece.width + tile.gap
  }
}

function fillRounded(picture: RawPicture, rect: Rect, radius: number, colour: Rgb): void {
  for (let y = rect.y1; y < rect.y2; y++) {
    const fromEnd = Math.min(y - rect.y1, rect.y2 - 1 - y) + 0.5
    const inset = fromEnd >= radius ? 0 : radius - Math.sqrt(radius ** 2 - (radius - fromEnd) ** 2)
    const whole = Math.ceil(inset)
    fillRow(picture, y, rect.x1 + whole, rect.x2 - whole, colour)
    if (whole === inset) continue
    blendPixel(picture, rect.x1 + whole - 1, y, colour, whole - inset)
    blendPixel(picture, rect.x2 - whole, y, colour, whole - inset)
  }
}

function fillRow(picture: RawPicture, y: number, x1: number, x2: number, colour: Rgb): void {
  const { data } = picture
  const end = (y * picture.width + x2) * 3
  for (let at = (y * picture.width + x1) * 3; at < end; at += 3) {
    data[at] = colour[0]
    data[at + 1] = colour[1]
    data[at + 2] = colour[2]
  }
}

function paintMask(picture: RawPicture, mask: TextMask, left: number, top: number, colour: Rgb): void {
  for (let y = 0, at = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++, at++) {
      const ink = mask.data[at]!
      if (ink > 0) blendPixel(picture, left + x, top + y, colour, ink / 255)
    }
  }
}
