import type { DetectorDescription } from './model-schema.ts'
import type { NetworkInput } from './open-session.ts'

type InputDescription = DetectorDescription['input']

/** `plane` is height × width × 3, uint8 RGB; the tensor is what the network was trained on, with a batch of one. */
export function toTensor(plane: Uint8Array, width: number, height: number, input: InputDescription): NetworkInput {
  const { name, dtype, layout } = input
  const dims = layout === 'NHWC' ? [1, height, width, 3] : [1, 3, height, width]
  if (dtype === 'uint8' && layout === 'NHWC' && input.channel_order === 'RGB') return { name, dtype, dims, data: plane }
  const data = dtype === 'uint8' ? new Uint8Array(plane.length) : new Float32Array(plane.length)
  const [pixelStep, channelStep] = layout === 'NHWC' ? [3, 1] : [1, width * height]
  for (let channel = 0; channel < 3; channel++) {
    const values = valuesOf(channel, input)
    const source = input.channel_order === 'RGB' ? channel : 2 - channel
    for (let from = source, to = channel * channelStep; from < plane.length; from += 3, to += pixelStep) {
      data[to] = values[plane[from]!]!
    }
  }
  return { name, dtype, dims, data } as NetworkInput
}

/** What each of the 256 values of a pixel becomes in one of the network's channels. */
function valuesOf(channel: number, { dtype, scale = 1, mean, std }: InputDescription): Float64Array {
  const values = Float64Array.from({ length: 256 }, (_, pixel) => pixel)
  if (dtype === 'uint8') return values
  return values.map((pixel) => (pixel * scale - (mean?.[channel] ?? 0)) / (std?.[channel] ?? 1))
}
