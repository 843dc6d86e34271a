import type { Detection, DetectionMode } from '../contract/index.ts'
import type { ErrorCode, ErrorDetails } from '../errors.ts'
import type { DetectorSettings } from '../video/detector-thread.ts'
import type { StreamLimits } from './open-stream.ts'

/** What a process is told first. Not as an argument, which everybody on the machine could read: there may be a password in it. */
export interface StreamSettings {
  /** With user name and password. */
  url: string
  /** CIDRs of addresses that are allowed though they are not public. */
  privateRanges: string[]
  limits: StreamLimits
  detector: DetectorSettings
  mode: DetectionMode
  /** 0..1 */
  confidenceThreshold: number
  /** Pictures to look at, a second; null: as many as it takes. */
  frameRate: number | null
  /** Whether pictures are wanted. */
  isDrawn: boolean
  /** Of the ids of its periods' tasks. */
  taskPrefix: string
  /** A folder of its own; each period has one in there, called after its task. */
  workDir: string
  /** A period ends after so long, and what was seen in it is to be kept. */
  periodMs: number
}

/** To a process: to begin, or to bring what it does to an end. */
export type StreamCommand = { kind: 'begin'; settings: StreamSettings } | { kind: 'finish' }

/** How a stream does. */
export interface StreamFigures {
  /** Since the process began. */
  frames: number
  /** Pictures that were due while the model was busy. */
  dropped: number
  fps: number
  /** Seconds from the arrival of a picture to its answer, of late. */
  latencyS: number | null
}

/** From a process. How it ended is data: an error would lose its class and code between processes. */
export type StreamMessage =
  | { kind: 'live'; width: number; height: number }
  | { kind: 'figures'; figures: StreamFigures }
  /** Times are seconds of the period, which began then. `cropTask`: in whose folder its crop lies; null: none is wanted. */
  | { kind: 'sign'; sign: Detection; periodStartedAtMs: number; cropTask: string | null }
  /** The folder of a period that has ended. */
  | { kind: 'period'; dir: string }
  | { kind: 'finished' }
  /** For a reason that has a name. */
  | { kind: 'refused'; code: ErrorCode; details: ErrorDetails }
  /** Ours, and unforeseen. */
  | { kind: 'failed'; message: string }
