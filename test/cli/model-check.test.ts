import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import sharp from 'sharp'
import t from 'tap'
import { comparePrecisions } from '../../src/cli/compare-precisions.ts'
import { parseModelCheckArguments } from '../../src/cli/model-check-arguments.ts'
import type { Detection } from '../../src/contract/index.ts'
import { packageRoot } from '../../src/package-root.ts'
import { colourDescription, type Json, squares, writeModel } from '../helpers/colour-model.ts'
import { type ColourNetwork, colourNetwork } from '../helpers/colour-network.ts'

const network: ColourNetwork = { decoder: 'yolov8', size: [96, 128] }

async function check(...args: string[]) {
  const child = spawn(process.execPath, [join(packageRoot, 'dist/src/cli/model-check.js'), '--runs', '1', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = once(child, 'close')
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = await closed
  return { code, stdout, stderr }
}

/** A model with a reading, in two precisions that differ: "int8" has three quarters of the scores. */
async function readingModel(dir: string): Promise<Json> {
  const model = colourDescription(network)
  model.detector.files.int8 = 'detector.int8.onnx'
  model.labels = [
    { code: 'ph', name: '限高', name_en: 'Height limit', category: 'prohibitory' },
    { code: 'ph4.5', name: '限高4.5米', name_en: 'Height limit 4.5 m', category: 'prohibitory', reading_of: 'ph' },
  ]
  await writeModel(dir, network, model)
  await writeFile(join(dir, 'detector.int8.onnx'), colourNetwork({ ...network, gain: [0.75, 0.75, 0.75] }))
  return model
}

async function photo(dir: string): Promise<string> {
  const { data, width, height } = squares(128, 96, [{ x: 32, y: 32, size: 32, colour: [204, 0, 0] }])
  const path = join(dir, 'photo.png')
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path)
  return path
}

t.test('a model is explained, timed and compared, in the language asked for', async (t) => {
  const dir = t.testdir()
  await readingModel(dir)
  const path = await photo(dir)
  const zh = await check(dir, path, '--lang', 'zh-CN')
  t.equal(zh.code, 0, zh.stderr)
  for (const line of [
    /colours – Colours/,
    /版本：1/,
    /解码器：yolov8/,
    /固定 128×96/,
    /没有分类器/,
    /检测器 {2}int8 {2}detector\.int8\.onnx {2}0\.0 MB {2}images float32\[1, 3, 96, 128\]/,
    /1 个类别，1 种读数：禁令 1/,
    /限高 的读数：限高4\.5米/,
    /模式 {2}fp32 {2}int8/,
    /最大/,
    /photo\.png：fp32 发现 1 个标志，int8 发现 1 个，1 个相同，置信度最多相差 0\.200/,
    /✓ 该模型可以使用/,
  ]) {
    t.match(zh.stdout, line)
  }
  const en = await check(dir, path, '--lang', 'en')
  t.match(en.stdout, /photo\.png: 1 sign\n {2}Sign {10}Code/)
  t.match(en.stdout, /fp32 finds 1 signs?, int8 finds 1/)
  t.match(en.stdout, /This model can be used/)
})

t.test('one document holds it all for machines', async (t) => {
  const dir = t.testdir()
  await readingModel(dir)
  const { code, stdout } = await check(dir, await photo(dir), '--json')
  t.equal(code, 0)
  const { is_usable, problems, model, networks, precisions, timings, pictures, comparisons } = JSON.parse(stdout)
  t.same([is_usable, problems, precisions], [true, [], ['fp32', 'int8']])
  t.same(
    model.labels.map((label: Json) => label.class_code),
    ['ph'],
  )
  t.equal(model.readings[0].code, 'ph4.5')
  t.same(
    networks.map((one: Json) => [one.role, one.precision, one.file]),
    [
      ['detector', 'fp32', 'detector.onnx'],
      ['detector', 'int8', 'detector.int8.onnx'],
    ],
  )
  t.equal(timings.length, 8)
  t.ok(timings.every((one: Json) => one.cpu_ms > 0))
  t.match(pictures.at(-1), { picture: 'photo.png', detections: [{ bbox: [32, 32, 64, 64] }] })
  t.match(comparisons.at(-1), { fp32: 1, int8: 1, same: 1, largest_difference: 0.2, renamed: [] })
})

t.test('what is wrong is a sentence in the language asked for, and the exit code says so', async (t) => {
  const dir = t.testdir()
  const model = await readingModel(dir)
  model.labels.pop()
  await writeFile(join(dir, 'model.json'), JSON.stringify(model))
  const zh = await check(dir, '--lang=zh-CN')
  t.equal(zh.code, 1)
  t.match(zh.stdout, /✗ .*model\.json: labels: 检测器区分 2 个类别，而这里描述了 1 个/)
  t.match(zh.stdout, /该模型不能使用：2 个问题/, 'both precisions are tried')
  const { stdout } = await check(dir, '--json', '--lang=en')
  t.match(JSON.parse(stdout), { is_usable: false, problems: [/the detector tells 2 classes apart/] })

  const none = await check(join(dir, 'none'), '--lang=en')
  t.equal(none.code, 1)
  t.match(none.stdout, /cannot be read: ENOENT/)
})

t.test("a picture that cannot be read is a problem, but not the model's", async (t) => {
  const dir = t.testdir()
  await readingModel(dir)
  await writeFile(join(dir, 'page.jpg'), '<html>')
  const { code, stdout } = await check(dir, join(dir, 'page.jpg'), '--json', '--lang=en')
  t.equal(code, 1)
  const { is_usable, problems, picture_problems } = JSON.parse(stdout)
  t.equal(picture_problems.length, 1)
  t.same([is_usable, problems], [true, []], 'of which the model is not to blame')
  const missing = await check(dir, join(dir, 'none.jpg'), '--lang=zh-CN')
  t.match(missing.stdout, /✗ .*none\.jpg: 文件不存在或无法读取[\s\S]*✓ 该模型可以使用/)
})

t.test('a wrong command is explained', async (t) => {
  t.throws(() => parseModelCheckArguments([], 'en'), { name: 'UsageError', message: /No model's directory/ })
  t.throws(() => parseModelCheckArguments(['a', '--runs', '0'], 'en'), /--runs cannot be "0"/)
  t.throws(() => parseModelCheckArguments(['a', '--what'], 'zh-CN'), /选项有误/)
  t.throws(() => parseModelCheckArguments(['a', '--lang', 'fr'], 'zh-CN'), /--lang 的值“fr”有误/)
  t.equal((await check('--lang', 'en')).code, 2)
  t.match((await check('--help', '--lang', 'en')).stdout, /^Usage: npm run model:check/)
})

t.test('precisions are compared place by place', async (t) => {
  const sign = (name: string, x: number, confidence: number): Detection => ({
    class_code: name,
    class_name: name,
    class_name_en: name,
    category: 'warning',
    confidence,
    bbox: [x, 0, x + 10, 10],
  })
  const fp32 = [sign('a', 0, 0.9), sign('b', 100, 0.8), sign('c', 200, 0.7)]
  const int8 = [sign('b', 101, 0.75), sign('x', 0, 0.6), sign('d', 300, 0.5)]
  t.match(comparePrecisions('p', fp32, int8), { fp32: 3, int8: 3, same: 1, renamed: [{ fp32: 'a', int8: 'x' }] })
  t.equal(comparePrecisions('p', fp32, int8).largestDifference.toFixed(2), '0.30')
  t.match(comparePrecisions('p', [], []), { fp32: 0, same: 0, largestDifference: 0 })
})
