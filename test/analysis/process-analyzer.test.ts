import { EventEmitter, once } from 'node:events'
import { cp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import type { Analysis, AnalysisJob, AnalysisStep } from '../../src/analysis/analyzer.ts'
import {
  ProcessAnalyzer,
  type ProcessAnalyzerOptions,
  type ProcessRestart,
} from '../../src/analysis/process-analyzer.ts'
import { backoffMs } from '../../src/analysis/process-slot.ts'
import { packageRoot } from '../../src/package-root.ts'
import { eventually } from '../helpers/leftovers.ts'
import { bundledVersion, copyModel } from '../helpers/models.ts'
import { street } from '../helpers/pictures.ts'

const modelDir = join(packageRoot, 'models/hz-signs')
const never = new AbortController().signal
const deaf = () => {}

async function start(t: Test, more: Partial<ProcessAnalyzerOptions> = {}) {
  const restarts = new EventEmitter()
  const analyzer = await ProcessAnalyzer.start({
    modelDir,
    processes: 1,
    timeoutMs: 60_000,
    maxPixels: 100_000_000,
    onRestart: (restart) => restarts.emit('restart', restart),
    ...more,
  })
  t.teardown(() => analyzer[Symbol.asyncDispose]())
  const restarted = async (): Promise<ProcessRestart> => (await once(restarts, 'restart'))[0]
  return { analyzer, restarted }
}

async function jobFor(dir: string, more: Partial<AnalysisJob> = {}): Promise<AnalysisJob> {
  const path = join(dir, 'street.jpg')
  await writeFile(path, await street().jpeg().toBuffer())
  const results = { resultPath: null, thumbnailPath: null }
  return { path, fileName: 'street.jpg', mode: 'fast', confidenceThreshold: 0.5, ...results, ...more }
}

/** A job of several seconds: it certainly still runs when it is disturbed after its first tile. */
async function longJob(dir: string): Promise<AnalysisJob> {
  const path = join(dir, 'large.png')
  const grey = sharp({ create: { width: 4000, height: 4000, channels: 3, background: '#888' } })
  await writeFile(path, await grey.png({ compressionLevel: 1 }).toBuffer())
  return jobFor(dir, { path, fileName: 'large.png', mode: 'max' })
}

/** Starts a job and resolves once its network has run at least once; `outcome` never rejects. */
async function underWay(analyzer: ProcessAnalyzer, job: AnalysisJob, signal = never) {
  const steps = new EventEmitter()
  const outcome = analyzer
    .analyze(job, signal, (step, fraction) => step === 'infer' && fraction > 0 && steps.emit('tile'))
    .catch((err: unknown) => err)
  await once(steps, 'tile')
  return { outcome } // In an object, since a returned promise would be waited for.
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

t.test('a picture becomes signs, a drawn picture and a thumbnail, step by step', async (t) => {
  const dir = t.testdir()
  const { analyzer } = await start(t)
  t.same([analyzer.size, analyzer.alive, analyzer.restarts], [1, 1, 0])
  t.equal(analyzer.model.name, 'hz-signs')
  t.ok(analyzer.warmUpSeconds > 0)
  const [resultPath, thumbnailPath] = [join(dir, 'result.jpg'), join(dir, 'small.webp')]
  const steps: [AnalysisStep, number][] = []
  const analysis = await analyzer.analyze(await jobFor(dir, { resultPath, thumbnailPath }), never, (...step) =>
    steps.push(step),
  )
  t.same([analysis.width, analysis.height], [800, 600])
  t.same(analysis.detections.map(({ class_name }) => class_name).sort(), ['直行', '限速60'])
  t.ok(Object.values(analysis.stageSeconds).every((seconds) => seconds > 0))
  t.same(steps, [
    ['read', 0],
    ['infer', 0],
    ['draw', 0],
  ])
  const result = await sharp(await readFile(resultPath)).metadata()
  t.same([result.format, result.width, result.height], ['jpeg', 800, 600])
  t.equal((await sharp(await readFile(thumbnailPath)).metadata()).format, 'webp')
})

t.test('two processes give identical results, and more jobs than processes wait their turn', async (t) => {
  const { analyzer } = await start(t, { processes: 2 })
  const job = await jobFor(t.testdir(), { mode: 'accurate', confidenceThreshold: 0.05 })
  const ended: number[] = []
  const results = await Promise.all(
    Array.from({ length: 6 }, async (_, i) => {
      const { detections } = await analyzer.analyze(job, never, deaf)
      ended.push(i)
      return detections
    }),
  )
  t.ok(results[0]!.length >= 2)
  for (const result of results) t.same(result, results[0])
  t.ok(ended.indexOf(5) > ended.indexOf(0), 'first come, first served')
})

t.test("the file's fault comes back with its code, and costs no process", async (t) => {
  const dir = t.testdir()
  const { analyzer } = await start(t, { maxPixels: 1000 })
  const [pid] = analyzer.pids
  const job = await jobFor(dir)
  const tooLarge = {
    code: 'IMAGE_TOO_LARGE',
    details: { file_name: 'street.jpg', width: 800, height: 600, max_pixels: 1000 },
  }
  await t.rejects(analyzer.analyze(job, never, deaf), tooLarge)
  await writeFile(job.path, 'no picture')
  await t.rejects(analyzer.analyze(job, never, deaf), { code: 'UNSUPPORTED_MEDIA' })
  await rm(job.path)
  await t.rejects(analyzer.analyze(job, never, deaf), { code: 'MODEL_ERROR', cause: { message: /ENOENT/ } })
  t.same([analyzer.pids, analyzer.restarts], [[pid], 0])
})

t.test('a crashed process fails its job, is replaced, and the job can be done again', async (t) => {
  const dir = t.testdir()
  const { analyzer, restarted } = await start(t)
  const pid = analyzer.pids[0]!
  const { outcome } = await underWay(analyzer, await longJob(dir))
  const replaced = restarted()
  process.kill(pid, 'SIGKILL')
  t.match(await outcome, { code: 'MODEL_ERROR', cause: { message: /SIGKILL/ } })
  t.match(await replaced, { pid, reason: /SIGKILL/, delayMs: 100 })
  t.equal(analyzer.alive, 0, 'readiness can say that nothing is alive')
  const { detections } = await analyzer.analyze(await jobFor(dir), never, deaf)
  t.equal(detections.length, 2)
  t.same([analyzer.alive, analyzer.restarts], [1, 1])
  t.not(analyzer.pids[0], pid)
})

t.test('a process that dies while idle is replaced too', async (t) => {
  const { analyzer, restarted } = await start(t)
  const replaced = restarted()
  process.kill(analyzer.pids[0]!, 'SIGKILL')
  await replaced
  t.equal((await analyzer.analyze(await jobFor(t.testdir()), never, deaf)).detections.length, 2)
})

t.test('a hung process is stopped at the deadline and replaced', async (t) => {
  const dir = t.testdir()
  const { analyzer, restarted } = await start(t, { timeoutMs: 3000 })
  const pid = analyzer.pids[0]!
  const replaced = restarted()
  process.kill(pid, 'SIGSTOP')
  await t.rejects(analyzer.analyze(await jobFor(dir), never, deaf), {
    code: 'DETECTION_TIMEOUT',
    details: { seconds: 3 },
  })
  t.match(await replaced, { pid, reason: /hung/ })
  t.notOk(isRunning(pid))
  t.equal((await analyzer.analyze(await jobFor(dir), never, deaf)).detections.length, 2)
})

t.test("a cancelled job's work really stops", async (t) => {
  const dir = t.testdir()
  const { analyzer } = await start(t)
  const pid = analyzer.pids[0]!
  const cancel = new AbortController()
  const { outcome } = await underWay(analyzer, await longJob(dir), cancel.signal)
  const reason = new Error('nobody wants it')
  cancel.abort(reason)
  t.equal(await outcome, reason)
  t.notOk(isRunning(pid), 'the process is gone when the job ends')
  t.equal((await analyzer.analyze(await jobFor(dir), never, deaf)).detections.length, 2)
  t.equal(analyzer.restarts, 0, 'a cancellation is not a failure')
})

t.test('a job cancelled while it waits disturbs nobody', async (t) => {
  const dir = t.testdir()
  const { analyzer } = await start(t)
  const pids = analyzer.pids
  const job = await jobFor(dir)
  const cancel = new AbortController()
  const running = analyzer.analyze(job, never, deaf)
  const waiting = analyzer.analyze(job, cancel.signal, deaf)
  const next = analyzer.analyze(job, never, deaf)
  cancel.abort()
  await t.rejects(waiting, { name: 'AbortError' })
  await t.rejects(analyzer.analyze(job, cancel.signal, deaf), { name: 'AbortError' })
  t.same((await running).detections, (await next).detections)
  t.same(analyzer.pids, pids)
})

t.test('closing ends every process and everything that waits', async (t) => {
  const dir = t.testdir()
  const { analyzer } = await start(t)
  const [pid] = analyzer.pids
  const { outcome } = await underWay(analyzer, await longJob(dir))
  const waiting = analyzer.analyze(await jobFor(dir), never, deaf)
  await Promise.all([analyzer[Symbol.asyncDispose](), t.rejects(waiting, { code: 'SHUTTING_DOWN' })])
  t.match(await outcome, { code: 'SHUTTING_DOWN' })
  t.notOk(isRunning(pid!))
  await t.rejects(analyzer.analyze(await jobFor(dir), never, deaf), { code: 'SHUTTING_DOWN' })
})

t.test('signals to the process group leave the end to the parent', async (t) => {
  const { analyzer } = await start(t)
  const [pid] = analyzer.pids
  process.kill(pid!, 'SIGINT')
  process.kill(pid!, 'SIGTERM')
  t.equal((await analyzer.analyze(await jobFor(t.testdir()), never, deaf)).detections.length, 2)
  t.same(analyzer.pids, [pid])
})

t.test('a model that cannot be loaded fails the start with its reason', async (t) => {
  const dir = join(t.testdir(), 'model')
  const options = { modelDir: dir, processes: 2, timeoutMs: 1000, maxPixels: 1000 }
  await t.rejects(ProcessAnalyzer.start(options), /model\.json: the model's description cannot be read/)
  await cp(modelDir, dir, { recursive: true })
  await writeFile(join(dir, 'detector.onnx'), 'not a network')
  await t.rejects(
    ProcessAnalyzer.start(options),
    /No analysis process can start: .*detector\.onnx: the network cannot be loaded/,
  )
})

t.test('a switch loses no picture: what runs ends on its model, what waits goes to the new one', async (t) => {
  const dir = t.testdir()
  const { analyzer } = await start(t, { processes: 2 })
  const [first, second] = analyzer.pids
  const job = await jobFor(dir)
  const { outcome } = await underWay(analyzer, await longJob(dir))
  const successor = await analyzer.prepare({ dir: await copyModel(dir, '8.1.0'), precision: 'fp32' })
  t.equal(analyzer.model.version, bundledVersion, 'it waits')
  const before = await analyzer.analyze(job, never, deaf)
  const beforeTheSwitch = Array.from({ length: 3 }, () => analyzer.analyze(job, never, deaf))
  successor.takeOver()
  t.equal(analyzer.model.version, '8.1.0')
  t.ok(analyzer.alive >= 1, 'at no moment is there nobody')
  const after = await Promise.all(Array.from({ length: 4 }, () => analyzer.analyze(job, never, deaf)))
  t.equal(before.model.version, bundledVersion)
  t.same(
    (await Promise.all(beforeTheSwitch)).map(({ model }) => model.version),
    [bundledVersion, '8.1.0', '8.1.0'],
    'one had begun; the others had not',
  )
  for (const { model, detections } of after) {
    t.same(model, { name: 'hz-signs', version: '8.1.0', precision: 'fp32' })
    t.same(detections, before.detections)
  }
  const long = (await outcome) as Analysis
  t.equal(long.model.version, bundledVersion, 'it ended where it began')
  await eventually(
    () => [analyzer.alive, analyzer.pids.length],
    ([alive, all]) => alive === 2 && all === 2,
  )
  t.notOk(isRunning(first!) || isRunning(second!), 'the old processes have ended')
  t.equal(analyzer.restarts, 0)
})

t.test('there is never more than one process too many', async (t) => {
  const dir = t.testdir()
  const { analyzer } = await start(t, { processes: 2 })
  let most = 0
  const counting = setInterval(() => {
    most = Math.max(most, analyzer.pids.length)
  }, 1)
  t.teardown(() => clearInterval(counting))
  for (const version of ['8.1.0', '9.0.0']) {
    const successor = await analyzer.prepare({ dir: await copyModel(dir, version), precision: 'fp32' })
    successor.takeOver()
    await eventually(
      () => analyzer.alive,
      (alive) => alive === 2,
    )
  }
  t.equal(most, 3)
})

t.test('a model that does not load, or is not wanted after all, changes nothing', async (t) => {
  const dir = t.testdir()
  const { analyzer } = await start(t)
  const { pids } = analyzer
  const broken = await copyModel(dir, '8.1.0')
  await writeFile(join(broken, 'detector.onnx'), 'not a network')
  await t.rejects(analyzer.prepare({ dir: broken, precision: 'fp32' }), /detector\.onnx: the network cannot be loaded/)
  await t.rejects(analyzer.prepare({ dir: join(dir, 'nowhere'), precision: 'fp32' }), /model\.json/)
  const fp32Only = await copyModel(dir, '8.2.0')
  await t.rejects(analyzer.prepare({ dir: fp32Only, precision: 'int8' }), /has no int8 network/)
  const unwanted = await analyzer.prepare({ dir: await copyModel(dir, '9.0.0'), precision: 'fp32' })
  await unwanted.discard()
  t.equal((await analyzer.analyze(await jobFor(dir), never, deaf)).model.version, bundledVersion)
  t.same([analyzer.pids, analyzer.restarts], [pids, 0])
})

t.test('closing ends a model that has not taken over, too', async (t) => {
  const dir = t.testdir()
  const { analyzer } = await start(t)
  const other = await copyModel(dir, '8.1.0')
  const waiting = await analyzer.prepare({ dir: other, precision: 'fp32' })
  t.equal(waiting.model.version, '8.1.0')
  const { pids } = analyzer
  t.equal(pids.length, 2)
  const loading = t.rejects(analyzer.prepare({ dir: other, precision: 'fp32' }), { code: 'SHUTTING_DOWN' })
  await analyzer[Symbol.asyncDispose]()
  await loading
  for (const pid of pids) t.notOk(isRunning(pid))
})

t.test('the wait before a restart doubles up to a limit', async (t) => {
  t.same([0, 1, 2, 3, 4].map(backoffMs), [0, 100, 200, 400, 800])
  t.equal(backoffMs(50), 10_000)
})

t.test('a process that replaces another never loads a version that nobody chose', async (t) => {
  const dir = t.testdir()
  const chosen = await copyModel(dir, '1')
  const { analyzer, restarted } = await start(t, { modelDir: chosen })
  await rm(chosen, { recursive: true })
  await rename(await copyModel(dir, '2'), chosen)
  const killed = restarted()
  process.kill(analyzer.pids[0]!, 'SIGKILL')
  t.match(await killed, { reason: /SIGKILL/ })
  t.match(await restarted(), { reason: /model\.json: is hz-signs 2 by now, and hz-signs 1 was to be started/ })
  t.equal(analyzer.alive, 0)
})

t.test('of processes that have nothing to do one stays, and the others come when pictures wait', async (t) => {
  const { analyzer } = await start(t, { processes: 3, restAfterMs: 20 })
  const running = () => analyzer.pids.length
  await eventually(running, (count) => count === 1)
  t.same([analyzer.size, analyzer.alive], [3, 1])
  const job = await longJob(t.testdir())
  let most = 0
  const counting = setInterval(() => {
    most = Math.max(most, running())
  }, 5)
  t.teardown(() => clearInterval(counting))
  await Promise.all(Array.from({ length: 3 }, () => analyzer.analyze(job, never, deaf)))
  t.equal(most, 3)
  await eventually(running, (count) => count === 1)
  t.equal(analyzer.restarts, 0, 'nothing has failed')
})

t.test('a resting process is ended for good when all are', async (t) => {
  const { analyzer } = await start(t, { processes: 2, restAfterMs: 20 })
  const { pids } = analyzer
  await eventually(
    () => analyzer.pids.length,
    (count) => count === 1,
  )
  await analyzer[Symbol.asyncDispose]()
  t.same([pids.length, analyzer.alive, pids.filter(isRunning)], [2, 0, []])
})
