import sharp from 'sharp'
import type { RawPicture } from '../raw-picture.ts'

/** How a picture is laid into the network's input: scaled to `scaledWidth` × `scaledHeight`, the rest filled. */
export interface LetterboxPlan {
  inputWidth: number
  inputHeight: number
  scaledWidth: number
  scaledHeight: number
  /** Where the scaled picture begins, in input pixels. */
  offsetX: number
  offsetY: number
  /** Source pixels per input pixel. */
  scaleX: number
  scaleY: number
}

/** The inputs that a network takes. */
export interface InputRule {
  /** One size only; null for any whose sides are multiples of `multiple` and at least `minSide`. */
  fixed: { width: number; height: number } | null
  multiple: number
  minSide: number
  /** The picture lies in the middle instead of at the top left. */
  isCentred: boolean
}

export interface LetterboxRule extends InputRule {
  /** Of the scaled picture, in pixels, at most. */
  longSide: number
  /** A small picture is enlarged by at most this factor. */
  maxUpscale: number
}

/**
 * The smallest input that holds the picture, so a 16:9 photo costs a third less than in a square; or the only one.
 * Both scales are kept: rounding to whole pixels makes them differ.
 */
export function planLetterbox(width: number, height: number, rule: LetterboxRule): LetterboxPlan {
  const { fixed, multiple, minSide } = rule
  const fitting = fixed ? Math.min(fixed.width / width, fixed.height / height) : Number.POSITIVE_INFINITY
  const factor = Math.min(rule.longSide / Math.max(width, height), rule.maxUpscale, fitting)
  const scaledWidth = Math.max(1, Math.round(width * factor))
  const scaledHeight = Math.max(1, Math.round(height * factor))
  const inputWidth = fixed?.width ?? roundUp(Math.max(scaledWidth, minSide), multiple)
  const inputHeight = fixed?.height ?? roundUp(Math.max(scaledHeight, minSide), multiple)
  return {
    inputWidth,
    inputHeight,
    scaledWidth,
    scaledHeight,
    offsetX: rule.isCentred ? Math.floor((inputWidth - scaledWidth) / 2) : 0,
    offsetY: rule.isCentred ? Math.floor((inputHeight - scaledHeight) / 2) : 0,
    scaleX: width / scaledWidth,
    scaleY: height / scaledHeight,
  }
}

/** The network's input as pixels, `inputHeight` × `inputWidth` × 3, uint8 RGB. */
export async function letterbox(picture: RawPicture, plan: LetterboxPlan, padValue: number): Promise<Uint8Array> {
  const scaled = await resize(picture, plan.scaledWidth, plan.scaledHeight)
  return paste(scaled, plan, padValue)
}

/** Scales to exactly `width` × `height`. */
export async function resize(picture: RawPicture, width: number, height: number): Promise<RawPicture> {
  if (picture.width === width && picture.height === height) return picture
  const raw = { width: picture.width, height: picture.height, channels: 3 as const }
  // Cubic keeps small signs crisp when shrinking; enlarged, it would ring.
  const kernel = width < picture.width ? 'cubic' : 'linear'
  const data = await sharp(picture.data, { raw, limitInputPixels: false })
    .resize(width, height, { fit: 'fill', kernel })
    .raw()
    .toBuffer()
  return { data, width, height }
}

/** Copies a picture into a plane filled with `padValue`. */
function paste(picture: RawPicture, plan: LetterboxPlan, padValue: number): Uint8Array {
  const { inputWidth, inputHeight, offsetX, offsetY } = plan
  const plane = new Uint8Array(inputWidth * inputHeight * 3).fill(padValue)
  const rowBytes = picture.width * 3
  for (let y = 0; y < picture.height; y++) {
    const row = picture.data.subarray(y * rowBytes, (y + 1) * rowBytes)
    plane.set(row, ((offsetY + y) * inputWidth + offsetX) * 3)
  }
  return plane
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple
}
