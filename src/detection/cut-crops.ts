import type { RawPicture } from '../raw-picture.ts'
import type { Box } from './geometry.ts'

export interface CropRule {
  /** Side of the square crop in pixels. */
  size: number
  /** By how much of its size a box grows on each side. */
  margin: number
  channelOrder: 'RGB' | 'BGR'
}

// More samples a side cost time and change no label.
const maxSamplesPerAxis = 4

/** The crops of all boxes (source pixels), one after another: boxes × size × size × 3 bytes. */
export function cutCrops(picture: RawPicture, boxes: Box[], rule: CropRule): Uint8Array {
  const cropBytes = rule.size * rule.size * 3
  const crops = new Uint8Array(boxes.length * cropBytes)
  boxes.forEach((box, i) => {
    cutCrop(picture, box, rule, crops.subarray(i * cropBytes, (i + 1) * cropBytes))
  })
  return crops
}

/**
 * Bilinear, with several samples a pixel where the box is larger than the crop, so that nothing aliases.
 * Beyond the picture its border is repeated.
 */
function cutCrop(picture: RawPicture, box: Box, rule: CropRule, crop: Uint8Array): void {
  const xs = sampleAxis(box.x1, box.x2, rule, picture.width)
  const ys = sampleAxis(box.y1, box.y2, rule, picture.height)
  const [red, blue] = rule.channelOrder === 'RGB' ? [0, 2] : [2, 0]
  const sum = new Float64Array(3)
  for (let y = 0, at = 0; y < rule.size; y++) {
    for (let x = 0; x < rule.size; x++, at += 3) {
      sum.fill(0)
      addSamples(picture, xs, ys, x, y, sum)
      const count = xs.perPixel * ys.perPixel
      crop[at + red] = sum[0]! / count
      crop[at + 1] = sum[1]! / count
      crop[at + blue] = sum[2]! / count
    }
  }
}

/** Where samples fall on one axis: the lower of two neighbouring source pixels, and the weight of the upper. */
interface SampleAxis {
  perPixel: number
  lower: Int32Array
  upper: Int32Array
  weight: Float64Array
}

function sampleAxis(from: number, to: number, { size, margin }: CropRule, length: number): SampleAxis {
  const start = from - margin * (to - from)
  const step = ((to - from) * (1 + 2 * margin)) / size
  const perPixel = Math.max(1, Math.min(maxSamplesPerAxis, Math.round(step)))
  const count = size * perPixel
  const axis = { perPixel, lower: new Int32Array(count), upper: new Int32Array(count), weight: new Float64Array(count) }
  for (let i = 0; i < count; i++) {
    // Source pixel n has its centre at n + 0.5.
    const at = Math.min(Math.max(start + ((i + 0.5) / perPixel) * step - 0.5, 0), length - 1)
    axis.lower[i] = Math.floor(at)
    axis.upper[i] = Math.min(axis.lower[i]! + 1, length - 1)
    axis.weight[i] = at - axis.lower[i]!
  }
  return axis
}

function addSamples(
  picture: RawPicture,
  xs: SampleAxis,
  ys: SampleAxis,
  x: number,
  y: number,
  sum: Float64Array,
): void {
  const { data, width } = picture
  for (let j = y * ys.perPixel; j < (y + 1) * ys.perPixel; j++) {
    const upperRow = ys.lower[j]! * width
    const lowerRow = ys.upper[j]! * width
    const down = ys.weight[j]!
    for (let i = x * xs.perPixel; i < (x + 1) * xs.perPixel; i++) {
      const right = xs.weight[i]!
      const a = (upperRow + xs.lower[i]!) * 3
      const b = (upperRow + xs.upper[i]!) * 3
      const c = (lowerRow + xs.lower[i]!) * 3
      const d = (lowerRow + xs.upper[i]!) * 3
      for (let channel = 0; channel < 3; channel++) {
        const upper = data[a + channel]! * (1 - right) + data[b + channel]! * right
        const lower = data[c + channel]! * (1 - right) + data[d + channel]! * right
        sum[channel]! += upper * (1 - down) + lower * down
      }
    }
  }
}
