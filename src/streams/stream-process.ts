/**
 * The main module of a process that watches one network camera, and its composition root. FFmpeg decodes what strangers send,
 * so it does that where nothing else can be harmed. Its imports of sharp wait until the fonts are configured.
 */
import { AppError } from '../errors.ts'
import { DetectorThread } from '../video/detector-thread.ts'
import { isDiskFull } from '../video/disk-full.ts'
import type { StreamCommand, StreamMessage, StreamSettings } from './messages.ts'
import { openStream } from './open-stream.ts'
import { AddressGuard } from './stream-address.ts'
import { parseStreamUrl } from './stream-url.ts'

// Ctrl-C reaches the whole process group, but the parent decides when the work ends.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
// Not `exit`, which runs destructors below a network in mid-run and aborts.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

let finish = async (): Promise<void> => {}

function send(message: StreamMessage): void {
  // The parent has gone: so does this process, in a moment.
  process.send?.(message, () => {})
}

async function work(settings: StreamSettings): Promise<never> {
  const url = parseStreamUrl(settings.url)
  const guard = new AddressGuard(settings.privateRanges)
  // Never closed: the parent ends the process, whatever the stream is waiting for.
  const video = await openStream(url, guard, settings.limits)
  const watch = await openWatch(settings)
  finish = () => watch.finish()
  try {
    return await watch.run(video)
  } finally {
    await watch.finish()
  }
}

async function openWatch(settings: StreamSettings) {
  const { configureFonts } = await import('../drawing/fonts.ts')
  configureFonts()
  const { default: sharp } = await import('sharp')
  sharp.concurrency(1)
  sharp.cache(false)
  const detector = await DetectorThread.start(settings.detector).catch((cause) => {
    throw new AppError('MODEL_ERROR', {}, { cause })
  })
  const { StreamWatch } = await import('./stream-watch.ts')
  return new StreamWatch(settings, detector, send)
}

function ending(err: unknown): StreamMessage {
  if (err instanceof AppError) return { kind: 'refused', code: err.code, details: err.details }
  if (isDiskFull(err)) return { kind: 'refused', code: 'STORAGE_FULL', details: {} }
  return { kind: 'failed', message: err instanceof Error ? (err.stack ?? err.message) : String(err) }
}

process.on('message', (command: StreamCommand) => {
  // The parent ends the process once it has heard.
  if (command.kind === 'begin') work(command.settings).catch((err) => send(ending(err)))
  else
    finish().then(
      () => send({ kind: 'finished' }),
      (err) => send(ending(err)),
    )
})
