import { AppError } from '../errors.ts'
import { forkProcess } from '../fork-process.ts'
import { endGroup, HAS_GROUPS } from './end-group.ts'
import type { VideoProcessMessage, VideoProcessSettings } from './messages.ts'
import type { OnVideoProgress } from './video-analyzer.ts'

type Outcome = Extract<VideoProcessMessage, { kind: 'described' | 'probed' | 'analyzed' }>

const KEPT_STDERR_CHARS = 2000

export interface ChildOptions {
  /** A process that says nothing for so long hangs. */
  silenceMs: number
  signal: AbortSignal
  onProgress?: OnVideoProgress
  /** Has the process in it while it lives. */
  pids?: Set<number>
}

/**
 * Runs one video process from its start to its end.
 * @throws AppError as the process says; DETECTION_TIMEOUT when it falls silent; when aborted, the signal's reason;
 * VideoProcessDied when it ends without a word.
 */
export async function runVideoProcess(settings: VideoProcessSettings, options: ChildOptions): Promise<Outcome> {
  const { signal, silenceMs, onProgress, pids } = options
  signal.throwIfAborted()
  const child = forkProcess(new URL('./video-process.js', import.meta.url), {
    argument: settings,
    // So that those that it starts end with it.
    leadsGroup: HAS_GROUPS,
  })
  if (child.pid !== undefined) pids?.add(child.pid)
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  void ended.then(() => pids?.delete(child.pid ?? 0))
  let abort = () => {}
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-KEPT_STDERR_CHARS)
  })
  try {
    return await new Promise<Outcome>((resolve, reject) => {
      const onSilence = () => reject(new AppError('DETECTION_TIMEOUT', { seconds: silenceMs / 1000 }))
      const silence = setTimeout(onSilence, silenceMs)
      abort = () => reject(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      child.on('message', (message: VideoProcessMessage) => {
        silence.refresh()
        if (message.kind === 'progress') onProgress?.(message.progress)
        else settle(message, resolve, reject)
      })
      child.once('error', reject)
      child.once('close', (code, how) =>
        reject(new VideoProcessDied(`It ended with ${how ?? `code ${code}`}. ${stderr}`)),
      )
      void ended.then(() => clearTimeout(silence))
    })
  } finally {
    // The signal may outlive a thousand videos.
    signal.removeEventListener('abort', abort)
    // Its work is done, or not wanted any more; it holds nothing that is worth a farewell.
    if (child.pid !== undefined) {
      endGroup(child.pid)
      await ended
    }
  }
}

/** Whatever was in the file, it ended the process. */
export class VideoProcessDied extends Error {}

function settle(
  message: Exclude<VideoProcessMessage, { kind: 'progress' }>,
  resolve: (outcome: Outcome) => void,
  reject: (err: Error) => void,
): void {
  if (message.kind === 'refused') reject(new AppError(message.code, message.details))
  else if (message.kind === 'failed') reject(new Error(message.message))
  else resolve(message)
}
