/**
 * The main module of a process that reads one video, and its composition root. FFmpeg decodes what strangers have sent, so
 * it does that where nothing else can be harmed. Its imports of sharp wait until the fonts are configured.
 */
import { AppError } from '../errors.ts'
import { chooseEngine } from './choose-engine.ts'
import { isDiskFull } from './disk-full.ts'
import { endGroup } from './end-group.ts'
import type { VideoProcessMessage, VideoProcessSettings } from './messages.ts'

// Ctrl-C reaches the whole process group, but the parent decides when the work ends.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
// Not `exit`, which runs destructors below a network in mid-run and aborts.
process.on('disconnect', () => endGroup(process.pid))

function send(message: VideoProcessMessage): void {
  // The parent has gone: so does this process, in a moment.
  process.send?.(message, () => {})
}

async function work(settings: VideoProcessSettings): Promise<VideoProcessMessage> {
  const engine = await chooseEngine(settings.engine)
  if (settings.kind === 'describe') return { kind: 'described', engine: engine.name }
  if (settings.kind === 'probe') {
    await using video = await engine.open(settings.path, settings.fileName, settings.limits)
    return { kind: 'probed', header: video.header }
  }
  const { configureFonts } = await import('../drawing/fonts.ts')
  configureFonts()
  const { default: sharp } = await import('sharp')
  sharp.concurrency(1)
  sharp.cache(false)
  const { DetectorThread } = await import('./detector-thread.ts')
  const { VideoPass } = await import('./analyze-video.ts')
  const { job, limits, detector: model } = settings
  const detector = await DetectorThread.start(model)
  // Not the precision, which the server changes by itself once it knows what is faster.
  const { name, version } = model.expected
  const how = [job.mode, job.confidenceThreshold, job.frameRate, job.isDrawn]
  const key = JSON.stringify([engine.name, name, version, ...how])
  const onProgress = (progress: Extract<VideoProcessMessage, { kind: 'progress' }>['progress']) =>
    send({ kind: 'progress', progress })
  return {
    kind: 'analyzed',
    analysis: await VideoPass.run(job, key, { engine, detector, limits, onProgress }),
  }
}

async function outcomeOf(settings: VideoProcessSettings): Promise<VideoProcessMessage> {
  try {
    return await work(settings)
  } catch (err) {
    if (err instanceof AppError) return { kind: 'refused', code: err.code, details: err.details }
    if (isDiskFull(err)) return { kind: 'refused', code: 'STORAGE_FULL', details: {} }
    return { kind: 'failed', message: err instanceof Error ? (err.stack ?? err.message) : String(err) }
  }
}

// The parent ends the process once it has heard.
send(await outcomeOf(JSON.parse(process.argv[2] ?? '{}')))
