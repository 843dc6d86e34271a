import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import { decodePicture } from '../../src/detection/decode-picture.ts'
import { modelInfoOf, readManifest } from '../../src/detection/model-manifest.ts'
import { SignDetector } from '../../src/detection/sign-detector.ts'
import { packageRoot } from '../../src/package-root.ts'
import { street, streetSigns, streetSize, streetTurned } from '../helpers/pictures.ts'

const modelDir = join(packageRoot, 'models/hz-signs')
const limits = { maxPixels: 100_000_000 }
const anyMode = { mode: 'fast', confidenceThreshold: 0.5 } as const

const detector = await SignDetector.open(await readManifest(modelDir))

async function detectIn(dir: string, encoded: Buffer, options: Parameters<SignDetector['detect']>[1] = anyMode) {
  const path = join(dir, 'picture')
  await writeFile(path, encoded)
  return detector.detect(await decodePicture(path, 'picture', limits), options)
}

t.test('the shipped model says what it is', async (t) => {
  const info = modelInfoOf(await readManifest(modelDir))
  t.equal(info.labels.length, 77)
  const names = new Map(info.labels.map((label) => [label.class_code, label.class_name]))
  const wanted = {
    pb: '禁止通行',
    pne: '禁止驶入',
    pl60: '限速60',
    pm: '限重',
    ph: '限高',
    pw: '限宽',
    ps: '停车让行',
    pg: '减速让行',
    pn: '禁止停车',
    i5: '靠右侧道路行驶',
    ip: '人行横道',
    w55: '注意儿童',
  }
  for (const [code, name] of Object.entries(wanted)) t.equal(names.get(code), name, code)
  t.notOk(info.labels.some(({ class_code }) => class_code === 'not_a_sign'))
  t.equal(new Set(names.values()).size, 77, 'no two labels have one name')
})

t.test('every mode finds the signs of a street where they are', async (t) => {
  const photo = await street().jpeg({ quality: 90 }).toBuffer()
  for (const mode of ['fast', 'balanced', 'accurate', 'max'] as const) {
    const found = await detectIn(t.testdir(), photo, { mode, confidenceThreshold: 0.5 })
    t.same(found.map(({ class_code }) => class_code).sort(), ['i13', 'pl60'], mode)
    for (const { class_code, bbox } of found) {
      const sign = streetSigns.find(({ code }) => code === class_code)!
      const [x1, y1, x2, y2] = bbox
      t.ok(Math.hypot((x1 + x2) / 2 - sign.x, (y1 + y2) / 2 - sign.y) < 5, `${class_code} is in its place`)
      t.ok(Math.abs(x2 - x1 - sign.size) < 8, `${class_code} has its size`)
    }
  }
})

t.test('all eight EXIF orientations of a picture give the same boxes', async (t) => {
  const upright = await detectIn(t.testdir(), await streetTurned(1))
  t.equal(upright.length, 2)
  for (let orientation = 2; orientation <= 8; orientation++) {
    t.same(await detectIn(t.testdir(), await streetTurned(orientation)), upright, `orientation ${orientation}`)
  }
})

t.test('a sign at the border, and a picture that is all sign, have boxes inside', async (t) => {
  const whole = await street([{ code: 'pne', x: 400, y: 300, size: 200 }])
    .png()
    .toBuffer()
  const cut = { left: 304, top: 204, width: 192, height: 192 }
  const [found] = await detectIn(t.testdir(), await sharp(whole).extract(cut).png().toBuffer())
  t.equal(found?.class_code, 'pne')
  const [x1, y1, x2, y2] = found!.bbox
  t.ok(x1 >= 0 && y1 >= 0 && x2 <= 192 && y2 <= 192 && x2 > x1 && y2 > y1)
})

t.test('a higher threshold gives a part of what a lower one gives, best first', async (t) => {
  const photo = await street().jpeg().toBuffer()
  const at = (confidenceThreshold: number) => detectIn(t.testdir(), photo, { mode: 'fast', confidenceThreshold })
  const all = await at(0)
  t.same(
    all,
    all.toSorted((a, b) => b.confidence - a.confidence),
  )
  const best = all[0]!.confidence
  t.same(
    await at(0.5),
    all.filter(({ confidence }) => confidence >= 0.5),
  )
  t.same(await at(best), [all[0]], 'a threshold is reached by its equal')
  t.same(await at(1), [])
})

