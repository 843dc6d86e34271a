import { decoders } from './decoders/index.ts'
import { ModelProblem, type Sentence } from './model-problem.ts'
import type { ClassifierDescription, ModelFile } from './model-schema.ts'

/** Where a description contradicts itself: the field, and what is wrong with it. */
type Problem = [field: string, sentence: Sentence]

/** What a schema cannot say: how the fields of a description belong together. @throws ModelProblem */
export function checkMeaning(model: ModelFile, path: string): void {
  for (const rule of [inputSize, inputValues, tiles, outputs, strides, labels, categories, named]) {
    const [problem] = rule(model)
    if (problem) throw new ModelProblem(path, ...problem)
  }
}

function* inputSize({ detector: { input, long_side } }: ModelFile): Generator<Problem> {
  if ((input.size_multiple === undefined) === (input.fixed_size === undefined)) {
    yield [
      'detector.input',
      { en: 'needs either size_multiple or fixed_size', zh: 'size_multiple 与 fixed_size 必须且只能给出一个' },
    ]
  }
  if (input.size_multiple !== undefined && long_side === undefined) {
    yield ['detector.long_side', { en: 'is needed with size_multiple', zh: '使用 size_multiple 时必须给出' }]
  }
  if (input.fixed_size !== undefined && long_side !== undefined) {
    yield [
      'detector.long_side',
      {
        en: 'means nothing with fixed_size: every look has that size',
        zh: '与 fixed_size 同时使用没有意义：输入尺寸已固定',
      },
    ]
  }
}

function* inputValues({ detector: { input } }: ModelFile): Generator<Problem> {
  if (input.dtype === 'float32') return
  for (const field of ['scale', 'mean', 'std'] as const) {
    if (input[field] === undefined) continue
    yield [
      `detector.input.${field}`,
      { en: 'means nothing with uint8, which takes pixels as they are', zh: '与 uint8 同时使用没有意义：像素原样输入' },
    ]
  }
}

function* tiles({ detector: { input, tiles } }: ModelFile): Generator<Problem> {
  if (input.fixed_size === undefined || tiles === null) return
  const side = Math.min(...input.fixed_size)
  if (tiles.size === side) return
  yield [
    'detector.tiles.size',
    { en: `must be ${side}, the shorter side of fixed_size`, zh: `必须等于 fixed_size 的短边 ${side}` },
  ]
}

function* outputs({ detector }: ModelFile): Generator<Problem> {
  const { roles } = decoders[detector.decoder]
  const given = Object.keys(detector.outputs)
  if (given.length === roles.length && roles.every((role) => given.includes(role))) return
  const wanted = roles.join(', ')
  yield [
    'detector.outputs',
    {
      en: `the decoder ${detector.decoder} reads ${wanted}; given are ${given.join(', ') || 'none'}`,
      zh: `解码器 ${detector.decoder} 需要 ${wanted}，而给出的是 ${given.join(', ') || '空'}`,
    },
  ]
}

function* strides({ detector }: ModelFile): Generator<Problem> {
  if (!decoders[detector.decoder].usesStrides) return
  const { size_multiple, fixed_size } = detector.input
  const [field, sides] = fixed_size ? ['fixed_size', fixed_size] : ['size_multiple', [size_multiple!]]
  const stride = detector.strides.find((stride) => sides.some((side) => side % stride !== 0))
  if (stride === undefined) return
  yield [
    `detector.input.${field}`,
    { en: `must be a multiple of the stride ${stride}`, zh: `必须是步长 ${stride} 的整数倍` },
  ]
}

function* labels({ labels }: ModelFile): Generator<Problem> {
  const byCode = new Map(labels.map((label) => [label.code, label]))
  for (const [i, label] of labels.entries()) {
    if (byCode.get(label.code) !== label) {
      yield ['labels', { en: `the code ${label.code} appears twice`, zh: `代码 ${label.code} 出现了两次` }]
    }
    if (label.reading_of === undefined) continue
    const field = `labels.${i}.reading_of`
    const whole = byCode.get(label.reading_of)
    if (!whole) yield [field, noLabel(label.reading_of)]
    else if (whole.reading_of !== undefined) {
      yield [field, { en: `${whole.code} is itself a reading`, zh: `${whole.code} 本身就是一种读数` }]
    } else if (whole.category !== label.category) {
      yield [
        field,
        {
          en: `${label.code} is ${label.category}, but ${whole.code} is ${whole.category}`,
          zh: `${label.code} 的类别是 ${label.category}，而 ${whole.code} 的类别是 ${whole.category}`,
        },
      ]
    }
  }
}

function* categories({ detector, classifier }: ModelFile): Generator<Problem> {
  const field = 'detector.categories'
  if (classifier !== null && detector.categories === undefined) {
    yield [field, { en: 'is needed with a classifier', zh: '使用分类器时必须给出' }]
  }
  if (classifier === null && detector.categories !== undefined) {
    yield [
      field,
      {
        en: "means nothing without a classifier: the labels' categories count",
        zh: '没有分类器时没有意义：以标签的类别为准',
      },
    ]
  }
}

/** The labels that the classifier names exist and are classes. */
function* named({ classifier, labels }: ModelFile): Generator<Problem> {
  if (classifier === null) return
  for (const [field, code] of namedBy(classifier)) {
    const label = labels.find((label) => label.code === code)
    if (!label) yield [field, noLabel(code)]
    else if (label.reading_of !== undefined) {
      yield [field, { en: `${code} is a reading, not a class`, zh: `${code} 是读数，不是类别` }]
    }
  }
  const { not_a_sign: none, fallback } = classifier
  const reading = labels.find((label) => label.reading_of === none)
  if (reading) {
    yield [
      'labels',
      { en: `${reading.code} is a reading of what is not a sign`, zh: `${reading.code} 是“非标志”的读数` },
    ]
  }
  if (Object.values(fallback).includes(none)) {
    yield ['classifier.fallback', { en: `${none} means no sign`, zh: `${none} 表示非标志，不能作为后备标签` }]
  }
}

function namedBy({ not_a_sign, fallback }: ClassifierDescription): [field: string, code: string][] {
  const fallbacks = Object.entries(fallback).map(
    ([category, code]) => [`classifier.fallback.${category}`, code] as const,
  )
  return [['classifier.not_a_sign', not_a_sign], ...fallbacks.map(([field, code]): [string, string] => [field, code])]
}

function noLabel(code: string): Sentence {
  return { en: `there is no label ${code}`, zh: `没有标签 ${code}` }
}
