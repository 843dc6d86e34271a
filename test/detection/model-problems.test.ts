import { spawnSync } from 'node:child_process'
import { copyFile, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { type DecoderName, decoderNames } from '../../src/detection/decoders/index.ts'
import { modelInfoOf, precisionsOf, readManifest } from '../../src/detection/model-manifest.ts'
import { ModelProblem } from '../../src/detection/model-problem.ts'
import { SignDetector } from '../../src/detection/sign-detector.ts'
import { packageRoot } from '../../src/package-root.ts'
import { colourDescription, type Json, squares, withShippedClassifier, writeModel } from '../helpers/colour-model.ts'
import { type ColourNetwork, colourNetwork } from '../helpers/colour-network.ts'
import { encodeOnnx, type Value } from '../helpers/onnx-graph.ts'

const yolov8: ColourNetwork = { decoder: 'yolov8', size: [96, 128] }
const photoLike = squares(128, 96, [])

/** The problem that a start with this directory meets; everything up to the first detection is the start. */
async function problemIn(dir: string): Promise<ModelProblem> {
  try {
    const detector = await SignDetector.open(await readManifest(dir))
    await detector.warmUp()
    await detector.detect(photoLike, { mode: 'max', confidenceThreshold: 0 })
  } catch (err) {
    if (err instanceof ModelProblem) return err
    throw err
  }
  throw new Error('There is no problem')
}

interface Case {
  name: string
  network?: ColourNetwork
  classifier?: boolean
  edit: (model: Json) => void
  field: string | null
  says: RegExp
}

const descriptions: Case[] = [
  {
    name: 'an unknown decoder',
    edit: ({ detector }) => {
      detector.decoder = 'ssd'
    },
    field: 'detector.decoder',
    says: /is no known decoder; there are hz-anchor-free, yolov5, yolov8, end2end, yolox/,
  },
  {
    name: 'an unknown field',
    edit: ({ detector }) => {
      detector.file = 'detector.onnx'
    },
    field: 'detector.file',
    says: /is no known field/,
  },
  {
    name: 'a missing field',
    edit: ({ detector }) => {
      detector.input.name = undefined
    },
    field: 'detector.input',
    says: /must have required properties name/,
  },
  {
    name: 'a file that is not there',
    edit: ({ detector }) => {
      detector.files.fp32 = 'other.onnx'
    },
    field: 'detector.files.fp32',
    says: /the file .*other\.onnx cannot be read/,
  },
  {
    name: 'an int8 file that is not there',
    edit: ({ detector }) => {
      detector.files.int8 = 'detector.int8.onnx'
    },
    field: 'detector.files.int8',
    says: /cannot be read/,
  },
  {
    name: 'a file outside the directory',
    edit: ({ detector }) => {
      detector.files.fp32 = '../detector.onnx'
    },
    field: 'detector.files.fp32',
    says: /plain file name/,
  },
  {
    name: 'two sizes',
    edit: ({ detector }) => {
      detector.input.size_multiple = 32
    },
    field: 'detector.input',
    says: /either size_multiple or fixed_size/,
  },
  {
    name: 'a long side of what has one size',
    edit: ({ detector }) => {
      detector.long_side = { fast: 1, balanced: 1, accurate: 1, max: 1 }
    },
    field: 'detector.long_side',
    says: /means nothing with fixed_size/,
  },
  {
    name: 'no long side of what has any size',
    network: { decoder: 'yolox', size: null },
    edit: (model) => {
      model.detector.long_side = undefined
    },
    field: 'detector.long_side',
    says: /is needed with size_multiple/,
  },
  {
    name: 'a scale for bytes',
    edit: ({ detector }) => {
      detector.input.dtype = 'uint8'
    },
    field: 'detector.input.scale',
    says: /means nothing with uint8/,
  },
  {
    name: 'tiles of another size',
    edit: ({ detector }) => {
      detector.tiles = { size: 128, overlap: 0.2, max_long_side: 1000 }
    },
    field: 'detector.tiles.size',
    says: /must be 96, the shorter side of fixed_size/,
  },
  {
    name: 'outputs of another decoder',
    edit: ({ detector }) => {
      detector.outputs = { categories: 'output0' }
    },
    field: 'detector.outputs',
    says: /the decoder yolov8 reads predictions; given are categories/,
  },
  {
    name: 'a size that cells do not fill',
    network: { decoder: 'yolox', size: [96, 128] },
    edit: ({ detector }) => {
      detector.strides = [32, 64]
    },
    field: 'detector.input.fixed_size',
    says: /must be a multiple of the stride 64/,
  },
  {
    name: 'categories without a classifier',
    edit: ({ detector }) => {
      detector.categories = ['warning', 'warning']
    },
    field: 'detector.categories',
    says: /means nothing without a classifier/,
  },
  {
    name: 'a classifier without categories',
    classifier: true,
    edit: ({ detector }) => {
      detector.categories = undefined
    },
    field: 'detector.categories',
    says: /is needed with a classifier/,
  },
  {
    name: 'a reading of nothing',
    edit: ({ labels }) => {
      labels[1].reading_of = 'green'
    },
    field: 'labels.1.reading_of',
    says: /there is no label green/,
  },
  {
    name: 'a reading of a reading',
    edit: ({ labels }) => {
      labels[0].reading_of = 'blue'
      labels[1].reading_of = 'red'
    },
    field: 'labels.0.reading_of',
    says: /blue is itself a reading/,
  },
  {
    name: 'a reading of another category',
    edit: ({ labels }) => {
      labels[1].reading_of = 'red'
    },
    field: 'labels.1.reading_of',
    says: /blue is mandatory, but red is prohibitory/,
  },
  {
    name: 'a fallback that is a reading',
    classifier: true,
    edit: ({ labels }) => {
      labels.find(({ code }: Json) => code === 'wo').reading_of = 'w63'
    },
    field: 'classifier.fallback.warning',
    says: /wo is a reading, not a class/,
  },
  {
    name: 'a fallback that is no sign',
    classifier: true,
    edit: ({ classifier }) => {
      classifier.fallback.other = 'not_a_sign'
    },
    field: 'classifier.fallback',
    says: /not_a_sign means no sign/,
  },
  {
    name: 'a rescoring without a weight',
    classifier: true,
    edit: ({ classifier }) => {
      classifier.rescoring = { kind: 'logistic', detector: 1, sign: 'much', bias: 0 }
    },
    field: 'classifier.rescoring.sign',
    says: /must be number/,
  },
]

const networks: Case[] = [
  {
    name: 'an input of another name',
    edit: ({ detector }) => {
      detector.input.name = 'pixels'
    },
    field: 'detector.input.name',
    says: /the network has no input pixels; it has images/,
  },
  {
    name: 'an input of another type',
    edit: ({ detector }) => {
      detector.input.dtype = 'uint8'
      detector.input.scale = undefined
    },
    field: 'detector.input.dtype',
    says: /is uint8, but the network takes float32/,
  },
  {
    name: 'an input of another layout',
    edit: ({ detector }) => {
      detector.input.layout = 'NHWC'
    },
    field: 'detector.input.layout',
    says: /NHWC does not fit the network's input float32\[1, 3, 96, 128\]/,
  },
  {
    name: 'an input of another size',
    edit: ({ detector }) => {
      detector.input.fixed_size = [128, 96]
    },
    field: 'detector.input.fixed_size',
    says: /the network takes only float32\[1, 3, 96, 128\]: that is fixed_size \[96, 128\]/,
  },
  {
    name: 'any size for a network of one',
    edit: ({ detector }) => {
      detector.input.fixed_size = undefined
      detector.input.size_multiple = 32
      detector.long_side = { fast: 640, balanced: 640, accurate: 640, max: 640 }
    },
    field: 'detector.input.size_multiple',
    says: /that is fixed_size \[96, 128\]/,
  },
  {
    name: 'an output of another name',
    edit: ({ detector }) => {
      detector.outputs.predictions = 'output'
    },
    field: 'detector.outputs.predictions',
    says: /the network has no output output; it has output0/,
  },
  {
    name: 'more labels than classes',
    edit: ({ labels }) => {
      labels.push({ code: 'green', name: '绿', name_en: 'Green', category: 'other' })
    },
    field: 'labels',
    says: /the detector tells 2 classes apart, but 3 are described here/,
  },
  {
    name: 'fewer labels than classes that are named',
    network: { decoder: 'end2end', size: [96, 128] },
    edit: ({ labels }) => {
      labels.pop()
    },
    field: 'labels',
    says: /the detector tells 2 classes apart, but 1 are described here/,
  },
  {
    name: 'more categories than classes',
    classifier: true,
    edit: ({ detector }) => {
      detector.categories = ['prohibitory', 'mandatory', 'warning', 'other']
    },
    field: 'detector.categories',
    says: /the detector tells 2 classes apart, but 4 are described here/,
  },
  {
    name: 'fewer labels than the classifier has',
    classifier: true,
    edit: ({ labels }) => {
      labels.shift()
    },
    field: 'labels',
    says: /the classifier tells 111 labels apart, but 110 are described here/,
  },
  {
    name: 'a crop of another size',
    classifier: true,
    edit: ({ classifier }) => {
      classifier.input.size = 64
    },
    field: 'classifier.input.size',
    says: /that is size 48/,
  },
  {
    name: 'a classifier without that output',
    classifier: true,
    edit: ({ classifier }) => {
      classifier.output = 'logits'
    },
    field: 'classifier.output',
    says: /the network has no output logits; it has prob/,
  },
]

async function write(dir: string, { network = yolov8, classifier, edit }: Case): Promise<string> {
  await mkdir(dir, { recursive: true })
  const plain = colourDescription(network)
  const model = classifier ? await withShippedClassifier(plain, dir) : plain
  edit(model)
  return writeModel(dir, network, model)
}

t.test('what is wrong is said with its file and field, in both languages', async (t) => {
  for (const one of [...descriptions, ...networks]) {
    const dir = await write(t.testdir(), one)
    const problem = await problemIn(dir)
    t.equal(problem.file, join(dir, 'model.json'), one.name)
    t.equal(problem.field, one.field, one.name)
    t.match(problem.message, one.says, one.name)
    t.ok(problem.message.startsWith(`${problem.file}: ${problem.field}: `), one.name)
    t.match(problem.messageIn('zh-CN'), /\p{Script=Han}/u, one.name)
  }
})

t.test('a network of another family than its decoder is refused with both shapes', async (t) => {
  const families: DecoderName[] = ['yolov5', 'yolov8', 'end2end', 'yolox']
  for (const decoder of families) {
    for (const real of families) {
      // YOLOX and YOLOv5 differ in what the numbers mean, which no shape tells.
      const isAlike = [decoder, real].every((one) => one === 'yolov5' || one === 'yolox')
      if (decoder === real || isAlike) continue
      const network: ColourNetwork = { decoder: real, size: [128, 128] }
      const model = colourDescription(network)
      model.detector.decoder = decoder
      const problem = await problemIn(await writeModel(t.testdir(), network, model))
      t.match(problem.field, /^(detector\.decoder|labels)$/, `${real} read as ${decoder}`)
      t.match(problem.message, /output0 \[1, \d+, \d+\]/, `${real} read as ${decoder}`)
    }
  }
})

t.test('half-precision networks, other inputs and batches of another size are refused', async (t) => {
  const image: Value = { name: 'images', type: 'float32', dims: [1, 3, 96, 128] }
  const output: Value = { name: 'output0', type: 'float32', dims: [1, 6, 6] }
  const copy = { op: 'Identity', inputs: ['images'], outputs: ['output0'] }
  const cases = [
    { inputs: [{ ...image, type: 'float16' as const }], field: 'detector.input.dtype', says: /takes float16/ },
    {
      inputs: [image, { ...image, name: 'im_shape' }],
      field: 'detector.input.name',
      says: /other inputs too: im_shape/,
    },
    {
      inputs: [{ ...image, dims: [4, 3, 96, 128] }],
      field: 'detector.input.name',
      says: /the batch must be free or 1/,
    },
    { inputs: [{ ...image, dims: [1, 3] }], field: 'detector.input.layout', says: /NCHW does not fit .*\[1, 3\]/ },
  ]
  for (const { inputs, field, says } of cases) {
    const dir = await writeModel(t.testdir(), yolov8, colourDescription(yolov8))
    const [{ dims, type }] = inputs as [Value]
    const graph = { inputs, outputs: [{ ...output, dims, type }], nodes: [copy], constants: [] }
    await writeFile(join(dir, 'detector.onnx'), encodeOnnx(graph))
    const problem = await problemIn(dir)
    t.equal(problem.field, field)
    t.match(problem.message, says)
  }
})

t.test('what is no network, or no description, is named', async (t) => {
  const dir = await writeModel(t.testdir(), yolov8, colourDescription(yolov8))
  await writeFile(join(dir, 'detector.onnx'), 'not a network')
  const problem = await problemIn(dir)
  t.equal(problem.file, join(dir, 'detector.onnx'))
  t.match(problem.message, /detector\.onnx: the network cannot be loaded/)
  t.match(problem.messageIn('zh-CN'), /无法加载网络/)
  await writeFile(join(dir, 'model.json'), '[]')
  t.match((await problemIn(dir)).message, /model\.json: must be object/)
})

t.test('what a schema allows only is listed, and a mark that Windows puts before a text is none', async (t) => {
  const dir = await writeModel(t.testdir(), yolov8, colourDescription(yolov8))
  const path = join(dir, 'model.json')
  const text = await readFile(path, 'utf8')
  await writeFile(path, `\uFEFF${text}`)
  t.equal((await readManifest(dir)).name, 'colours')
  await writeFile(path, text.replace('hzsystem-model/1', 'hzsystem-model/9'))
  t.match(await problemIn(dir), { field: 'format', sentence: { en: 'must be "hzsystem-model/1"' } })
  await writeFile(path, text.replace('prohibitory', 'forbidden'))
  const categories = '"prohibitory" | "mandatory" | "warning" | "other"'
  t.match(await problemIn(dir), { field: 'labels.0.category', sentence: { zh: `必须是 ${categories}` } })
})

t.test('a pipe or a description of gigabytes is refused and not read', async (t) => {
  const dir = await writeModel(t.testdir(), yolov8, colourDescription(yolov8))
  const [network, path] = [join(dir, 'detector.onnx'), join(dir, 'model.json')]
  await rm(network)
  spawnSync('mkfifo', [network])
  t.match(await problemIn(dir), { field: 'detector.files.fp32', sentence: { en: /cannot be read/ } })
  await truncate(path, 2 ** 33)
  t.match(await problemIn(dir), { sentence: { en: /8589934592 bytes, and 4194304 at most/ } })
  await rm(path)
  spawnSync('mkfifo', [path])
  t.match(await problemIn(dir), { sentence: { en: /it is not a file/ } })
})

t.test('a classifier that gives no probabilities is refused', async (t) => {
  const dir = t.testdir()
  const model = await withShippedClassifier(colourDescription(yolov8), dir)
  await writeModel(dir, yolov8, model)
  const count = model.labels.length
  const scores = encodeOnnx({
    inputs: [{ name: model.classifier.input.name, type: 'uint8', dims: ['count', 48, 48, 3] }],
    outputs: [{ name: model.classifier.output, type: 'float32', dims: ['count', count] }],
    nodes: [
      { op: 'Cast', inputs: [model.classifier.input.name], outputs: ['floats'], attributes: { to: 1 } },
      { op: 'Transpose', inputs: ['floats'], outputs: ['planes'], attributes: { perm: [0, 3, 1, 2] } },
      { op: 'AveragePool', inputs: ['planes'], outputs: ['pooled'], attributes: { kernel_shape: [48, 48] } },
      { op: 'Reshape', inputs: ['pooled', 'flat'], outputs: ['means'] },
      { op: 'MatMul', inputs: ['means', 'weights'], outputs: [model.classifier.output] },
    ],
    constants: [
      { name: 'flat', type: 'int64', dims: [2], values: [-1, 3] },
      { name: 'weights', type: 'float32', dims: [3, count], values: Array.from({ length: 3 * count }, () => 1) },
    ],
  })
  await writeFile(join(dir, model.classifier.files.fp32), scores)
  const sentence = { en: /must be probabilities between 0 and 1/ }
  t.match(await problemIn(dir), { field: 'classifier.output', sentence })
})

t.test('int8 is opened where there is such a file, and fp32 else', async (t) => {
  const dir = t.testdir()
  const model = await withShippedClassifier(colourDescription(yolov8), dir)
  model.detector.files.int8 = 'detector.int8.onnx'
  await writeModel(dir, yolov8, model)
  // "int8" here has half the scores, so that it is seen which one ran.
  await writeFile(join(dir, 'detector.int8.onnx'), colourNetwork({ ...yolov8, gain: [0.5, 0.5, 0.5] }))
  const plain = { ...model, classifier: null, labels: colourDescription(yolov8).labels }
  plain.detector.categories = undefined
  await writeFile(join(dir, 'model.json'), JSON.stringify(plain))
  const manifest = await readManifest(dir)
  t.same(precisionsOf(manifest), ['fp32', 'int8'])
  const picture = squares(128, 96, [{ x: 0, y: 0, size: 32, colour: [204, 0, 0] }])
  const best = async (...precision: ['fp32' | 'int8'] | []) => {
    const detector = await SignDetector.open(manifest, ...precision)
    return (await detector.detect(picture, { mode: 'fast', confidenceThreshold: 0.1 }))[0]?.confidence
  }
  t.same([await best(), await best('fp32'), await best('int8')], [0.8, 0.8, 0.4])

  const { int8: _, ...only } = plain.detector.files
  await writeFile(join(dir, 'model.json'), JSON.stringify({ ...plain, detector: { ...plain.detector, files: only } }))
  const single = await readManifest(dir)
  t.same(precisionsOf(single), ['fp32'])
  const detector = await SignDetector.open(single, 'int8')
  t.equal((await detector.detect(picture, { mode: 'fast', confidenceThreshold: 0.1 }))[0]?.confidence, 0.8)
})

t.test('clients are told of classes, not of readings nor of what is no sign', async (t) => {
  const dir = t.testdir()
  const model = await withShippedClassifier(colourDescription(yolov8), dir)
  t.ok(
    model.labels.some(({ code }: Json) => code === 'ph4.5'),
    'the shipped model reads heights',
  )
  const codes = modelInfoOf(await readManifest(await writeModel(dir, yolov8, model))).labels.map(
    ({ class_code }) => class_code,
  )
  t.equal(codes.length, 77)
  t.ok(codes.includes('ph') && !codes.includes('ph4.5') && !codes.includes('not_a_sign'))
  await copyFile(join(dir, 'model.json'), join(dir, 'copy.json'))
  t.match(await readFile(join(dir, 'copy.json'), 'utf8'), /ph4\.5/)
})

t.test('every description in docs/MODELS.md is one, and every decoder has one', async (t) => {
  const docs = await readFile(join(packageRoot, 'docs/MODELS.md'), 'utf8')
  const examples = [...docs.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => JSON.parse(text as string))
  t.same(examples.map(({ detector }) => detector.decoder).sort(), [...decoderNames].sort())
  for (const example of examples) {
    const dir = t.testdir()
    await mkdir(dir, { recursive: true })
    await writeFile(join(dir, 'model.json'), JSON.stringify(example))
    for (const { files } of [example.detector, example.classifier ?? { files: {} }]) {
      for (const file of Object.values(files) as string[]) await writeFile(join(dir, file), '')
    }
    const manifest = await readManifest(dir)
    t.equal(manifest.detector.max_upscale, 2, `${example.detector.decoder}: defaults are filled in`)
  }
})
