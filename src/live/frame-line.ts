import type { PassingEvent } from '../contract/index.ts'
import type { AppError, ErrorDetails } from '../errors.ts'

export type ProgressEvent = Extract<PassingEvent, { type: 'detection_progress' }>

/** The socket over which a session's frames come, and its answers go. */
export interface FrameLine {
  readonly id: string
  /** @returns false where the reader is slow: it gets this later, unless a newer answer takes its place. */
  answer(progress: ProgressEvent): boolean
  /** Says why a frame was not looked at. */
  refuse(err: AppError, details: ErrorDetails): void
}
