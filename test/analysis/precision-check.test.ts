import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { conditionsOf } from '../../src/analysis/describe-model.ts'
import { checkPrecision, decide } from '../../src/analysis/precision-check.ts'
import type { Detection } from '../../src/contract/index.ts'
import { packageRoot } from '../../src/package-root.ts'
import { stopSign } from '../helpers/analyzers.ts'
import { copyModel } from '../helpers/models.ts'

const picture = join(packageRoot, 'assets', 'calibration', 'street-avenue.jpg')
const never = new AbortController().signal

/** A copy of the bundled model whose int8 network is the same as the other. */
async function modelWithTwin(root: string, version: string) {
  const { detector } = JSON.parse(await readFile(join(packageRoot, 'models', 'hz-signs', 'model.json'), 'utf8'))
  const files = { ...detector.files, int8: 'detector-int8.onnx' }
  const dir = await copyModel(root, version, { detector: { ...detector, files } })
  await copyFile(join(dir, 'detector.onnx'), join(dir, 'detector-int8.onnx'))
  return dir
}

t.test('int8 runs only where it is faster and finds the same signs', async (t) => {
  const sign = (more: Partial<Detection> = {}): Detection => ({ ...stopSign, confidence: 0.8, ...more })
  const faint = sign({ confidence: 0.4 })
  const other = sign({ bbox: [100, 100, 130, 130] })
  const cases: Array<[string, Detection[], Detection[], number, 'fp32' | 'int8', RegExp]> = [
    ['half the time, the same', [sign()], [sign()], 0.5, 'int8', /50 %.*the same signs/],
    ['a little faster', [sign()], [sign()], 0.95, 'fp32', /95 %.*no gain/],
    ['slower', [sign()], [sign()], 1.5, 'fp32', /no gain/],
    ['a little less sure', [sign()], [sign({ confidence: 0.66 })], 0.5, 'int8', /same/],
    ['much less sure', [sign()], [sign({ confidence: 0.6 })], 0.5, 'fp32', /fp32 finds ps .+ 0.8 .*, int8 ps .+ 0.6/],
    ['a pixel aside', [sign()], [sign({ bbox: [11, 11, 31, 31] })], 0.5, 'int8', /same/],
    ['askew', [sign()], [sign({ bbox: [14, 14, 34, 34] })], 0.5, 'fp32', /int8 nothing there/],
    ['another name', [sign()], [sign({ class_code: 'p5' })], 0.5, 'fp32', /fp32 finds ps .+ 0.8 .*, int8 p5 .+ 0.8/],
    ['another reading', [sign()], [sign({ class_name: '限高4.2米' })], 0.5, 'fp32', /fp32 finds ps .+, int8 ps/],
    ['one lost', [sign(), other], [sign()], 0.5, 'fp32', /fp32 finds ps .+ 0.8 at 100 100 130 130, int8 nothing/],
    ['one more', [sign()], [sign(), other], 0.5, 'fp32', /int8 finds ps .+ 0.8 .*, fp32 nothing/],
    ['two of one', [sign()], [sign(), sign()], 0.5, 'fp32', /int8 finds ps .+ 0.8 .*, fp32 nothing/],
    ['what nobody is shown', [sign(), faint], [sign()], 0.5, 'int8', /same/],
    ['the threshold between them', [sign({ confidence: 0.52 })], [sign({ confidence: 0.48 })], 0.5, 'int8', /same/],
    ['nothing there', [], [], 0.5, 'fp32', /nothing can be compared/],
  ]
  for (const [name, fp32, int8, seconds, precision, reason] of cases) {
    const message = {
      kind: 'compared' as const,
      fp32: { detections: fp32, seconds: 1 },
      int8: { detections: int8, seconds },
    }
    t.match(decide(message), { precision, reason, fp32Seconds: 1, int8Seconds: seconds }, name)
  }
})

t.test('a process of its own compares them on a real picture: equal networks agree, and are no gain', async (t) => {
  const dir = await modelWithTwin(t.testdir(), '2.0.0')
  const { precision, reason, fp32Seconds, int8Seconds } = await checkPrecision(dir, picture, never)
  t.equal(precision, 'fp32')
  t.match(reason, /no gain/)
  t.ok(fp32Seconds > 0 && int8Seconds > 0)
})

t.test('an int8 network that does not load is told, and a check can be stopped', async (t) => {
  const dir = await modelWithTwin(t.testdir(), '2.0.0')
  const stop = new AbortController()
  const stopped = t.rejects(checkPrecision(dir, picture, stop.signal), { name: 'AbortError' })
  stop.abort()
  await stopped
  await writeFile(join(dir, 'detector-int8.onnx'), 'not a network')
  await t.rejects(checkPrecision(dir, picture, never), /could not be compared: .*detector-int8\.onnx/)
})

t.test('what a check found is true of the very files that it saw', async (t) => {
  const dir = await modelWithTwin(t.testdir(), '2.0.0')
  const before = await conditionsOf(dir)
  t.match(before, /detector-int8\.onnx:\d+:\d+.*onnxruntime \d/)
  t.equal(await conditionsOf(dir), before)
  await writeFile(join(dir, 'detector-int8.onnx'), 'another network')
  t.not(await conditionsOf(dir), before)
})
