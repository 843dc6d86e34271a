import type { YuvPicture } from '../../drawing/yuv-picture.ts'

/** ITU-R BT.601 in 16.16 fixed point, from the video range: what FFmpeg's scaler takes where a video does not say. */
const LUMA = 76_309
const RED_OF_V = 104_597
const GREEN_OF_U = 25_675
const GREEN_OF_V = 53_279
const BLUE_OF_U = 132_201
const HALF = 1 << 15

/** Writes a picture as RGB, row-major; two pixels at a time, as they share their chroma. */
export function yuvToRgb({ width, height, planes, strides }: YuvPicture, target: Uint8Array): void {
  const [lumas, us, vs] = planes
  // Stores into it are cut to 0..255 without a branch.
  const rgb = new Uint8ClampedArray(target.buffer, target.byteOffset, width * height * 3)
  for (let y = 0, to = 0; y < height; y++) {
    const row = y * strides[0]
    const [uRow, vRow] = [(y >> 1) * strides[1], (y >> 1) * strides[2]]
    for (let x = 0; x < width; x++, to += 3) {
      const luma = (lumas[row + x]! - 16) * LUMA + HALF
      const u = us[uRow + (x >> 1)]! - 128
      const v = vs[vRow + (x >> 1)]! - 128
      rgb[to] = (luma + RED_OF_V * v) >> 16
      rgb[to + 1] = (luma - GREEN_OF_U * u - GREEN_OF_V * v) >> 16
      rgb[to + 2] = (luma + BLUE_OF_U * u) >> 16
    }
  }
}
