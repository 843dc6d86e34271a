import type { AnalysedBy, ModelSource } from '../analysis/analyzer.ts'
import type { Detection, DetectionMode, ModelIdentity } from '../contract/index.ts'
import type { SignTrack } from '../tracking/sign-tracker.ts'
import type { VideoHeader, VideoLimits } from './video-engine.ts'

/** One video to analyse. */
export interface VideoJob {
  path: string
  /** What errors call the file. */
  fileName: string
  mode: DetectionMode
  /** 0..1 */
  confidenceThreshold: number
  /** Pictures to look at, a second; null: as many as it takes. */
  frameRate: number | null
  /** Whether the drawn video, the poster and the crops are wanted. */
  isDrawn: boolean
  /** A folder of its own; what an earlier attempt settled in it is gone on with. */
  workDir: string
  /** Makes a result of what earlier attempts settled, and reads no further: where they died this one would die, too. */
  isSettledOnly: boolean
}

export type VideoStep = 'read' | 'infer' | 'draw'

/** How far a video has got. */
export interface VideoProgress {
  step: VideoStep
  /** Seconds of the video. */
  positionS: number
  durationS: number | null
  /** Seconds of the drawn video that are joined, in the step of that name. */
  drawnS: number
  looks: number
  /** Looks that it will take, as far as the header can be believed. */
  looksExpected: number | null
  /** Looks a second, of the present attempt. */
  looksPerSecond: number
  /** Signs that were found since the last time, as they were seen then. */
  found: Array<Detection & { trackId: number; firstTimeS: number }>
}

export type OnVideoProgress = (progress: VideoProgress) => void

/** Files lie in the job's folder. */
export interface VideoAnalysis {
  width: number
  height: number
  durationS: number
  tracks: Array<SignTrack & { cropPath: string | null }>
  videoPath: string | null
  posterPath: string | null
  thumbnailPath: string | null
  looks: number
  /** Pictures that could not be read. */
  failedFrames: number
  /** Whether so much of it could not be read that the result is one of a part. */
  isPartial: boolean
  model: AnalysedBy
}

export interface RunningVideoModel extends ModelIdentity {
  source: ModelSource
}

/** Reads and analyses videos, each in a process of its own. */
export interface VideoAnalyzer extends AsyncDisposable {
  /** How many videos are analysed at once. */
  readonly size: number
  readonly limits: VideoLimits

  /**
   * What the header says.
   * @throws AppError as VideoEngine.open does; VIDEO_UNREADABLE also where reading it ends the process, or takes too long
   */
  probe(path: string, fileName: string): Promise<VideoHeader>

  /**
   * Once this settles, nothing works on the job any more.
   * @throws AppError of the file's fault, or of ours: MODEL_ERROR, DETECTION_TIMEOUT. When aborted, the signal's reason.
   */
  analyze(job: VideoJob, signal: AbortSignal, onProgress: OnVideoProgress): Promise<VideoAnalysis>
}
