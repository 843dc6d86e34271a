import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRoot } from '../../src/package-root.ts'
import type { RawPicture } from '../../src/raw-picture.ts'
import { type ColourNetwork, colourNetwork } from './colour-network.ts'

const hzDir = join(packageRoot, 'models/hz-signs')

// biome-ignore lint/suspicious/noExplicitAny: what a model.json says is what is tested.
export type Json = any

/** model.json of a colour network, as somebody would write it. */
export function colourDescription(network: ColourNetwork): Json {
  const { decoder, layout = 'NCHW', dtype = 'float32', order = 'RGB', size } = network
  return {
    format: 'hzsystem-model/1',
    name: 'colours',
    version: '1',
    title: 'Colours',
    detector: {
      files: { fp32: 'detector.onnx' },
      input: {
        name: 'images',
        layout,
        dtype,
        channel_order: order,
        ...(size === null ? { size_multiple: 32 } : { fixed_size: size }),
        ...(dtype === 'float32' && { scale: 1 / 255 }),
      },
      decoder,
      outputs:
        decoder === 'hz-anchor-free'
          ? { categories: 'categories', distances: 'distances' }
          : { predictions: 'output0' },
      strides: [32],
      ...(size === null && { long_side: { fast: 128, balanced: 192, accurate: 256, max: 256 } }),
      max_upscale: 1,
    },
    labels: [
      { code: 'red', name: '红', name_en: 'Red', category: 'prohibitory' },
      { code: 'blue', name: '蓝', name_en: 'Blue', category: 'mandatory' },
    ],
  }
}

/** Puts the classifier that is shipped, with its labels, behind a detector. */
export async function withShippedClassifier(model: Json, dir: string): Promise<Json> {
  const shipped = JSON.parse(await readFile(join(hzDir, 'model.json'), 'utf8'))
  await copyFile(join(hzDir, shipped.classifier.files.fp32), join(dir, shipped.classifier.files.fp32))
  const detector = { ...model.detector, categories: ['prohibitory', 'mandatory'] }
  const classifier = { ...shipped.classifier, files: { fp32: shipped.classifier.files.fp32 } }
  return { ...model, detector, classifier, labels: shipped.labels }
}

/** Writes a model's directory. */
export async function writeModel(dir: string, network: ColourNetwork, model: Json): Promise<string> {
  await mkdir(dir, { recursive: true })
  await writeFile(join(dir, 'detector.onnx'), colourNetwork(network))
  await writeFile(join(dir, 'model.json'), JSON.stringify(model))
  return dir
}

export interface Square {
  x: number
  y: number
  size: number
  colour: [number, number, number]
}

/** Grey with squares of one colour each. */
export function squares(width: number, height: number, drawn: Square[]): RawPicture {
  const data = Buffer.alloc(width * height * 3, 114)
  for (const { x, y, size, colour } of drawn) {
    for (let row = y; row < y + size; row++) {
      for (let column = x; column < x + size; column++) data.set(colour, (row * width + column) * 3)
    }
  }
  return { data, width, height }
}
