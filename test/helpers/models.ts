import { readFileSync } from 'node:fs'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRoot } from '../../src/package-root.ts'
import { colourDescription, writeModel } from './colour-model.ts'
import { type ColourNetwork, colourNetwork } from './colour-network.ts'
import { encodeOnnx } from './onnx-graph.ts'

export const bundledModel = join(packageRoot, 'models', 'hz-signs')
export const bundledVersion: string = JSON.parse(readFileSync(join(bundledModel, 'model.json'), 'utf8')).version

/** The bundled model in another version and in fp32 alone, in `root` under the version's name. @returns its directory. */
export async function copyModel(root: string, version: string, change: object = {}): Promise<string> {
  const dir = join(root, version)
  await cp(bundledModel, dir, { recursive: true })
  const path = join(dir, 'model.json')
  const model = JSON.parse(await readFile(path, 'utf8'))
  for (const network of [model.detector, model.classifier]) delete network.files.int8
  await writeFile(path, JSON.stringify({ ...model, version, ...change }))
  return dir
}

/** A model whose int8 network says the same as its fp32 one, in a fraction of the time. @returns its directory. */
export async function fasterInt8Model(root: string, version: string): Promise<string> {
  // Tripled, so that signs as bright as those of the bundled pictures count.
  const network: ColourNetwork = { decoder: 'hz-anchor-free', size: null, gain: [3, 3, 3] }
  const model = colourDescription(network)
  const longSide = { fast: 640, balanced: 960, accurate: 1920, max: 1920 }
  const files = { fp32: 'detector.onnx', int8: 'detector-int8.onnx' }
  const detector = { ...model.detector, files, long_side: longSide }
  const dir = await writeModel(join(root, version), network, { ...model, version, detector })
  await writeFile(join(dir, files.int8), colourNetwork(network))
  await writeFile(join(dir, files.fp32), Buffer.concat([colourNetwork(network), wastedWork()]))
  return dir
}

/** Messages of protobuf that follow each other are one: this adds a convolution that nobody asks for. */
function wastedWork(): Buffer {
  const dims = [16, 3, 3, 3]
  const values = Array.from({ length: 16 * 3 * 3 * 3 }, (_, i) => i / 100)
  return encodeOnnx({
    inputs: [],
    outputs: [{ name: 'waste', type: 'float32', dims: ['a', 'b', 'c', 'd'] }],
    nodes: [{ op: 'Conv', inputs: ['planes', 'waste-weights'], outputs: ['waste'] }],
    constants: [{ name: 'waste-weights', type: 'float32', dims, values }],
  })
}