t.test('tiles find what is too small in the whole, and tell how far they are', async (t) => {
  const far = sharp({ create: { width: 4000, height: 3000, channels: 3, background: '#8a9098' } })
  const photo = far.composite([
    {
      input: await street([{ code: 'pne', x: 30, y: 30, size: 26 }])
        .extract({ left: 0, top: 0, width: 60, height: 60 })
        .png()
        .toBuffer(),
      left: 1900,
      top: 1400,
    },
  ])
  const data = await photo.removeAlpha().raw().toBuffer()
  const picture = { data, width: 4000, height: 3000 }
  const fractions: number[] = []
  t.same(await detector.detect(picture, anyMode), [])
  const found = await detector.detect(picture, { mode: 'max', confidenceThreshold: 0.5 }, (done) =>
    fractions.push(done),
  )
  t.same(
    found.map(({ class_code }) => class_code),
    ['pne'],
  )
  const [x1, y1, x2, y2] = found[0]!.bbox
  t.ok(Math.hypot((x1 + x2) / 2 - 1930, (y1 + y2) / 2 - 1430) < 5)
  t.ok(fractions.length > 20 && fractions.at(-1) === 1)
  t.same(
    fractions,
    fractions.toSorted((a, b) => a - b),
  )
})

t.test('a picture of one pixel has no signs', async (t) => {
  t.same(await detector.detect({ data: Buffer.alloc(3), width: 1, height: 1 }, anyMode), [])
  const line = { data: Buffer.alloc(3 * 5000), width: 5000, height: 1 }
  t.same(await detector.detect(line, { mode: 'max', confidenceThreshold: 0.5 }), [])
  t.equal(streetSize.width, 800)
})

t.test('what is wrong with a model is said with its file and field', async (t) => {
  const dir = join(t.testdir(), 'model')
  const path = join(dir, 'model.json')
  const original = JSON.parse(await readFile(join(modelDir, 'model.json'), 'utf8'))
  const fresh = () => cp(modelDir, dir, { recursive: true, force: true })
  const change = (edit: (model: typeof original) => void) => {
    const model = structuredClone(original)
    edit(model)
    return writeFile(path, JSON.stringify(model))
  }

  await t.rejects(
    readManifest(dir),
    { message: new RegExp(`${path}: the model's description cannot be read: ENOENT`) },
    'no directory',
  )
  await fresh()
  await writeFile(path, '{')
  await t.rejects(readManifest(dir), /model\.json: is not JSON/)
  await change((model) => {
    model.detector.strides = ['8']
  })
  await t.rejects(readManifest(dir), /model\.json: detector\.strides\.0: must be integer/)
  await change((model) => {
    model.labels[3].category = 'blue'
  })
  await t.rejects(readManifest(dir), /model\.json: labels\.3\.category: /)
  await change((model) => {
    model.classifier.fallback.warning = 'zz'
  })
  await t.rejects(readManifest(dir), /classifier\.fallback\.warning: there is no label zz/)
  await change((model) => {
    model.labels[1].code = model.labels[0].code
  })
  await t.rejects(readManifest(dir), /labels: the code pl5 appears twice/)

  await change((model) => {
    model.labels.splice(5, 1)
  })
  const short = await SignDetector.open(await readManifest(dir))
  await t.rejects(
    short.warmUp(),
    /model\.json: labels: the classifier tells 111 labels apart, but 110 are described here/,
  )
  await change((model) => {
    model.detector.strides = [8, 16]
  })
  const coarse = await SignDetector.open(await readManifest(dir))
  await t.rejects(
    coarse.warmUp(),
    /detector\.decoder: hz-anchor-free reads \[1, 2000, 4\] for an input of 320×320 pixels/,
  )

  await fresh()
  await writeFile(join(dir, 'classifier.onnx'), 'not a network')
  await t.rejects(SignDetector.open(await readManifest(dir)), /classifier\.onnx: the network cannot be loaded/)
  await rm(join(dir, 'detector.onnx'))
  await t.rejects(readManifest(dir), /detector\.files\.fp32: the file .*detector\.onnx cannot be read/)
})
