import { mkdir } from 'node:fs/promises'
import t from 'tap'
import type { DetectionMode } from '../../src/contract/index.ts'
import { type DecoderName, decoderNames } from '../../src/detection/decoders/index.ts'
import { modelInfoOf, readManifest } from '../../src/detection/model-manifest.ts'
import { SignDetector } from '../../src/detection/sign-detector.ts'
import type { RawPicture } from '../../src/raw-picture.ts'
import {
  colourDescription,
  type Json,
  type Square,
  squares,
  withShippedClassifier,
  writeModel,
} from '../helpers/colour-model.ts'
import type { ColourNetwork } from '../helpers/colour-network.ts'
import { street } from '../helpers/pictures.ts'

const red: Square['colour'] = [204, 0, 0] // 0.8 redder than green.
const blue: Square['colour'] = [0, 0, 153] // 0.6 bluer.

async function open(dir: string, network: ColourNetwork, edit: (model: Json) => unknown = () => {}) {
  const model = colourDescription(network)
  const edited = (await edit(model)) ?? model
  const detector = await SignDetector.open(await readManifest(await writeModel(dir, network, edited as Json)))
  await detector.warmUp()
  return detector
}

async function found(detector: SignDetector, picture: RawPicture, mode: DetectionMode = 'fast', least = 0.3) {
  const signs = await detector.detect(picture, { mode, confidenceThreshold: least })
  return signs.map(({ class_code, confidence, bbox }) => ({ code: class_code, confidence, bbox }))
}

/** What a square of the network's own colours is given for, by decoder: hz-anchor-free has logits, yolov5 half objectness. */
function confidences(decoder: DecoderName): [red: number, blue: number] {
  if (decoder === 'hz-anchor-free') return [0.9975, 0.8808]
  return decoder === 'yolov5' ? [0.4, 0.3] : [0.8, 0.6]
}

t.test('every decoder finds the boxes that its network means, class by class', async (t) => {
  for (const decoder of decoderNames) {
    const size: [number, number] = [96, 160]
    const detector = await open(t.testdir(), { decoder, size })
    const picture = squares(160, 96, [
      { x: 32, y: 64, size: 32, colour: red },
      { x: 128, y: 0, size: 32, colour: blue },
    ])
    const [redness, blueness] = confidences(decoder)
    t.same(
      await found(detector, picture),
      [
        { code: 'red', confidence: redness, bbox: [32, 64, 64, 96] },
        { code: 'blue', confidence: blueness, bbox: [128, 0, 160, 32] },
      ],
      decoder,
    )
    t.same(await found(detector, squares(160, 96, [])), [], `${decoder}: nothing in a grey picture`)
  }
})

t.test('boxes lead back through the letterbox, wherever the picture lies in it', async (t) => {
  const cases = [
    { pad: 'end', width: 96, height: 64, square: { x: 32, y: 32, size: 32 } },
    { pad: 'both', width: 96, height: 64, square: { x: 16, y: 0, size: 32 } }, // Offset 16, 32.
    { pad: 'both', width: 95, height: 64, square: { x: 16, y: 0, size: 32 } }, // An odd pixel goes right.
    { pad: 'end', width: 256, height: 128, square: { x: 64, y: 0, size: 64 } }, // Halved.
    { pad: 'both', width: 256, height: 128, square: { x: 64, y: 64, size: 64 } }, // Halved, offset 0, 32.
    { pad: 'both', width: 256, height: 512, square: { x: 128, y: 256, size: 128 } }, // A quarter, offset 32, 0.
  ]
  for (const decoder of decoderNames) {
    for (const { pad, width, height, square } of cases) {
      const detector = await open(t.testdir(), { decoder, size: [128, 128] }, (model) => {
        model.detector.input.pad = pad
      })
      const picture = squares(width, height, [{ ...square, colour: red }])
      const [best] = await found(detector, picture, 'fast', 0.15)
      const name = `${decoder}, ${pad}, ${width}×${height}`
      t.equal(best?.code, 'red', name)
      t.same(best?.bbox, [square.x, square.y, square.x + square.size, square.y + square.size], name)
    }
  }
})

t.test('decoders that count cells take any size', async (t) => {
  for (const decoder of ['hz-anchor-free', 'yolox'] as const) {
    const detector = await open(t.testdir(), { decoder, size: null })
    for (const [width, height] of [
      [100, 40],
      [60, 128],
      [32, 32],
    ] as const) {
      const picture = squares(width, height, [{ x: 0, y: 0, size: 32, colour: red }])
      t.same(await found(detector, picture), [
        { code: 'red', confidence: confidences(decoder)[0], bbox: [0, 0, 32, 32] },
      ])
    }
  }
})

