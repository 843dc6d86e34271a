import type { AnalysedBy, Analyzer, FrameAnalysis } from '../analysis/analyzer.ts'
import type { Detection, DetectionMode } from '../contract/index.ts'
import { AppError } from '../errors.ts'
import type { Frame } from './frame.ts'
import type { FrameLine, ProgressEvent } from './frame-line.ts'
import { FrameRate } from './frame-rate.ts'
import type { SeenSigns } from './seen-signs.ts'
import { SessionClock } from './session-clock.ts'
import { type AnswerFields, finalProgressEvent, progressEvent, type SessionState } from './session-progress.ts'

export interface LiveSessionOptions {
  taskId: string
  userId: number
  /** What the headers of its frames say. */
  number: number
  mode: DetectionMode
  /** What is found with less is not worth tracking. */
  confidenceThreshold: number
  maxPixels: number
  /** Of messages to those who do not stream. */
  tellEveryMs: number
  analyzer: Analyzer
  signs: SeenSigns
  /** Tells everybody but this line. */
  tell: (progress: ProgressEvent, exceptLineId: string | null) => void
  log: { warn(details: object, message: string): void }
}

/** One camera: looks at the newest frame there is, one at a time, and answers it. */
export class LiveSession {
  readonly options: LiveSessionOptions
  readonly startedAtMs = Date.now()
  readonly #clock = new SessionClock()
  readonly #rate = new FrameRate()
  readonly #over = new AbortController()
  #line: FrameLine | null
  #heardAtMs = Date.now()
  #detachedAtMs: number | null = null
  #waiting: Frame | null = null
  #work: Promise<void> | null = null
  #framesDone = 0
  #droppedFrames = 0
  #workedS = 0
  #model: AnalysedBy | null = null
  /** New signs that the streaming socket, and the others, have not been told of. */
  #untold: { line: Detection[]; others: Detection[] } = { line: [], others: [] }
  #toldAtMs = 0

  constructor(options: LiveSessionOptions, line: FrameLine) {
    this.options = options
    this.#line = line
  }

  get lineId(): string | null {
    return this.#line?.id ?? null
  }

  get isOver(): boolean {
    return this.#over.signal.aborted
  }

  /** When a frame came last. */
  get heardAtMs(): number {
    return this.#heardAtMs
  }

  /** Since when no socket streams; null while one does. */
  get detachedAtMs(): number | null {
    return this.#detachedAtMs
  }

  /** Seconds of frames that were looked at, and of the work that it was. */
  get durations(): { seenS: number; workedS: number } {
    return { seenS: this.#clock.lastS, workedS: this.#workedS }
  }

  /** What looked at the newest frame; null where none was. */
  get model(): AnalysedBy | null {
    return this.#model
  }

  /** From now on frames come over this line, and over no other. */
  attach(line: FrameLine): void {
    this.#line = line
    this.#detachedAtMs = null
    this.#heardAtMs = Date.now()
  }

  detach(): void {
    this.#line = null
    this.#detachedAtMs = Date.now()
  }

  /** The newest frame counts: it takes the place of one that still waits. */
  offer(frame: Frame): void {
    if (this.isOver) return
    this.#heardAtMs = frame.receivedAtMs
    if (this.#waiting !== null) this.#droppedFrames++
    this.#waiting = frame
    this.#work ??= this.#lookAtAll().finally(() => {
      this.#work = null
    })
  }

  /** Takes no more frames, and resolves once none is at work. */
  async end(): Promise<void> {
    this.#over.abort()
    this.#waiting = null
    await this.#work
  }

  /** Says to everybody that all is done. */
  tellEnd(): void {
    this.#line?.answer(finalProgressEvent(this.#state(this.#untold.line)))
    this.options.tell(finalProgressEvent(this.#state(this.#untold.others)), this.lineId)
  }

  async #lookAtAll(): Promise<void> {
    while (this.#waiting !== null && !this.isOver) await this.#lookAtNewest()
  }

  async #lookAtNewest(): Promise<void> {
    const { analyzer, mode, confidenceThreshold, maxPixels } = this.options
    let frame: Frame | null = null
    let takenAtMs = 0
    const take = () => {
      frame = this.#waiting as Frame
      this.#waiting = null
      takenAtMs = performance.now()
      return { bytes: frame.bytes, mode, confidenceThreshold, maxPixels }
    }
    try {
      const analysis = await analyzer.analyzeFrame(take, this.#over.signal)
      this.#workedS += (performance.now() - takenAtMs) / 1000
      if (!this.isOver) this.#answer(frame as unknown as Frame, analysis)
    } catch (err) {
      this.#fail(frame, err)
    }
  }

  #answer(frame: Frame, analysis: FrameAnalysis): void {
    const timeS = this.#clock.timeOf(frame)
    const { inSight, started } = this.options.signs.add(timeS, frame.bytes, analysis)
    const nowMs = Date.now()
    this.#model = analysis.model
    this.#framesDone++
    this.#rate.add(nowMs)
    this.#untold.line.push(...started)
    this.#untold.others.push(...started)
    this.#tellLine({
      frame_id: frame.id,
      captured_at: frame.capturedAtMs,
      frame_width: analysis.width,
      frame_height: analysis.height,
      detections: inSight,
      latency: Math.max(0, nowMs - frame.capturedAtMs) / 1000,
      processing_latency: Math.max(0, nowMs - frame.receivedAtMs) / 1000,
    })
    this.#tellOthers(nowMs)
  }

  #tellLine(answer: AnswerFields): void {
    if (this.#line === null) return
    const wasSent = this.#line.answer(progressEvent(this.#state(this.#untold.line), answer))
    // What a slow reader may never get is told again with the next answer.
    if (wasSent) this.#untold.line = []
  }

  #tellOthers(nowMs: number): void {
    if (nowMs - this.#toldAtMs < this.options.tellEveryMs) return
    this.#toldAtMs = nowMs
    this.options.tell(progressEvent(this.#state(this.#untold.others)), this.lineId)
    this.#untold.others = []
  }

  /** It costs this frame alone. */
  #fail(frame: Frame | null, err: unknown): void {
    // Nobody has looked at it: the analyzer takes no more.
    if (frame === null) this.#waiting = null
    if (this.isOver || frame === null) return
    const known = err instanceof AppError ? err : new AppError('MODEL_ERROR', {}, { cause: err })
    const { taskId } = this.options
    if (known.status >= 500) this.options.log.warn({ err, task_id: taskId }, 'a frame could not be looked at')
    this.#line?.refuse(known, { task_id: taskId, frame_id: frame.id })
  }

  #state(newDetections: Detection[]): SessionState {
    const { taskId, userId } = this.options
    return {
      taskId,
      userId,
      elapsedS: Math.round((Date.now() - this.startedAtMs) / 10) / 100,
      framesDone: this.#framesDone,
      droppedFrames: this.#droppedFrames,
      fps: this.#rate.fps,
      newDetections,
    }
  }
}
