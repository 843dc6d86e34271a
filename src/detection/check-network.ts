import type { InferenceSession } from 'onnxruntime-node'
import { ModelProblem, type Sentence } from './model-problem.ts'

type Metadata = InferenceSession.ValueMetadata
type Tensor = Metadata & { isTensor: true }
/** Which field of the input's description does not fit, and why. */
type Problem = [field: string, sentence: Sentence]

/** What a description says of one of a network's tensors. */
export interface ExpectedInput {
  /** The field of model.json that describes it, such as `detector.input`. */
  field: string
  name: string
  dtype: 'uint8' | 'float32'
  layout: 'NHWC' | 'NCHW'
  /** The field that should hold the network's only size. */
  sizeField: 'fixed_size' | 'size'
  /** null where any batch, width or height will do. */
  batch: number | null
  height: number | null
  width: number | null
}

/** Compares what a network says of its inputs with what model.json says of it. @throws ModelProblem naming the field. */
export function checkInput(session: InferenceSession, expected: ExpectedInput, manifestPath: string): void {
  const [problem] = inputProblems(session, expected)
  if (problem) throw new ModelProblem(manifestPath, `${expected.field}.${problem[0]}`, problem[1])
}

function* inputProblems(session: InferenceSession, expected: ExpectedInput): Generator<Problem> {
  const input = tensorNamed(session.inputMetadata, expected.name)
  if (!input) return yield ['name', noTensor(session.inputMetadata, expected.name, 'input')]
  const others = session.inputNames.filter((name) => name !== expected.name).join(', ')
  if (others !== '') {
    yield ['name', { en: `the network has other inputs too: ${others}`, zh: `网络还有其他输入：${others}` }]
  }
  if (input.type !== expected.dtype) {
    yield [
      'dtype',
      {
        en: `is ${expected.dtype}, but the network takes ${input.type}`,
        zh: `写的是 ${expected.dtype}，而网络的输入是 ${input.type}`,
      },
    ]
  }
  // Without a shape the network does not say.
  if (input.shape.length > 0) yield* shapeProblems(input, expected)
}

function* shapeProblems(input: Tensor, expected: ExpectedInput): Generator<Problem> {
  const { layout, batch } = expected
  const [count, ...rest] = input.shape
  const [height, width, channels] = layout === 'NHWC' ? rest : [rest[1], rest[2], rest[0]]
  const given = shapeOf(input)
  if (rest.length !== 3 || differs(channels, 3)) {
    const sentence = {
      en: `${layout} does not fit the network's input ${given}`,
      zh: `${layout} 与网络输入 ${given} 不符`,
    }
    yield ['layout', sentence]
  }
  if (sizeDiffers(height, width, expected)) {
    const wanted = expected.sizeField === 'size' ? `size ${height}` : `fixed_size [${height}, ${width}]`
    const sentence = {
      en: `the network takes only ${given}: that is ${wanted}`,
      zh: `网络只接受 ${given}：应写为 ${wanted}`,
    }
    yield [expected.height === null ? 'size_multiple' : expected.sizeField, sentence]
  }
  if (typeof count === 'number' && count !== batch) {
    const sentence = {
      en: `the network takes only ${given}: the batch must be free${batch === null ? '' : ` or ${batch}`}`,
      zh: `网络只接受 ${given}：批大小必须可变${batch === null ? '' : `或为 ${batch}`}`,
    }
    yield ['name', sentence]
  }
}

type Dimension = number | string | undefined

/** A description that leaves the size free needs a network that does. */
function sizeDiffers(height: Dimension, width: Dimension, expected: ExpectedInput): boolean {
  if (expected.height === null) return typeof height === 'number' || typeof width === 'number'
  return differs(height, expected.height) || differs(width, expected.width)
}

/** A named dimension, such as `batch`, is free and differs from nothing. */
function differs(dimension: Dimension, expected: number | null): boolean {
  return typeof dimension === 'number' && dimension !== expected
}

/** @throws ModelProblem where the network has no such float32 output. */
export function checkOutput(session: InferenceSession, name: string, field: string, manifestPath: string): void {
  const output = tensorNamed(session.outputMetadata, name)
  if (!output) throw new ModelProblem(manifestPath, field, noTensor(session.outputMetadata, name, 'output'))
  if (output.type === 'float32') return
  const sentence = {
    en: `must be float32, but the network gives ${output.type} in ${name}`,
    zh: `必须是 float32，而网络的输出 ${name} 是 ${output.type}`,
  }
  throw new ModelProblem(manifestPath, field, sentence)
}

function tensorNamed(all: readonly Metadata[], name: string): Tensor | undefined {
  return all.find((one): one is Tensor => one.isTensor && one.name === name)
}

function noTensor(all: readonly Metadata[], name: string, kind: 'input' | 'output'): Sentence {
  const names = all.map((one) => one.name).join(', ')
  return {
    en: `the network has no ${kind} ${name}; it has ${names}`,
    zh: `网络没有名为 ${name} 的${kind === 'input' ? '输入' : '输出'}；它有 ${names}`,
  }
}

/** As in `float32[batch, 3, 640, 640]`. */
export function shapeOf(tensor: Metadata): string {
  return tensor.isTensor ? `${tensor.type}[${tensor.shape.join(', ')}]` : tensor.name
}
