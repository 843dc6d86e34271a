import type { HzError } from '../../../client/index.ts'
import type { Detection, DetectionMode, Record } from '../../../contract/index.ts'

/** What is asked of a detection. */
export interface DetectOptions {
  mode: DetectionMode
  /** 0 to 1; signs below it are not kept. */
  confidenceThreshold: number
  /** Draw and keep the result picture. */
  savesResult: boolean
  /** Of videos, which are looked at many times a second. */
  videoMode: DetectionMode
  /** Frames of a video to look at, a second; null: as the server thinks best. */
  frameRate: number | null
}

/** Where a file is on its way from choice to signs. */
export type Phase =
  /** `isHeld`: the server's queue is full; the upload is tried again by itself. */
  | { kind: 'waiting'; isHeld: boolean }
  | { kind: 'uploading'; share: number }
  /** 1 is next; null where the server has not said. */
  | { kind: 'queued'; position: number | null }
  | { kind: 'processing'; progress: Progress }
  | { kind: 'success'; record: Record }
  | { kind: 'failed'; error: HzError }
  | { kind: 'cancelled'; canRetry: boolean }

export interface Progress {
  percent: number
  /** 1 to 4; 0 before the first. */
  stepIndex: number
  /** Seconds, as of `toldMs`. */
  elapsed: number
  remaining: number
  toldMs: number
}

/** What is told of a video beside its phase. */
export interface VideoCourse {
  /** Null where the server has not said. */
  durationS: number | null
  positionS: number
  /** Frames looked at in a second. */
  fps: number | null
  found: readonly Detection[]
  /** A part could not be read; the rest is kept. */
  loss: { frames: number; message: string | null } | null
}

export interface Card {
  readonly key: string
  readonly fileName: string
  readonly fileSize: number
  /** Null for a task that was begun elsewhere, or before the page was loaded anew. */
  readonly file: File | null
  readonly options: DetectOptions | null
  readonly taskId: string | null
  readonly phase: Phase
  /** Null: a picture. */
  readonly video: VideoCourse | null
}

export type PhaseKind = Phase['kind']

export function isUnderWay({ phase: { kind } }: Card): boolean {
  return kind === 'waiting' || kind === 'uploading' || kind === 'queued' || kind === 'processing'
}

export function canRetry({ phase, file, taskId }: Card): boolean {
  if (phase.kind === 'cancelled') return phase.canRetry && (file !== null || taskId !== null)
  return phase.kind === 'failed' && phase.error.canRetry && (file !== null || taskId !== null)
}
