import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import type { FrameJob } from '../../src/analysis/analyzer.ts'
import { Deferred } from '../../src/analysis/deferred.ts'
import { ProcessAnalyzer } from '../../src/analysis/process-analyzer.ts'
import { type Waiting, WaitingLine } from '../../src/analysis/waiting-line.ts'
import { packageRoot } from '../../src/package-root.ts'
import { street } from '../helpers/camera.ts'

const never = new AbortController().signal

t.test('frames go before pictures, three of four times', async (t) => {
  const line = new WaitingLine()
  const names = new Map<Waiting, string>()
  const add = (name: string, isLive: boolean) => {
    const work = () => ({ kind: 'frame' as const, job: {} as FrameJob })
    const waiting = { work, isLive, signal: never, onStep: () => {}, result: new Deferred<unknown>(), leave: () => {} }
    names.set(waiting, name)
    line.add(waiting)
  }
  for (const name of ['p1', 'p2', 'p3']) add(name, false)
  for (const name of ['f1', 'f2', 'f3', 'f4', 'f5']) add(name, true)
  const order: Array<string | undefined> = []
  for (let next = line.takeNext(); next !== undefined; next = line.takeNext()) order.push(names.get(next))
  t.same(order, ['f1', 'f2', 'f3', 'p1', 'f4', 'f5', 'p2', 'p3'])
})

t.test('a process finds the signs of a frame, cuts them out and draws on it', async (t) => {
  const dir = t.testdir()
  const analyzer = await ProcessAnalyzer.start({
    ...{ modelDir: join(packageRoot, 'models', 'hz-signs'), processes: 1, timeoutMs: 30_000, maxPixels: 1e8 },
  })
  t.teardown(() => analyzer[Symbol.asyncDispose]())
  const bytes = await street()
  const maxPixels = 1_000_000
  const job: FrameJob = { bytes, mode: 'fast', confidenceThreshold: 0.4, maxPixels }
  const { width, height, detections, model } = await analyzer.analyzeFrame(() => job, never)
  t.match({ width, height, model }, { width: 640, height: 480, model: { name: 'hz-signs' } })
  t.same(detections.map(({ class_code }) => class_code).sort(), ['i12', 'pl60'])

  const [first] = detections
  const paths = { resultPath: join(dir, 'result.jpg'), thumbnailPath: join(dir, 'thumbnail.webp') }
  const crops = [
    { bbox: first!.bbox, path: join(dir, 'sign.webp') },
    { bbox: [639, 479, 640, 480] as [number, number, number, number], path: join(dir, 'corner.webp') },
  ]
  await analyzer.drawFrame({ bytes, maxPixels, detections, ...paths, crops }, never)
  t.match(await sharp(paths.resultPath).metadata(), { format: 'jpeg', width: 640, height: 480 })
  t.match(await sharp(paths.thumbnailPath).metadata(), { format: 'webp', width: 320 })
  const sign = await sharp(join(dir, 'sign.webp')).metadata()
  const side = first!.bbox[2] - first!.bbox[0]
  t.ok(sign.width >= side && sign.width < 2 * side, `${sign.width} pixels around a sign of ${side}`)
  t.match(await sharp(join(dir, 'corner.webp')).metadata(), { format: 'webp', width: 1, height: 1 })

  await t.rejects(
    analyzer.analyzeFrame(() => ({ ...job, maxPixels: 1000 }), never),
    { code: 'FRAME_TOO_LARGE', details: { width: 640, height: 480, max_pixels: 1000 } },
  )
  t.test('a frame that is given up while it waits leaves; one whose process dies is lost alone', async (t) => {
    const atWork = analyzer.analyzeFrame(() => ({ ...job, mode: 'max' }), never)
    const leaving = new AbortController()
    let wasAsked = false
    const waiting = analyzer.analyzeFrame(() => {
      wasAsked = true
      return job
    }, leaving.signal)
    leaving.abort(new Error('given up'))
    await t.rejects(waiting, { message: 'given up' })
    for (const pid of analyzer.pids) process.kill(pid, 'SIGKILL')
    await t.rejects(atWork, { code: 'MODEL_ERROR' })
    t.equal((await analyzer.analyzeFrame(() => job, never)).detections.length, 2)
    t.equal(wasAsked, false)
  })
})