t.test('pixels reach the network in its layout, type, channel order and scale', async (t) => {
  const decoder = 'yolov8'
  const size: [number, number] = [64, 96]
  const gain = (value: number): [number, number, number] => [value, value, value]
  const cases: { name: string; network: Partial<ColourNetwork>; input?: Json }[] = [
    { name: 'scaled floats', network: {} },
    { name: 'floats as they are', network: { gain: gain(1 / 255) }, input: { scale: 1 } },
    { name: 'floats without a scale', network: { gain: gain(1 / 255) }, input: { scale: undefined } },
    { name: 'bytes', network: { dtype: 'uint8', gain: gain(1 / 255) } },
    {
      name: 'floats with mean and deviation of each channel',
      network: { gain: [0.25, 0.5, 0.2], shift: [0.5, 0.4, 0.3] },
      input: { mean: [0.5, 0.4, 0.3], std: [0.25, 0.5, 0.2] },
    },
  ]
  for (const layout of ['NCHW', 'NHWC'] as const) {
    for (const order of ['RGB', 'BGR'] as const) {
      for (const { name, network, input = {} } of cases) {
        const whole: ColourNetwork = { decoder, size, layout, order, ...network }
        const detector = await open(t.testdir(), whole, (model) => {
          Object.assign(model.detector.input, input)
        })
        const picture = squares(96, 64, [
          { x: 64, y: 0, size: 32, colour: red },
          { x: 0, y: 32, size: 32, colour: blue },
        ])
        t.same(
          await found(detector, picture),
          [
            { code: 'red', confidence: 0.8, bbox: [64, 0, 96, 32] },
            { code: 'blue', confidence: 0.6, bbox: [0, 32, 32, 64] },
          ],
          `${layout} ${order}: ${name}`,
        )
      }
    }
  }
})

t.test('a wrong channel order shows: red is blue', async (t) => {
  const detector = await open(t.testdir(), { decoder: 'yolox', size: [64, 64] }, (model) => {
    model.detector.input.channel_order = 'BGR'
  })
  const picture = squares(64, 64, [{ x: 0, y: 0, size: 32, colour: red }])
  t.same(
    (await found(detector, picture)).map(({ code }) => code),
    ['blue'],
  )
})

t.test('the shipped classifier names what any detector finds', async (t) => {
  // A sign that fills a cell: about half of it is red.
  const drawn = await street([{ code: 'pne', x: 48, y: 80, size: 30 }])
    .extract({ left: 0, top: 0, width: 160, height: 96 })
    .raw()
    .toBuffer()
  const picture = { data: drawn, width: 160, height: 96 }
  for (const decoder of decoderNames) {
    const dir = t.testdir()
    await mkdir(dir, { recursive: true })
    const detector = await open(dir, { decoder, size: [96, 160] }, (model) => withShippedClassifier(model, dir))
    const [sign] = await detector.detect(picture, { mode: 'fast', confidenceThreshold: 0.02 })
    t.match(
      sign,
      { class_code: 'pne', class_name: '禁止驶入', category: 'prohibitory', bbox: [32, 64, 64, 96] },
      decoder,
    )
    // A plain square is no sign: its score sinks.
    const plain = await found(detector, squares(160, 96, [{ x: 32, y: 64, size: 32, colour: red }]), 'fast', 0.01)
    t.ok((plain[0]?.confidence ?? 0) < confidences(decoder)[0], `${decoder}: a plain square`)
  }
})

t.test("the category of the detector's class decides what an unknown sign is called", async (t) => {
  const dir = t.testdir()
  await mkdir(dir, { recursive: true })
  const detector = await open(dir, { decoder: 'yolov8', size: [64, 96] }, async (model) => {
    const full = await withShippedClassifier(model, dir)
    full.classifier.min_label_probability = 1 // Nothing is ever sure enough.
    full.detector.categories = ['warning', 'mandatory']
    return full
  })
  const picture = squares(96, 64, [
    { x: 0, y: 0, size: 32, colour: red },
    { x: 64, y: 32, size: 32, colour: blue },
  ])
  const signs = await found(detector, picture, 'fast', 0)
  const codeAt = (x: number) => signs.find(({ bbox }) => bbox[0] === x)?.code
  t.equal(codeAt(0), 'wo')
  t.equal(codeAt(64), 'io')
})

