import sharp, { type Sharp } from 'sharp'
import type { Detection } from '../contract/detection.ts'
import type { RawPicture } from '../raw-picture.ts'
import { type DrawingSizes, drawingSizes } from './drawing-sizes.ts'
import { type LabelTile, labelTile, paintTile } from './label-tile.ts'
import { layoutLabels, type Place } from './layout-labels.ts'
import { haloColour, palette, type Rgb } from './palette.ts'
import { clip, fillFrame, inflate, type Rect } from './pixels.ts'
import { renderTexts } from './text-mask.ts'
import { evenRect, readRgb, writeRgb, type YuvPicture } from './yuv-picture.ts'

const thumbnailSide = 320

/**
 * Draws boxes and labels into the given pixels, in place. The same input gives the same pixels. Only what is drawn is
 * touched, so that the cost grows with the number of signs and not with the size of the picture.
 */
export async function drawDetections(picture: RawPicture, detections: Detection[]): Promise<void> {
  if (detections.length === 0) return
  const boxes = detections.map(toRect)
  const sizes = drawingSizes(picture, boxes)
  const tiles = await labelTiles(picture, detections, sizes)
  const border = sizes.line + sizes.halo
  const outlined = boxes.map((box) => clip(inflate(box, border), picture))
  for (const [index, box] of boxes.entries()) {
    paintOutline(picture, box, sizes, palette[detections[index]!.category].ground)
  }
  for (const [index, place] of layoutLabels(outlined, tiles, picture).entries()) {
    if (place) paintTile(picture, tiles[index]!, place.x, place.y, palette[detections[index]!.category])
  }
}

/**
 * As `drawDetections`, into a picture of a video, and with letters of one size whatever the signs are, so that they do not
 * jump from picture to picture.
 */
export async function drawOnVideo(picture: YuvPicture, detections: Detection[]): Promise<void> {
  if (detections.length === 0) return
  const boxes = detections.map(toRect)
  const sizes = drawingSizes(picture, [])
  const tiles = await labelTiles(picture, detections, sizes)
  const outlined = boxes.map((box) => clip(inflate(box, sizes.line + sizes.halo), picture))
  const places = layoutLabels(outlined, tiles, picture)
  for (const [index, box] of outlined.entries()) {
    const colours = palette[detections[index]!.category]
    drawPatch(picture, box, (patch, by) => paintOutline(patch, shift(boxes[index]!, by), sizes, colours.ground))
  }
  for (const [index, place] of places.entries()) {
    const tile = tiles[index]!
    const colours = palette[detections[index]!.category]
    if (place === null) continue
    const rect = { x1: place.x, y1: place.y, x2: place.x + tile.width, y2: place.y + tile.height }
    drawPatch(picture, rect, (patch, by) => paintTile(patch, tile, place.x - by.x, place.y - by.y, colours))
  }
}

/** Only what is drawn on is converted: a street has millions of pixels, and a label some thousands. */
function drawPatch(picture: YuvPicture, rect: Rect, draw: (patch: RawPicture, by: Place) => void): void {
  const patchRect = evenRect(rect, picture)
  if (patchRect.x1 >= patchRect.x2 || patchRect.y1 >= patchRect.y2) return
  const patch = readRgb(picture, patchRect)
  draw(patch, { x: patchRect.x1, y: patchRect.y1 })
  writeRgb(picture, patch, patchRect)
}

function shift({ x1, y1, x2, y2 }: Rect, { x, y }: Place): Rect {
  return { x1: x1 - x, y1: y1 - y, x2: x2 - x, y2: y2 - y }
}

/** Writes the picture as a JPEG of its full size. Default Huffman tables: optimised ones take three times as long for 1 %. */
export async function encodeResult(picture: RawPicture, path: string): Promise<void> {
  await fromRaw(picture).jpeg({ quality: 85, optimiseCoding: false }).toFile(path)
}

/** Writes a WebP of at most 320 pixels a side, for lists. */
export async function encodeThumbnail(picture: RawPicture, path: string): Promise<void> {
  await fromRaw(thinned(picture, 2 * thumbnailSide))
    .resize({ width: thumbnailSide, height: thumbnailSide, fit: 'inside', withoutEnlargement: true, kernel: 'linear' })
    .webp({ quality: 78, effort: 0 })
    .toFile(path)
}

/**
 * Every n-th pixel of every n-th row, so that `longSide` pixels or more are left of the longer side. A large picture's
 * thumbnail takes half the time from there, and twice its size is enough for it to look no worse.
 */
function thinned(picture: RawPicture, longSide: number): RawPicture {
  const step = Math.floor(Math.max(picture.width, picture.height) / longSide)
  if (step < 2) return picture
  const width = Math.max(1, Math.floor(picture.width / step))
  const height = Math.max(1, Math.floor(picture.height / step))
  const data = Buffer.allocUnsafe(width * height * 3)
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = y * step * picture.width * 3; x < width; x++, from += step * 3) {
      data[to++] = picture.data[from]!
      data[to++] = picture.data[from + 1]!
      data[to++] = picture.data[from + 2]!
    }
  }
  return { data, width, height }
}

function fromRaw({ data, width, height }: RawPicture): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
}

function toRect({ bbox: [x1, y1, x2, y2] }: Detection): Rect {
  return { x1, y1, x2, y2 }
}

/** Name and confidence; the name alone where both are wider than the picture. */
async function labelTiles(
  picture: { width: number },
  detections: Detection[],
  sizes: DrawingSizes,
): Promise<LabelTile[]> {
  const names = detections.map((detection) => detection.class_name)
  const percents = detections.map((detection) => `${Math.round(detection.confidence * 100)}%`)
  const masks = await renderTexts([...names, ...percents], sizes.font)
  return names.map((_, index) => {
    const name = masks[index]!
    const whole = labelTile([name, masks[names.length + index]!], sizes)
    return whole.width <= picture.width ? whole : labelTile([name], sizes)
  })
}

/** Around the box and not in it, so that no line covers a small sign; moved inwards at the picture's border, to be seen. */
function paintOutline(picture: RawPicture, box: Rect, sizes: DrawingSizes, colour: Rgb): void {
  const border = sizes.line + sizes.halo
  const inner = {
    x1: Math.max(box.x1, border),
    y1: Math.max(box.y1, border),
    x2: Math.min(box.x2, picture.width - border),
    y2: Math.min(box.y2, picture.height - border),
  }
  const line = inflate(inner, sizes.line)
  fillFrame(picture, inflate(inner, border), line, haloColour)
  fillFrame(picture, line, inner, colour)
}
