/**
 * The main module of an analysis process, and its composition root. One job at a time; lives as long as its parent is
 * connected. Its imports of sharp wait until the fonts are configured, since fontconfig reads its settings once.
 */
import type { Language, ModelIdentity } from '../contract/index.ts'
import { AppError, BilingualError } from '../errors.ts'
import type { JobMessage, ProcessMessage, ProcessSettings, Results, Verdict, Work } from './messages.ts'

type Analyze = (message: JobMessage) => Promise<Verdict>

// Ctrl-C reaches the whole process group, but the parent decides when the work ends.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
// Not `exit`, which runs destructors below a network in mid-run and aborts.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

function send(message: ProcessMessage): void {
  // The parent has gone: so does this process, in a moment.
  process.send?.(message, () => {})
}

async function prepare({ model, expected, maxPixels }: ProcessSettings): Promise<Analyze> {
  const { configureFonts } = await import('../drawing/fonts.ts')
  configureFonts()
  const { default: sharp } = await import('sharp')
  sharp.concurrency(1) // As many processes as cores: more threads would only wait for each other.
  sharp.cache(false) // No picture is read twice.
  const { readManifest } = await import('../detection/model-manifest.ts')
  const { SignDetector } = await import('../detection/sign-detector.ts')
  const { analyzePicture } = await import('./analyze-picture.ts')
  const { analyzeFrame, drawFrame } = await import('./analyze-frame.ts')
  const manifest = await readManifest(model.dir)
  refuseAnother(manifest, expected)
  const detector = await SignDetector.open(manifest, model.precision)
  await detector.warmUp()
  // As read here and now: whatever becomes of the directory, a result names the model that made it.
  const madeBy = { name: manifest.name, version: manifest.version, precision: model.precision }
  const means = { detector, model: madeBy, maxPixels }
  const perform = (id: number, work: Work): Promise<Results[Work['kind']]> => {
    if (work.kind === 'frame') return analyzeFrame(means, work.job)
    if (work.kind === 'frame_pictures') return drawFrame(work.job)
    return analyzePicture(means, work.job, (step, fraction) => send({ kind: 'step', id, step, fraction }))
  }
  return ({ id, work }) => verdictOf(perform(id, work))
}

function refuseAnother({ name, version, path }: ModelIdentity & { path: string }, expected: ModelIdentity): void {
  if (name === expected.name && version === expected.version) return
  throw new BilingualError({
    en: `${path}: is ${name} ${version} by now, and ${expected.name} ${expected.version} was to be started`,
    'zh-CN': `${path}：现在是 ${name} ${version}，而要启动的是 ${expected.name} ${expected.version}`,
  })
}

async function verdictOf(work: Promise<Results[Work['kind']]>): Promise<Verdict> {
  try {
    return { kind: 'done', result: await work }
  } catch (err) {
    if (err instanceof AppError) return { kind: 'refused', code: err.code, details: err.details }
    return { kind: 'failed', message: err instanceof Error ? (err.stack ?? err.message) : String(err) }
  }
}

function reasonOf(err: unknown): Record<Language, string> {
  if (err instanceof BilingualError) return err.texts
  const message = err instanceof Error ? err.message : String(err)
  return { en: message, 'zh-CN': message }
}

const startedAt = performance.now()
try {
  const analyze = await prepare(JSON.parse(process.argv[2] ?? '{}'))
  process.on('message', async (message: JobMessage) => {
    send({ kind: 'verdict', id: message.id, verdict: await analyze(message) })
  })
  send({ kind: 'ready', warmUpSeconds: (performance.now() - startedAt) / 1000 })
} catch (err) {
  // The parent hears why and ends this process.
  send({ kind: 'unready', reason: reasonOf(err) })
}
