import type { ErrorCode, ErrorDetails } from '../errors.ts'
import type { EngineChoice } from './choose-engine.ts'
import type { DetectorSettings } from './detector-thread.ts'
import type { VideoAnalysis, VideoJob, VideoProgress } from './video-analyzer.ts'
import type { VideoHeader, VideoLimits } from './video-engine.ts'

/** What a process is started with, as its only argument, in JSON. It does this one thing and ends. */
export type VideoProcessSettings = { limits: VideoLimits; engine: EngineChoice } & (
  | { kind: 'describe' }
  | { kind: 'probe'; path: string; fileName: string }
  | { kind: 'analyze'; job: VideoJob; detector: DetectorSettings }
)

/** From a process. How it ended is data: an error would lose its class and code between processes. */
export type VideoProcessMessage =
  | { kind: 'progress'; progress: VideoProgress }
  /** Which engine there is. */
  | { kind: 'described'; engine: string }
  | { kind: 'probed'; header: VideoHeader }
  | { kind: 'analyzed'; analysis: Omit<VideoAnalysis, 'model'> }
  /** For a reason that has a name: mostly the file's fault. */
  | { kind: 'refused'; code: ErrorCode; details: ErrorDetails }
  /** Ours, and unforeseen. */
  | { kind: 'failed'; message: string }
