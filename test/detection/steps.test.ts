import t from 'tap'
import { chooseLabel } from '../../src/detection/choose-label.ts'
import { cutCrops } from '../../src/detection/cut-crops.ts'
import { byScore, countCells } from '../../src/detection/decoders/decoder.ts'
import { hzAnchorFree } from '../../src/detection/decoders/hz-anchor-free.ts'
import { yolox } from '../../src/detection/decoders/yolox.ts'
import { iou, overlapOfSmaller, toPixels } from '../../src/detection/geometry.ts'
import { letterbox, planLetterbox } from '../../src/detection/letterbox.ts'
import { pictureTypeOf } from '../../src/detection/picture-type.ts'
import { lowestScore, rescore } from '../../src/detection/rescore.ts'
import { suppress } from '../../src/detection/suppress.ts'
import { cutTile, isCut, planTiles } from '../../src/detection/tiles.ts'

const anySize = { fixed: null, multiple: 32, minSide: 1, isCentred: false }
const box = (x1: number, y1: number, x2: number, y2: number) => ({ x1, y1, x2, y2 })

t.test('the letterbox is the smallest input that holds the picture', async (t) => {
  const cases = [
    // source, long side -> input, scaled
    { source: [1920, 1080], longSide: 640, input: [640, 384], scaled: [640, 360] },
    { source: [1080, 1920], longSide: 640, input: [384, 640], scaled: [360, 640] },
    { source: [2048, 2048], longSide: 1280, input: [1280, 1280], scaled: [1280, 1280] },
    { source: [4000, 3000], longSide: 960, input: [960, 736], scaled: [960, 720] },
    { source: [640, 480], longSide: 1280, input: [1280, 960], scaled: [1280, 960] },
    { source: [100, 50], longSide: 1280, input: [224, 128], scaled: [200, 100] },
    { source: [1, 1], longSide: 640, input: [32, 32], scaled: [2, 2] },
    { source: [30_000, 3], longSide: 640, input: [640, 32], scaled: [640, 1] },
  ]
  for (const { source, longSide, input, scaled } of cases) {
    const plan = planLetterbox(source[0]!, source[1]!, { ...anySize, longSide, maxUpscale: 2 })
    t.same([plan.inputWidth, plan.inputHeight], input, `input of ${source.join('×')}`)
    t.same([plan.scaledWidth, plan.scaledHeight], scaled, `scaled ${source.join('×')}`)
    t.ok(Math.abs(plan.scaleX * plan.scaledWidth - source[0]!) < 1e-6, 'the scale leads back')
  }
})

t.test('what the picture does not cover is filled', async (t) => {
  const picture = { data: Buffer.alloc(40 * 20 * 3, 200), width: 40, height: 20 }
  const plan = planLetterbox(40, 20, { ...anySize, longSide: 40, maxUpscale: 1 })
  const input = await letterbox(picture, plan, 114)
  const at = (x: number, y: number) => input[(y * plan.inputWidth + x) * 3]
  t.equal(input.length, 64 * 32 * 3)
  t.same([at(0, 0), at(39, 19), at(40, 0), at(0, 20), at(63, 31)], [200, 200, 114, 114, 114])
})

t.test('a network of one size gets every picture in it, at the top left or in the middle', async (t) => {
  const fixed = { width: 64, height: 48 }
  const picture = { data: Buffer.alloc(101 * 20 * 3, 200), width: 101, height: 20 }
  for (const isCentred of [false, true]) {
    const plan = planLetterbox(101, 20, { ...anySize, fixed, isCentred, longSide: 9999, maxUpscale: 2 })
    t.same([plan.inputWidth, plan.inputHeight, plan.scaledWidth, plan.scaledHeight], [64, 48, 64, 13])
    t.same([plan.offsetX, plan.offsetY], isCentred ? [0, 17] : [0, 0], 'an odd pixel goes below')
    const input = await letterbox(picture, plan, 9)
    const at = (x: number, y: number) => input[(y * 64 + x) * 3]
    t.equal(input.length, 64 * 48 * 3)
    t.same([at(0, plan.offsetY), at(63, plan.offsetY + 12), at(0, plan.offsetY + 13)], [200, 200, 9])
  }
  const small = planLetterbox(10, 20, { ...anySize, fixed, longSide: 9999, maxUpscale: 2 })
  t.same([small.scaledWidth, small.scaledHeight], [20, 40], 'enlarged by no more than asked for')
  const least = planLetterbox(10, 20, { ...anySize, minSide: 100, longSide: 20, maxUpscale: 2 })
  t.same([least.inputWidth, least.inputHeight], [128, 128], 'no smaller than the network can run on')
})

