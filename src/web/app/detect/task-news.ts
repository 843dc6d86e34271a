import { HzError } from '../../../client/index.ts'
import type { DetectionComplete, DetectionType, ServerMessage } from '../../../contract/index.ts'
import type { Phase, Progress, VideoCourse } from './card.ts'

export type TaskMessage = Extract<
  ServerMessage,
  { type: 'detection_start' | 'detection_progress' | 'detection_complete' | 'detection_error' }
>

export function phaseOf(message: Exclude<TaskMessage, { type: 'detection_complete' }>): Phase {
  if (message.type === 'detection_start') return { kind: 'processing', progress: begun(message.data.estimated_time) }
  if (message.type === 'detection_error') {
    const { error_code, error_message, error_message_en, retry_available } = message.data
    return endedBy(error_code, error_message, error_message_en, retry_available)
  }
  const {
    progress: percent,
    current_step_index: stepIndex,
    elapsed_time: elapsed,
    remaining_time: remaining,
  } = message.data
  return { kind: 'processing', progress: { percent, stepIndex, elapsed, remaining, toldMs: Date.now() } }
}

export function begun(estimatedS: number): Progress {
  return { percent: 0, stepIndex: 0, elapsed: 0, remaining: estimatedS, toldMs: Date.now() }
}

export function endedBy(code: string, zh: string, en: string, mayRetry: boolean): Phase {
  if (code === 'TASK_CANCELLED') return { kind: 'cancelled', canRetry: mayRetry }
  return { kind: 'failed', error: new HzError({ code, status: 0, zh, en, canRetry: mayRetry }) }
}

export function failedBy(err: unknown): Phase {
  if (err instanceof HzError) return { kind: 'failed', error: err }
  const text = err instanceof Error ? err.message : String(err)
  return { kind: 'failed', error: new HzError({ code: 'INTERNAL', status: 0, zh: text, en: text, canRetry: true }) }
}

/** Null for a picture. */
export function courseOf(type: DetectionType, known?: VideoCourse): VideoCourse | null {
  return type === 'video' ? (known ?? { durationS: null, positionS: 0, fps: null, found: [], loss: null }) : null
}

/** A new attempt goes on where the one before was, and tells again what it finds. */
export function courseAfter(course: VideoCourse, { type, data }: TaskMessage): VideoCourse {
  if (type === 'detection_complete') return { ...course, loss: lossOf(data) }
  if (type !== 'detection_progress') return course
  const known = new Set(course.found.map(({ track }) => track?.track_id))
  const news = (data.new_detections ?? []).filter(({ track }) => track === undefined || !known.has(track.track_id))
  return {
    ...course,
    positionS: data.position ?? course.positionS,
    fps: data.fps ?? course.fps,
    found: news.length === 0 ? course.found : [...course.found, ...news],
  }
}

function lossOf({ status, failed_frames: frames = 0, message = null }: DetectionComplete): VideoCourse['loss'] {
  return status === 'failed' ? { frames, message } : null
}
