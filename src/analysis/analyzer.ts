import type { Detection, DetectionMode, ModelIdentity, ModelInfo, Precision } from '../contract/index.ts'

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

/** Analyses pictures, as many at once as it has processes; the others wait, first come, first served. */
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
   * Loads another model beside the present one, which goes on as if nothing happened.
   * @throws Error saying why it cannot be loaded. SHUTTING_DOWN
   */
  prepare(source: ModelSource): Promise<Successor>
}
