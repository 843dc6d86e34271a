import { type HzClient, HzError } from '../../../client/index.ts'
import type { DetectionOptions, StartedTasks, Upload } from '../../../contract/index.ts'

interface Way {
  signal: AbortSignal
  /** 0 to 1. */
  onProgress: (share: number) => void
  /** It is on the server: should the queue be full, it need not be sent again. */
  onArrived: (upload: Upload) => void
}

type Started = Pick<StartedTasks['tasks'][number], 'task_id' | 'queue_position'>

const UNANSWERED = new Set(['CONNECTION_LOST', 'NOT_CONNECTED', 'TIMEOUT'])

/**
 * Sends a video in pieces and starts its detection; over lost connections, as drives are gigabytes. Only where there will
 * be no socket, it goes as a form. @param arrived what the server has of it already @throws HzError; the signal's reason
 */
export async function startVideo(
  client: HzClient,
  file: File,
  options: DetectionOptions,
  { signal, onProgress, onArrived, arrived }: Way & { arrived: Upload | undefined },
): Promise<Started | undefined> {
  if (client.socket.state.kind === 'stopped') {
    return (await client.upload([file], options, { signal, onProgress })).tasks[0]
  }
  const upload = arrived ?? (await client.uploadResumable(file, { signal, onProgress }))
  if (arrived === undefined) onArrived(upload)
  return { task_id: await startOnce(client, upload, options, signal), queue_position: null }
}

/** Asked again under the same name, it starts once. */
async function startOnce(
  { socket }: HzClient,
  upload: Upload,
  options: DetectionOptions,
  signal: AbortSignal,
): Promise<string> {
  const payload = { file_path: upload.file_path, detection_type: 'video', options } as const
  const asked = { requestId: `video_${crypto.getRandomValues(new Uint32Array(2)).join('_')}`, signal }
  for (;;) {
    try {
      await socket.whenConnected(signal)
      return (await socket.command('start_detection', payload, asked)).task_id
    } catch (err) {
      const goesOn = err instanceof HzError && UNANSWERED.has(err.code) && socket.state.kind !== 'stopped'
      if (!goesOn) throw err
    }
  }
}