t.test('cells become boxes around their centres', async (t) => {
  const size = { width: 64, height: 32 }
  const rule = { strides: [8, 16, 32], classes: 4, minScore: 0.5 }
  const cells = countCells(size, rule.strides)
  t.equal(cells, 8 * 4 + 4 * 2 + 2)
  const logits = new Float32Array(cells * 4).fill(-9)
  logits[9 * 4 + 2] = 1 // Stride 8, second row, second column.
  logits[(32 + 5) * 4] = 2 // Stride 16, second row, second column.
  logits[(32 + 8 + 1) * 4 + 3] = 0 // Stride 32, second column: exactly the least score.
  logits[0] = -0.01 // Just below it.
  const outputs = [
    { name: 'a', data: logits, dims: [1, cells, 4] },
    { name: 'b', data: new Float32Array(cells * 4).fill(3), dims: [1, cells, 4] },
  ]
  const found = hzAnchorFree.decode(outputs, size, rule).sort(byScore)
  t.same(
    found.map(({ score, classIndex, ...rest }) => ({ classIndex, score: Math.round(score * 1000), ...rest })),
    [
      { classIndex: 0, score: 881, ...box(21, 21, 27, 27) },
      { classIndex: 2, score: 731, ...box(9, 9, 15, 15) },
      { classIndex: 3, score: 500, ...box(45, 13, 51, 19) },
    ],
  )
})

t.test("YOLOX's cells become boxes in their own unit", async (t) => {
  const size = { width: 64, height: 32 }
  const rule = { strides: [8, 16, 32], classes: 2, minScore: 0.3 }
  const cells = countCells(size, rule.strides)
  const data = new Float32Array(cells * 7)
  // x and y from the cell's corner and the logarithm of width and height, in cells; objectness; class scores.
  data.set([0.5, 0.25, Math.log(2), 0, 0.9, 0.1, 0.8], 9 * 7) // Stride 8, second row, second column.
  data.set([0, 0, 0, Math.log(0.5), 0.5, 0.9, 0.2], (32 + 5) * 7) // Stride 16, second row, second column.
  data.set([0.5, 0.5, 0, 0, 0.5, 0.5, 0.5], (32 + 8 + 1) * 7) // Stride 32: 0.25 is too little.
  const outputs = [{ name: 'output', data, dims: [1, cells, 7] }]
  const found = yolox.decode(outputs, size, rule)
  t.same(
    found.map(({ score, classIndex, x1, y1, x2, y2 }) => [
      classIndex,
      ...[x1, y1, x2, y2, score * 100].map(Math.round),
    ]),
    [
      [1, 4, 6, 20, 14, 72],
      [0, 8, 12, 24, 20, 45],
    ],
  )
  t.match(yolox.problemOf([{ ...outputs[0]!, dims: [1, cells * 3, 7] }], size, rule), {
    kind: 'shape',
    expected: `[1, ${cells}, 5 + 2]`,
  })
})

