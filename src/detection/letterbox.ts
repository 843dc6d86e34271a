import sharp from 'sharp'
import type { RawPicture } from '../raw-picture.ts'

/** How a picture is laid into the network's input: scaled to `scaledWidth` × `scaledHeight` at its top left, the rest filled. */
export interface LetterboxPlan {
  inputWidth: number
  inputHeight: number
  scaledWidth: number
  scaledHeight: number
  /** Source pixels per input pixel. */
  scaleX: number
  scaleY: number
}

export interface LetterboxRule {
  /** Of the scaled picture, in pixels. */
  longSide: number
  /** Input sides are multiples of it. */
  multiple: number
  /** A small picture is enlarged by at most this factor. */
  maxUpscale: number
}

/**
 * The smallest input that holds the picture, so a 16:9 photo costs a third less than in a square.
 * Both scales are kept: rounding to whole pixels makes them differ.
 */
export function planLetterbox(width: number, height: number, rule: LetterboxRule): LetterboxPlan {
  const factor = Math.min(rule.longSide / Math.max(width, height), rule.maxUpscale)
  const scaledWidth = Math.max(1, Math.round(width * factor))
  const scaledHeight = Math.max(1, Math.round(height * factor))
  return {
    inputWidth: roundUp(scaledWidth, rule.multiple),
    inputHeight: roundUp(scaledHeight, rule.multiple),
    scaledWidth,
    scaledHeight,
    scaleX: width / scaledWidth,
    scaleY: height / scaledHeight,
  }
}

/** The network's input, `inputHeight` × `inputWidth` × 3, uint8. */
export async function letterbox(picture: RawPicture, plan: LetterboxPlan, padValue: number): Promise<Uint8Array> {
  const scaled = await resize(picture, plan.scaledWidth, plan.scaledHeight)
  return paste(scaled, plan.inputWidth, plan.inputHeight, padValue)
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

/** Copies a picture to the top left of a plane filled with `padValue`. Returns height × width × 3 bytes. */
function paste(picture: RawPicture, width: number, height: number, padValue: number): Uint8Array {
  const plane = new Uint8Array(width * height * 3).fill(padValue)
  const rowBytes = picture.width * 3
  for (let y = 0; y < picture.height; y++) {
    plane.set(picture.data.subarray(y * rowBytes, (y + 1) * rowBytes), y * width * 3)
  }
  return plane
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple
}