t.test('a network of one size sees large pictures in tiles', async (t) => {
  const detector = await open(t.testdir(), { decoder: 'yolov8', size: [128, 160] }, (model) => {
    model.detector.tiles = { size: 128, overlap: 0.25, max_long_side: 4096 }
  })
  const picture = squares(320, 128, [{ x: 224, y: 64, size: 32, colour: red }])
  t.same(await found(detector, picture, 'accurate', 0.5), [], 'too small in the whole')
  t.same(await found(detector, picture, 'max', 0.5), [{ code: 'red', confidence: 0.8, bbox: [224, 64, 256, 96] }])
})

t.test('a close-up of a network of one size is a smaller picture in the same input', async (t) => {
  const detector = await open(t.testdir(), { decoder: 'yolov8', size: [128, 128] }, (model) => {
    model.detector.close_up = { long_side: 32, min_side: 24 }
    Object.assign(model.detector, { merge_iou_threshold: 1, merge_ios_threshold: 1 }) // Parts do not hide the whole.
  })
  const boxes = (await found(detector, squares(128, 128, [{ x: 0, y: 0, size: 128, colour: red }]))).map(
    ({ bbox }) => bbox,
  )
  t.equal(boxes.length, 17, 'sixteen parts and the whole')
  t.ok(boxes.some((box) => box.join() === '0,0,128,128'))
})

t.test('a model without a classifier tells its labels, and a reading goes by the code of its class', async (t) => {
  const dir = t.testdir()
  const detector = await open(dir, { decoder: 'yolov8', size: [64, 96] }, (model) => {
    model.labels = [
      { code: 'ph', name: '限高', name_en: 'Height limit', category: 'prohibitory' },
      { code: 'ph4.5', name: '限高4.5米', name_en: 'Height limit 4.5 m', category: 'prohibitory', reading_of: 'ph' },
    ]
  })
  const picture = squares(96, 64, [{ x: 0, y: 0, size: 32, colour: blue }])
  const [sign] = await detector.detect(picture, { mode: 'fast', confidenceThreshold: 0.3 })
  t.match(sign, { class_code: 'ph', class_name: '限高4.5米', class_name_en: 'Height limit 4.5 m' })
  t.same(
    modelInfoOf(await readManifest(dir)).labels.map(({ class_code }) => class_code),
    ['ph'],
  )
})

t.test('logistic rescoring lets the classifier lift what the detector was unsure of', async (t) => {
  const dir = t.testdir()
  await mkdir(dir, { recursive: true })
  const detector = await open(dir, { decoder: 'yolov5', size: [96, 160] }, async (model) => {
    const full = await withShippedClassifier(model, dir)
    full.classifier.rescoring = { kind: 'logistic', detector: 1, sign: 0.5, bias: 1 }
    return full
  })
  const drawn = await street([{ code: 'pne', x: 48, y: 80, size: 30 }])
    .extract({ left: 0, top: 0, width: 160, height: 96 })
    .raw()
    .toBuffer()
  const signs = await found(detector, { data: drawn, width: 160, height: 96 }, 'fast', 0.6)
  t.match(signs, [{ code: 'pne' }], 'its score alone is below 0.3')
})

t.test(
  'scores that are no probabilities are refused, when a network is loaded or when a picture brings them out',
  async (t) => {
    for (const decoder of decoderNames.filter((name) => name !== 'hz-anchor-free')) {
      // As exports without the sigmoid: a grey picture, too, is given less than nothing.
      const negative: ColourNetwork = { decoder, size: [96, 160], shift: [-2, 0, -2] }
      await t.rejects(
        open(t.testdir({ negative: {} }), negative),
        { field: 'detector.outputs', message: /between 0 and 1/ },
        decoder,
      )
      const bright: ColourNetwork = { decoder, size: [96, 160], gain: [4, 4, 4] }
      const detector = await open(t.testdir({ bright: {} }), bright)
      const picture = squares(160, 96, [{ x: 32, y: 64, size: 32, colour: red }])
      await t.rejects(found(detector, picture), { field: 'detector.outputs', message: /score (1\.6|3\.2)/ }, decoder)
    }
  },
)

t.test('what is no number never passes for a picture without signs', async (t) => {
  for (const decoder of decoderNames) {
    const network: ColourNetwork = { decoder, size: [96, 160], shift: [Number.NaN, 0, 0] }
    await t.rejects(open(t.testdir(), network), { field: 'detector.outputs', message: /NaN/ }, decoder)
  }
})
