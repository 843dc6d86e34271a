import type {
  Detection,
  DetectionComplete,
  DetectionError,
  DetectionProgress,
  LiveDetection,
} from '../contract/index.ts'
import type { FrameMark } from './frame-message.ts'
import type { HzError } from './hz-error.ts'

/** What the server says of one frame. */
export interface FrameAnswer extends FrameMark {
  /** From `capturedAt` until now, by this clock alone. */
  latencyMs: number
  /** Pixels of the upright frame, which boxes refer to. */
  width: number
  height: number
  /** The signs in sight. */
  detections: LiveDetection[]
  /** Signs that are seen for certain since the answer before, each once. */
  newDetections: Detection[]
  /** Frames that a newer one has replaced so far, here and in the server. */
  droppedFrames: number
  /** Frames that the server has looked at in the last second or so. */
  fps: number
  message: DetectionProgress
}

export interface CameraEvents {
  answer: FrameAnswer
  /** A frame could not be looked at; the session goes on. `frameId` is null where it was no frame at all. */
  refused: { frameId: number | null; error: HzError }
  state: CameraState
}

/** `waiting`: the connection is lost; the session goes on with the next one. */
export type CameraState = 'live' | 'waiting' | 'ended'

/** `unknown`: it is over, and how was not to be learnt. */
export type CameraEnd =
  | { kind: 'complete'; data: DetectionComplete }
  | { kind: 'error'; data: DetectionError }
  | { kind: 'unknown'; error: HzError }
