import { AppError } from '../errors.ts'
import type { ReadingCounts, VideoHeader, VideoLimits } from './video-engine.ts'

/** No camera takes a thousand pictures a second: stamps that are so near say the same time. */
const SAME_S = 0.001

/** The times of the pictures that a reader decodes, and what it counts. */
export class FrameTimes {
  readonly counts: ReadingCounts = { frames: 0, failed: 0, isCutShort: false, lastTimeS: 0 }
  readonly #header: VideoHeader
  readonly #fileName: string
  readonly #limits: VideoLimits
  // Whoever reads may take the counts out and set them to zero.
  #hasFrames = false
  #hasFailed = false

  constructor(header: VideoHeader, fileName: string, limits: VideoLimits) {
    this.#header = header
    this.#fileName = fileName
    this.#limits = limits
  }

  /**
   * The time of the next picture.
   * @param stampS seconds since the video's beginning, as its time stamp says; NaN where it has none.
   * @throws AppError VIDEO_TOO_LONG
   */
  timeOf(stampS: number): number {
    const timeS = this.#isLater(stampS) ? Math.max(0, stampS) : this.counts.lastTimeS + this.#frameS
    if (timeS <= this.#limits.maxSeconds) return timeS
    throw new AppError('VIDEO_TOO_LONG', { file_name: this.#fileName, max_seconds: this.#limits.maxSeconds })
  }

  /** A picture that is shown. */
  note(timeS: number): void {
    this.passOver(timeS)
    this.counts.frames++
  }

  /** One that is not, as it comes before those that are wanted. */
  passOver(timeS: number): void {
    this.#hasFrames = true
    this.counts.lastTimeS = timeS
  }

  /** A packet that could not be decoded. */
  fail(): void {
    this.#hasFailed = true
    this.counts.failed++
  }

  /**
   * The file has been read to its end.
   * @throws AppError VIDEO_UNREADABLE and VIDEO_WITHOUT_PICTURES where nothing came of it from its beginning on
   */
  end(fromS: number): void {
    const { durationS } = this.#header
    // Nothing may have been left to be read.
    this.counts.lastTimeS = Math.max(this.counts.lastTimeS, fromS)
    const endS = this.counts.lastTimeS + this.#frameS
    this.counts.isCutShort = durationS !== null && endS < durationS - Math.max(0.5, durationS * 0.02)
    if (this.#hasFrames || fromS > 0) return
    const code = this.#hasFailed ? 'VIDEO_UNREADABLE' : 'VIDEO_WITHOUT_PICTURES'
    throw new AppError(code, { file_name: this.#fileName })
  }

  /** Without a stamp, and where one goes back, a picture comes after the one before. */
  #isLater(stampS: number): boolean {
    return stampS > -1e6 && Number.isFinite(stampS) && (!this.#hasFrames || stampS > this.counts.lastTimeS + SAME_S)
  }

  get #frameS(): number {
    // Whatever a header says: without time stamps it alone limits how many pictures a video may have.
    return Math.max(1 / (this.#header.frameRate ?? 25), SAME_S)
  }
}
