import type { Detection, DetectionProgress, Language } from '../contract/index.ts'
import { stepName, totalSteps } from '../tasks/steps.ts'
import type { ProgressEvent } from './frame-line.ts'

/** What the messages of one session have in common. */
export interface SessionState {
  taskId: string
  userId: number
  elapsedS: number
  framesDone: number
  droppedFrames: number
  fps: number
  newDetections: Detection[]
}

export type AnswerFields = Pick<
  DetectionProgress,
  'frame_id' | 'captured_at' | 'frame_width' | 'frame_height' | 'detections' | 'latency' | 'processing_latency'
>

/** The answer to a frame; without one, what everybody else hears. */
export function progressEvent(state: SessionState, answer: AnswerFields = {}): ProgressEvent {
  return eventOf(state, (language) => ({ ...messageOf(state, language, 0), ...answer }))
}

/** The last message. */
export function finalProgressEvent(state: SessionState): ProgressEvent {
  return eventOf(state, (language) => messageOf(state, language, 100))
}

function eventOf({ taskId, userId }: SessionState, message: (language: Language) => DetectionProgress): ProgressEvent {
  const data = { 'zh-CN': message('zh-CN'), en: message('en') }
  return { type: 'detection_progress', userId, key: taskId, data }
}

function messageOf(state: SessionState, language: Language, progress: 0 | 100): DetectionProgress {
  const total = totalSteps('realtime')
  const index = progress === 100 ? total : 1
  return {
    task_id: state.taskId,
    progress,
    current_step: stepName(index, language, 'realtime') ?? '',
    total_steps: total,
    current_step_index: index,
    elapsed_time: state.elapsedS,
    remaining_time: 0,
    frames_done: state.framesDone,
    fps: state.fps,
    new_detections: state.newDetections,
    dropped_frames: state.droppedFrames,
  }
}
