import type { BoundingBox, Detection, DetectionMode, ModelIdentity, ModelInfo, Precision } from '../contract/index.ts'

/** One picture to analyse. Paths are of files on this machine; the results' folders exist. */
export interface AnalysisJob {
  path: string
  /** What errors call the file. */
  fileName: string
  mode: DetectionMode
  /** 0..1 */
  confidenceThreshold: number
  /** Where the drawn JPEG goes; null for none. */
  resultPath: string | null
  /** Where the small drawn WebP goes; null for none. */
  thumbnailPath: string | null
}

export type AnalysisStep = 'read' | 'infer' | 'draw'

/** `fraction` of the step that is done, 0..1. Steps come in order; each begins with 0, which also says that the one before is done. */
export type OnStep = (step: AnalysisStep, fraction: number) => void

export interface AnalysedBy extends ModelIdentity {
  precision: Precision
}

/** What a picture shows. `width` and `height` are of the upright picture, in pixels. */
export interface Analysis {
  width: number
  height: number
  detections: Detection[]
  /** What made it: another model than the analyzer has now, where that was switched meanwhile. */
  model: AnalysedBy
  /** How long each step took. */
  stageSeconds: Record<AnalysisStep, number>
}

/** One frame of a live camera. */
export interface FrameJob {
  /** JPEG or WebP. */
  bytes: Uint8Array
  mode: DetectionMode
  /** 0..1 */
  confidenceThreshold: number
  maxPixels: number
}

export type FrameAnalysis = Omit<Analysis, 'stageSeconds'>

/** Pictures to be made of a frame that was analysed before; null and none where they are not wanted. Folders exist. */
export interface FramePicturesJob {
  bytes: Uint8Array
  maxPixels: number
  /** What is drawn into the result and its thumbnail. */
  detections: Detection[]
  resultPath: string | null
  thumbnailPath: string | null
  /** Small WebP pictures of single signs. */
  crops: Array<{ bbox: BoundingBox; path: string }>
}

/** What processes load. */
export interface ModelSource {
  dir: string
  precision: Precision
}

export interface RunningModel extends ModelInfo {
  precision: Precision
}

/** A model that is loaded and warm in one process and gets no jobs yet. One of the two methods is to be called, once. */
export interface Successor {
  readonly model: RunningModel
  /**
   * From this moment on every job goes to it, those that wait too; running ones end where they are. Takes no time and
   * cannot fail.
   */
  takeOver(): void
  discard(): Promise<void>
}

/**
 * Analyses pictures, as many at once as it has processes; the others wait, first come, first served. Frames of live
 * cameras go before pictures, three of four times where both wait.
 */
export interface Analyzer extends AsyncDisposable {
  /** The one that new jobs go to. */
  readonly model: RunningModel
  /** Where that one is. */
  readonly source: ModelSource
  /** How many processes there should be. */
  readonly size: number
  /** How many are ready or at work. 0: nothing can be analysed at the moment. */
  readonly alive: number
  /** How many have crashed or hung, and were replaced, since the start. */
  readonly restarts: number

  /**
   * Once this settles, nothing works on the job any more. What was written to `resultPath` and `thumbnailPath` is complete
   * if it resolves, and rubbish to be removed otherwise.
   *
   * @throws AppError of the file's fault (IMAGE_UNREADABLE, IMAGE_TOO_LARGE, UNSUPPORTED_MEDIA), or of ours: MODEL_ERROR when
   * the work failed or its process died, DETECTION_TIMEOUT. When aborted, the signal's reason.
   */
  analyze(job: AnalysisJob, signal: AbortSignal, onStep: OnStep): Promise<Analysis>

  /**
   * Finds the signs in a frame.
   * @param take asked for the frame once a process is free: for the newest that there is by then.
   * @param signal ends the wait; a frame at work is finished, as that takes less than a new process would.
   * @throws AppError FRAME_UNREADABLE, FRAME_TOO_LARGE; MODEL_ERROR, DETECTION_TIMEOUT. When aborted, the signal's reason.
   */
  analyzeFrame(take: () => FrameJob, signal: AbortSignal): Promise<FrameAnalysis>

  /** Draws on a frame and cuts signs out of it, as urgent as a frame is. @throws as analyzeFrame does */
  drawFrame(job: FramePicturesJob, signal: AbortSignal): Promise<void>

  /**
   * Loads another model beside the present one, which goes on as if nothing happened.
   * @throws Error saying why it cannot be loaded. SHUTTING_DOWN
   */
  prepare(source: ModelSource): Promise<Successor>
}