t.test('of boxes on one sign the best remains', async (t) => {
  const cases = [
    { name: 'nothing', boxes: [], kept: [] },
    { name: 'the same twice', boxes: [box(0, 0, 10, 10), box(0, 0, 10, 10)], kept: [0] },
    { name: 'neighbours', boxes: [box(0, 0, 10, 10), box(10, 0, 20, 10)], kept: [0, 1] },
    { name: 'just below the IoU', boxes: [box(0, 0, 10, 10), box(3, 0, 13, 10)], kept: [0, 1] },
    { name: 'just above the IoU', boxes: [box(0, 0, 10, 10), box(2, 0, 12, 10)], kept: [0] },
    { name: 'a part within a whole', boxes: [box(0, 0, 10, 10), box(2, 2, 6, 6)], kept: [0, 1] },
    {
      name: 'one that only a suppressed one would hide',
      boxes: [box(0, 0, 10, 10), box(2, 0, 12, 10), box(4, 0, 14, 10)],
      kept: [0, 2],
    },
  ]
  for (const { name, boxes, kept } of cases) {
    const indexed = boxes.map((one, i) => ({ ...one, i }))
    t.same(
      suppress(indexed, { maxIou: 0.55 }).map(({ i }) => i),
      kept,
      name,
    )
  }
  const parts = suppress([box(0, 0, 10, 10), box(2, 2, 6, 6)], { maxIou: 0.5, maxOverlapOfSmaller: 0.75 })
  t.equal(parts.length, 1, 'a part within a whole, when parts count as the same')
})

t.test('boxes become whole pixels inside the picture', async (t) => {
  t.same(toPixels(box(-3, 2.4, 10.6, 99), 100, 50), [0, 2, 11, 50])
  t.same(toPixels(box(5.2, 5.2, 5.3, 5.3), 100, 50), [5, 5, 6, 6], 'never empty')
  t.same(toPixels(box(200, 200, 210, 210), 100, 50), [99, 49, 100, 50], 'never outside')
  t.equal(iou(box(0, 0, 1, 1), box(2, 2, 3, 3)), 0)
  t.equal(iou(box(0, 0, 0, 0), box(0, 0, 0, 0)), 0)
  t.equal(overlapOfSmaller(box(0, 0, 10, 10), box(5, 5, 15, 15)), 0.25)
})

t.test('tiles cover the picture, overlap, and say which boxes they cut', async (t) => {
  const rule = { size: 640, overlap: 0.2 }
  t.same(planTiles(300, 200, rule), [{ x: 0, y: 0, width: 300, height: 200 }])
  const tiles = planTiles(2048, 1500, rule)
  t.equal(tiles.length, 4 * 3)
  t.same(tiles.at(-1), { x: 1408, y: 860, width: 640, height: 640 })
  const columns = [...new Set(tiles.map(({ x }) => x))]
  for (const [i, x] of columns.entries()) t.ok(i === 0 || columns[i - 1]! + 640 - x >= 128, 'overlaps by a fifth')

  const first = tiles[0]!
  t.equal(isCut(box(0, 0, 50, 50), first, 2048, 1500), false, "the picture's own border cuts nothing")
  t.equal(isCut(box(600, 10, 639, 50), first, 2048, 1500), true)
  t.equal(isCut(box(10, 600, 50, 639), first, 2048, 1500), true)
  t.equal(isCut(box(1, 100, 50, 150), tiles[1]!, 2048, 1500), true)
  t.equal(isCut(box(600, 600, 640, 640), tiles.at(-1)!, 2048, 1500), false)

  const picture = { data: Buffer.from(Array.from({ length: 4 * 3 * 3 }, (_, i) => i)), width: 4, height: 3 }
  t.same([...cutTile(picture, { x: 1, y: 2, width: 2, height: 1 }).data], [27, 28, 29, 30, 31, 32])
})

