import type { RawPicture } from '../raw-picture.ts'
import type { Rect } from './pixels.ts'

/** A picture of a video: 8-bit luma and, for each 2×2 pixels, two chroma values, in the video range of 16 to 235. Sides are even or the last column and row share theirs. */
export interface YuvPicture {
  width: number
  height: number
  /** Y, U, V. */
  planes: [Buffer, Buffer, Buffer]
  /** Bytes from one row to the next, of each plane. */
  strides: [number, number, number]
}

/** ITU-R BT.709 for pictures of 720 rows or more, BT.601 below, as players assume. */
interface Coefficients {
  red: number
  blue: number
}

const bt709: Coefficients = { red: 0.2126, blue: 0.0722 }
const bt601: Coefficients = { red: 0.299, blue: 0.114 }

const Y_BASE = 16
const Y_RANGE = 219
const C_BASE = 128
const C_RANGE = 224

/** The rectangle, moved outwards to whole chroma pixels and cut at the picture's border. */
export function evenRect(rect: Rect, { width, height }: YuvPicture): Rect {
  return {
    x1: Math.max(0, rect.x1 & ~1),
    y1: Math.max(0, rect.y1 & ~1),
    x2: Math.min(width, (rect.x2 + 1) & ~1),
    y2: Math.min(height, (rect.y2 + 1) & ~1),
  }
}

/** The pixels of a rectangle from `evenRect`, to be drawn on. */
export function readRgb(picture: YuvPicture, { x1, y1, x2, y2 }: Rect): RawPicture {
  const { red, blue } = coefficientsOf(picture)
  const green = 1 - red - blue
  const [width, height] = [x2 - x1, y2 - y1]
  const data = Buffer.allocUnsafe(width * height * 3)
  const [lumas, us, vs] = picture.planes
  for (let y = y1, to = 0; y < y2; y++) {
    const row = y * picture.strides[0]
    const chromaRow = (y >> 1) * picture.strides[1]
    for (let x = x1; x < x2; x++, to += 3) {
      const luma = ((lumas[row + x]! - Y_BASE) / Y_RANGE) * 255
      const u = ((us[chromaRow + (x >> 1)]! - C_BASE) / C_RANGE) * 255
      const v = ((vs[chromaRow + (x >> 1)]! - C_BASE) / C_RANGE) * 255
      const r = luma + 2 * (1 - red) * v
      const b = luma + 2 * (1 - blue) * u
      data[to] = clamp(r)
      data[to + 1] = clamp((luma - red * r - blue * b) / green)
      data[to + 2] = clamp(b)
    }
  }
  return { data, width, height }
}

/** Puts pixels back where `readRgb` took them from. */
export function writeRgb(picture: YuvPicture, rgb: RawPicture, { x1, y1, x2, y2 }: Rect): void {
  const { red, blue } = coefficientsOf(picture)
  const green = 1 - red - blue
  const { data, width } = rgb
  const [lumas, us, vs] = picture.planes
  for (let y = y1, from = 0; y < y2; y++) {
    const row = y * picture.strides[0]
    for (let x = x1; x < x2; x++, from += 3) {
      const luma = red * data[from]! + green * data[from + 1]! + blue * data[from + 2]!
      lumas[row + x] = Math.round(Y_BASE + (luma / 255) * Y_RANGE)
    }
  }
  for (let y = y1; y < y2; y += 2) {
    const chromaRow = (y >> 1) * picture.strides[1]
    for (let x = x1; x < x2; x += 2) {
      const [r, g, b] = meanOf(data, width, x - x1, y - y1, Math.min(2, x2 - x), Math.min(2, y2 - y))
      const luma = red * r + green * g + blue * b
      us[chromaRow + (x >> 1)] = chroma((b - luma) / (2 * (1 - blue)))
      vs[chromaRow + (x >> 1)] = chroma((r - luma) / (2 * (1 - red)))
    }
  }
}

function meanOf(data: Buffer, width: number, x: number, y: number, columns: number, rows: number) {
  const sums: [number, number, number] = [0, 0, 0]
  for (let dy = 0; dy < rows; dy++) {
    for (let dx = 0; dx < columns; dx++) {
      const at = ((y + dy) * width + x + dx) * 3
      for (let c = 0; c < 3; c++) sums[c]! += data[at + c]!
    }
  }
  const count = columns * rows
  return [sums[0] / count, sums[1] / count, sums[2] / count] as const
}

function chroma(value: number): number {
  return Math.min(240, Math.max(16, Math.round(C_BASE + (value / 255) * C_RANGE)))
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : Math.round(value)
}

function coefficientsOf({ height }: YuvPicture): Coefficients {
  return height >= 720 ? bt709 : bt601
}
