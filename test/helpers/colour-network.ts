import type { DecoderName } from '../../src/detection/decoders/index.ts'
import { type Constant, encodeOnnx, type Graph, type Node } from './onnx-graph.ts'

/** Side of a cell in pixels. */
export const cell = 32

export interface ColourNetwork {
  decoder: DecoderName
  layout?: 'NHWC' | 'NCHW'
  dtype?: 'uint8' | 'float32'
  order?: 'RGB' | 'BGR'
  /** What a channel's value is multiplied with and shifted by to be 0..1 again, in the order of the channels. */
  gain?: [number, number, number]
  shift?: [number, number, number]
  /** Height and width; null for any, which only decoders that count cells can do here. */
  size: [number, number] | null
}

type Columns = { weights: number[][]; bias: number[][] }

/**
 * A real detector of two classes, in the form of any family: a square of 32 × 32 input pixels is of class 0 as much as it
 * is redder than green, of class 1 as much as it is bluer. Its scores are means of pixels, so that they show exactly what
 * the network was given. Input `images`, output `output0`; hz-anchor-free: `categories` and `distances`.
 */
export function colourNetwork(network: ColourNetwork): Buffer {
  const { layout = 'NCHW', dtype = 'float32', size } = network
  const [height, width] = size ?? ['height', 'width']
  const dims = layout === 'NCHW' ? [1, 3, height, width] : [1, height, width, 3]
  const { nodes, constants, outputs } = head(network)
  const graph: Graph = {
    inputs: [{ name: 'images', type: dtype, dims }],
    outputs: outputs.map((name) => ({ name, type: 'float32', dims: ['a', 'b', 'c'] })),
    nodes: [
      { op: 'Cast', inputs: ['images'], outputs: ['floats'], attributes: { to: 1 } },
      { op: 'Transpose', inputs: ['floats'], outputs: ['planes'], attributes: { perm: channelsFirst(layout) } },
      {
        op: 'AveragePool',
        inputs: ['planes'],
        outputs: ['pooled'],
        attributes: { kernel_shape: [cell, cell], strides: [cell, cell] },
      },
      { op: 'Reshape', inputs: ['pooled', 'flat'], outputs: ['columns'] },
      { op: 'Transpose', inputs: ['columns'], outputs: ['cells'], attributes: { perm: [0, 2, 1] } },
      ...nodes,
    ],
    constants: [{ name: 'flat', type: 'int64', dims: [3], values: [1, 3, -1] }, ...constants],
  }
  return encodeOnnx(graph)
}

const channelsFirst = (layout: string) => (layout === 'NCHW' ? [0, 1, 2, 3] : [0, 3, 1, 2])

/** What makes of each cell's mean colour the numbers of the decoder. */
function head(network: ColourNetwork): { nodes: Node[]; constants: Constant[]; outputs: string[] } {
  const [red, blue] = [score(network, 'R'), score(network, 'B')]
  const grid = network.size === null ? [] : cellsOf(network.size)
  const fixed = (...values: number[]): number[][] => [values]
  switch (network.decoder) {
    case 'hz-anchor-free': {
      // A score of 0.5 becomes the logit 0.
      const logits = [scaled(red, 20, -10), scaled(blue, 20, -10)]
      return joined(linear('categories', columns(...logits)), linear('distances', constant(fixed(16, 16, 16, 16))))
    }
    case 'yolox':
      return linear('output0', columns(constant(fixed(0.5, 0.5, 0, 0, 1)), red, blue))
    case 'yolov5': {
      const boxes = grid.map(([x, y]) => [x + cell / 2, y + cell / 2, cell, cell, 0.5])
      return linear('output0', columns(constant(boxes), red, blue))
    }
    case 'yolov8': {
      const boxes = grid.map(([x, y]) => [x + cell / 2, y + cell / 2, cell, cell])
      const { nodes, constants } = linear('rows', columns(constant(boxes), red, blue))
      const turn = { op: 'Transpose', inputs: ['rows'], outputs: ['output0'], attributes: { perm: [0, 2, 1] } }
      return { nodes: [...nodes, turn], constants, outputs: ['output0'] }
    }
    case 'end2end': {
      const boxes = grid.map(([x, y]) => [x, y, x + cell, y + cell])
      const rows = [red, blue].map((one, i) => linear(`class${i}`, columns(constant(boxes), one, constant(fixed(i)))))
      const both = { op: 'Concat', inputs: ['class0', 'class1'], outputs: ['output0'], attributes: { axis: 1 } }
      return { ...joined(...rows, { nodes: [both], constants: [] }), outputs: ['output0'] }
    }
  }
}

/** Top left of each cell, row by row. */
function cellsOf([height, width]: [number, number]): [number, number][] {
  const cells: [number, number][] = []
  for (let y = 0; y < height; y += cell) for (let x = 0; x < width; x += cell) cells.push([x, y])
  return cells
}

/** One column: by how much a colour exceeds green, 0..1. */
function score({ order = 'RGB', gain = [1, 1, 1], shift = [0, 0, 0] }: ColourNetwork, colour: 'R' | 'B'): Columns {
  const [plus, minus] = [order.indexOf(colour), 1]
  const weights = [0, 0, 0]
  weights[plus] = gain[plus]!
  weights[minus] = -gain[minus]!
  return { weights: weights.map((weight) => [weight]), bias: [[shift[plus]! - shift[minus]!]] }
}

function scaled({ weights, bias }: Columns, factor: number, offset: number): Columns {
  return {
    weights: weights.map((row) => row.map((weight) => weight * factor)),
    bias: bias.map((row) => row.map((one) => one * factor + offset)),
  }
}

/** The same numbers for every cell, or given for each. */
function constant(bias: number[][]): Columns {
  const none = (bias[0] ?? []).map(() => 0)
  return { weights: [none, none, none], bias }
}

function columns(...parts: Columns[]): Columns {
  const rows = Math.max(...parts.map(({ bias }) => bias.length))
  return {
    weights: [0, 1, 2].map((channel) => parts.flatMap(({ weights }) => weights[channel]!)),
    bias: Array.from({ length: rows }, (_, row) => parts.flatMap(({ bias }) => bias[row % bias.length]!)),
  }
}

/** `name` = cells × weights + bias. */
function linear(name: string, { weights, bias }: Columns) {
  const width = weights[0]!.length
  return {
    nodes: [
      { op: 'MatMul', inputs: ['cells', `${name}-weights`], outputs: [`${name}-product`] },
      { op: 'Add', inputs: [`${name}-product`, `${name}-bias`], outputs: [name] },
    ],
    constants: [
      { name: `${name}-weights`, type: 'float32' as const, dims: [3, width], values: weights.flat() },
      { name: `${name}-bias`, type: 'float32' as const, dims: [1, bias.length, width], values: bias.flat() },
    ],
    outputs: [name],
  }
}

function joined(...parts: { nodes: Node[]; constants: Constant[]; outputs?: string[] }[]) {
  return {
    nodes: parts.flatMap(({ nodes }) => nodes),
    constants: parts.flatMap(({ constants }) => constants),
    outputs: parts.flatMap(({ outputs = [] }) => outputs),
  }
}