t.test('a crop is the box and its margin, in the channel order asked for', async (t) => {
  const picture = { data: Buffer.alloc(30 * 30 * 3), width: 30, height: 30 }
  for (let i = 0; i < 900; i++) picture.data.set(i % 30 < 15 ? [10, 20, 30] : [110, 120, 130], i * 3)
  const cut = (channelOrder: 'RGB' | 'BGR', one = box(10, 10, 20, 20)) => [
    ...cutCrops(picture, [one], { size: 2, margin: 0, channelOrder }),
  ]
  t.same(cut('RGB'), [10, 20, 30, 110, 120, 130, 10, 20, 30, 110, 120, 130])
  t.same(cut('BGR'), [30, 20, 10, 130, 120, 110, 30, 20, 10, 130, 120, 110])
  t.same(cut('RGB', box(-50, -50, -20, -20)).slice(0, 3), [10, 20, 30], 'the border is repeated beyond the picture')
  const edges = cutCrops(picture, [box(0, 0, 30, 30)], { size: 48, margin: 0.06, channelOrder: 'RGB' })
  t.same([edges[0], edges[edges.length - 3]], [10, 110], 'a box as large as the picture')
  const two = cutCrops(picture, [box(0, 0, 8, 8), box(20, 20, 28, 28)], { size: 4, margin: 0, channelOrder: 'RGB' })
  t.same([two.length, two[0], two[48]], [96, 10, 110], 'crops follow each other')
})

t.test('a sign that resembles no label gets its category instead of a wrong name', async (t) => {
  const rule = {
    notASign: 3,
    classOf: [0, 1, 2, 3],
    minProbability: 0.5,
    minReadingProbability: 0.8,
    fallback: [2, 1],
  }
  const cases = [
    { name: 'a clear label', row: [0.9, 0.05, 0.0, 0.05], detectorClass: 0, label: 0, sign: 0.95 },
    { name: 'a vague one', row: [0.4, 0.3, 0.25, 0.05], detectorClass: 0, label: 2, sign: 0.95 },
    { name: 'a vague one of the other category', row: [0.4, 0.3, 0.25, 0.05], detectorClass: 1, label: 1, sign: 0.95 },
    { name: 'clear among the signs, hardly a sign', row: [0.2, 0.0, 0.0, 0.8], detectorClass: 0, label: 0, sign: 0.2 },
  ]
  for (const { name, row, detectorClass, label, sign } of cases) {
    const verdict = chooseLabel(new Float32Array([9, 9, 9, 9, ...row]), 1, detectorClass, rule)
    t.equal(verdict.label, label, name)
    t.equal(verdict.signProbability.toFixed(4), sign.toFixed(4), name)
  }
})

t.test('a class is chosen first, with its readings, and a reading only when it is sure', async (t) => {
  // A height limit, 4.5 m, 4.0 m, no entry, another prohibition, not a sign.
  const rule = {
    notASign: 5,
    classOf: [0, 0, 0, 3, 4, 5],
    minProbability: 0.5,
    minReadingProbability: 0.8,
    fallback: [4],
  }
  const cases = [
    { name: 'a sure reading', row: [0.02, 0.9, 0.05, 0.03, 0, 0], label: 1 },
    { name: 'a sure reading of what is hardly a sign', row: [0, 0.17, 0.01, 0.02, 0, 0.8], label: 1 },
    { name: 'an unsure reading of a sure class', row: [0.1, 0.7, 0.15, 0.05, 0, 0], label: 0 },
    { name: 'two readings that share a sure class', row: [0, 0.45, 0.45, 0.1, 0, 0], label: 0 },
    { name: 'a class of which no number is read', row: [0.9, 0.05, 0.05, 0, 0, 0], label: 0 },
    { name: 'one class that outweighs each reading, but not all', row: [0.1, 0.3, 0.2, 0.4, 0, 0], label: 0 },
    { name: 'a class that is vague with its readings', row: [0.1, 0.2, 0.1, 0.3, 0.3, 0], label: 4 },
    { name: 'a class without readings', row: [0.1, 0, 0, 0.9, 0, 0], label: 3 },
    { name: 'nothing at all', row: [0, 0, 0, 0, 0, 1], label: 0 },
  ]
  for (const { name, row, label } of cases) {
    t.equal(chooseLabel(new Float32Array(row), 0, 0, rule).label, label, name)
  }
})

