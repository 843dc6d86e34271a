/**
 * Writes small ONNX networks, so that tests run real ones: the messages of onnx.proto3 that a graph of a few nodes needs, in
 * protobuf's wire format (https://protobuf.dev/programming-guides/encoding).
 */
export type DataType = 'float32' | 'uint8' | 'int64' | 'float16'

const dataTypes: Record<DataType, number> = { float32: 1, uint8: 2, int64: 7, float16: 10 }

/** A constant. */
export interface Constant {
  name: string
  type: 'float32' | 'int64'
  dims: number[]
  values: number[]
}

/** An input or output of the graph; a dimension with a name is free. */
export interface Value {
  name: string
  type: DataType
  dims: (number | string)[]
}

export interface Node {
  op: string
  inputs: string[]
  outputs: string[]
  attributes?: Record<string, number | number[]>
}

export interface Graph {
  inputs: Value[]
  outputs: Value[]
  nodes: Node[]
  constants: Constant[]
}

/** The bytes of a .onnx file, of opset 13. */
export function encodeOnnx(graph: Graph): Buffer {
  const opset = message(number(2, 13))
  return message(number(1, 8), bytes(7, encodeGraph(graph)), bytes(8, opset))
}

function encodeGraph({ nodes, inputs, outputs, constants }: Graph): Buffer {
  return message(
    ...nodes.map((node) => bytes(1, encodeNode(node))),
    text(2, 'graph'),
    ...constants.map((constant) => bytes(5, encodeConstant(constant))),
    ...inputs.map((value) => bytes(11, encodeValue(value))),
    ...outputs.map((value) => bytes(12, encodeValue(value))),
  )
}

function encodeNode({ op, inputs, outputs, attributes = {} }: Node): Buffer {
  return message(
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => bytes(5, encodeAttribute(name, value))),
  )
}

/** Whole numbers only. */
function encodeAttribute(name: string, value: number | number[]): Buffer {
  const [field, type] = Array.isArray(value) ? [8, 7] : [3, 2]
  return message(text(1, name), ...[value].flat().map((one) => number(field, one)), number(20, type))
}

function encodeConstant({ name, type, dims, values }: Constant): Buffer {
  const data = type === 'float32' ? new Float32Array(values) : new BigInt64Array(values.map(BigInt))
  return message(
    ...dims.map((dim) => number(1, dim)),
    number(2, dataTypes[type]),
    text(8, name),
    bytes(9, Buffer.from(data.buffer)),
  )
}

function encodeValue({ name, type, dims }: Value): Buffer {
  const shape = dims.map((dim) => bytes(1, typeof dim === 'number' ? number(1, dim) : text(2, dim)))
  const tensor = message(number(1, dataTypes[type]), bytes(2, message(...shape)))
  return message(text(1, name), bytes(2, bytes(1, tensor)))
}

function message(...fields: Buffer[]): Buffer {
  return Buffer.concat(fields)
}

/** A whole number of at least 0. */
function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field << 3), varint(value)])
}

function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value))
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(value.length), value])
}

function varint(value: number): Buffer {
  const groups: number[] = []
  for (let rest = value; groups.length === 0 || rest > 0; rest = Math.floor(rest / 128)) groups.push(rest % 128)
  return Buffer.from(groups.map((group, i) => (i < groups.length - 1 ? group | 128 : group)))
}