t.test('a confidence is the score in the light of the classifier', async (t) => {
  const sqrt = 'sqrt-sign-probability'
  t.equal(rescore(0.8, 1, sqrt), 0.8)
  t.equal(rescore(0.8, 0.25, sqrt), 0.4)
  t.equal(rescore(0.8, 0, sqrt), 0)
  t.equal(lowestScore(0.4, sqrt), 0.4)

  const same = { kind: 'logistic', detector: 1, sign: 0, bias: 0 } as const
  t.equal(rescore(0.3, 0.7, same).toFixed(9), '0.300000000', 'weights of one and zero change nothing')
  const both = { kind: 'logistic', detector: 0.5, sign: 1, bias: 0.25 } as const
  const expected = 1 / (1 + Math.exp(-(0.5 * Math.log(0.2 / 0.8) + Math.log(0.9 / 0.1) + 0.25)))
  t.equal(rescore(0.2, 0.9, both).toFixed(9), expected.toFixed(9), 'a low score may rise')
  for (const extreme of [0, 1]) t.ok(Number.isFinite(rescore(extreme, extreme, both)), `${extreme} is finite`)
  t.ok(rescore(1, 1, both) < 1 && rescore(0, 0, both) > 0)
})

t.test('no score that a sure classifier could lift to the threshold is left out', async (t) => {
  const rescorings = [
    { kind: 'logistic', detector: 1.2, sign: 0.1, bias: -0.5 },
    { kind: 'logistic', detector: 0.7, sign: 0.9, bias: 1 },
  ] as const
  for (const rescoring of rescorings) {
    for (const threshold of [0.01, 0.25, 0.5, 0.9, 0.99]) {
      const lowest = lowestScore(threshold, rescoring)
      // Scores are clamped: below 0.000001 all are one.
      if (lowest > 2e-6) t.ok(rescore(lowest * 0.999, 1, rescoring) < threshold, 'what is below cannot reach it')
      t.ok(rescore(lowest * 1.001 + 2e-6, 1, rescoring) >= threshold, 'what is above can')
    }
  }
})

t.test('a type is told from the first bytes', async (t) => {
  const ftyp = (size: number, ...brands: string[]) => {
    const head = Buffer.alloc(4)
    head.writeUInt32BE(size)
    return Buffer.concat([head, Buffer.from(`ftyp${brands.join('')}`, 'latin1')])
  }
  const cases: [string, Buffer, string | null][] = [
    ['JPEG', Buffer.from('ffd8ffe0', 'hex'), 'image/jpeg'],
    ['PNG', Buffer.from('89504e470d0a1a0a', 'hex'), 'image/png'],
    ['GIF', Buffer.from('GIF89a...'), 'image/gif'],
    ['WebP', Buffer.from('RIFF....WEBPVP8 '), 'image/webp'],
    ['little-endian TIFF', Buffer.from('49492a00', 'hex'), 'image/tiff'],
    ['big-endian TIFF', Buffer.from('4d4d002a', 'hex'), 'image/tiff'],
    ['AVIF', ftyp(20, 'avif', '\0\0\0\0', 'mif1'), 'image/avif'],
    ['AVIF by a compatible brand', ftyp(24, 'mif1', '\0\0\0\0', 'miaf', 'avif'), 'image/avif'],
    ['HEIC', ftyp(20, 'heic', '\0\0\0\0', 'mif1'), null],
    ['a brand beyond the box', ftyp(16, 'heic', '\0\0\0\0', 'avif'), null],
    ['a WAV', Buffer.from('RIFF....WAVEfmt '), null],
    ['a ZIP', Buffer.from('PK\x03\x04'), null],
    ['HTML', Buffer.from('<!doctype html>'), null],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg">'), null],
    ['a PDF', Buffer.from('%PDF-1.7'), null],
    ['nothing', Buffer.alloc(0), null],
  ]
  for (const [name, start, mediaType] of cases) t.equal(pictureTypeOf(start)?.mediaType ?? null, mediaType, name)
})
