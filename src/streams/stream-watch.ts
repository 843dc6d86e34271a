import type { Detection } from '../contract/index.ts'
import { AppError } from '../errors.ts'
import { SignTracker } from '../tracking/sign-tracker.ts'
import type { DetectorThread } from '../video/detector-thread.ts'
import { FrameSampler } from '../video/frame-sampler.ts'
import { FrameLooker } from '../video/look-at-frames.ts'
import { FrameReader } from '../video/node-av/frame-reader.ts'
import type { AvVideo } from '../video/node-av/open-video.ts'
import type { VideoFrame } from '../video/video-engine.ts'
import type { StreamMessage, StreamSettings } from './messages.ts'
import { Period } from './period.ts'

const FIGURES_MS = 500
/** A crash costs so much of a period at most. */
const SAVE_MS = 10_000

/** Looks at a live stream: at the newest picture whenever the model is free, and at no other. */
export class StreamWatch {
  readonly #settings: StreamSettings
  readonly #detector: DetectorThread
  readonly #send: (message: StreamMessage) => void
  readonly #sampler: FrameSampler
  readonly #looksMs: number[] = []
  #period: Period
  #look: Promise<void> | null = null
  #failure: unknown = null
  #finishing: Promise<void> | null = null
  #frames = 0
  #dropped = 0
  #latencyS: number | null = null
  #toldMs = 0
  #savedMs = performance.now()

  constructor(settings: StreamSettings, detector: DetectorThread, send: (message: StreamMessage) => void) {
    this.#settings = settings
    this.#detector = detector
    this.#send = send
    this.#sampler = new FrameSampler(settings.frameRate)
    this.#period = this.#newPeriod()
  }

  /**
   * Until the stream ends: a live one has no good end.
   * @throws MODEL_ERROR, CAMERA_STREAM_ENDED, VIDEO_*, and what writing throws
   */
  async run(video: AvVideo): Promise<never> {
    const { width, height } = video.header
    const confidenceThreshold = SignTracker.lowThreshold(this.#settings)
    const options = { mode: this.#settings.mode, confidenceThreshold }
    const looker = new FrameLooker(this.#detector, options, width * height)
    const limits = { ...this.#settings.limits, maxSeconds: Number.POSITIVE_INFINITY }
    this.#send({ kind: 'live', width, height })
    for await (const shown of new FrameReader(video, '', limits).frames()) {
      if (this.#failure !== null) throw this.#failure
      await this.#take(shown, looker)
    }
    throw new AppError('CAMERA_STREAM_ENDED')
  }

  /** Ends the period; nothing is looked at any more. Whoever asks again waits for the same. */
  finish(): Promise<void> {
    this.#finishing ??= Promise.resolve(this.#look).then(() => this.#endPeriod())
    return this.#finishing
  }

  /** By our clock: those of cameras jump, and MJPEG has none. */
  async #take({ frame }: VideoFrame, looker: FrameLooker): Promise<void> {
    const arrivedMs = Date.now()
    this.#frames++
    this.#tell()
    try {
      if (this.#finishing !== null) return
      if (!this.#sampler.wants(performance.now() / 1000, this.#period.isTracking)) return
      if (this.#look !== null) {
        this.#dropped++
        return
      }
      const startedMs = performance.now()
      const { found } = await looker.look(frame, 0)
      this.#look = found
        .catch((cause) => {
          throw new AppError('MODEL_ERROR', {}, { cause })
        })
        .then(({ picture, detections }) => this.#settle(arrivedMs, startedMs, picture, detections))
        .catch((err) => {
          this.#failure = err
        })
        .finally(() => {
          this.#look = null
        })
    } finally {
      frame.free()
    }
  }

  async #settle(
    arrivedMs: number,
    startedMs: number,
    picture: Parameters<Period['add']>[1],
    detections: Detection[],
  ): Promise<void> {
    const nowMs = performance.now()
    const period = this.#period
    const started = period.add(arrivedMs, picture, detections, (nowMs - startedMs) / 1000)
    await period.saveCrops(started)
    const cropTask = this.#settings.isDrawn ? period.taskId : null
    for (const sign of started) {
      this.#send({ kind: 'sign', sign, periodStartedAtMs: period.startedAtMs, cropTask })
    }
    this.#latencyS = (nowMs - startedMs) / 1000
    this.#looksMs.push(nowMs)
    if (period.isFull || Date.now() - period.startedAtMs >= this.#settings.periodMs) return this.#endPeriod()
    if (nowMs - this.#savedMs < SAVE_MS) return
    this.#savedMs = nowMs
    await period.save()
  }

  async #endPeriod(): Promise<void> {
    const period = this.#period
    this.#period = this.#newPeriod()
    if (await period.save()) this.#send({ kind: 'period', dir: period.dir })
  }

  #newPeriod(): Period {
    const { workDir: parentDir, taskPrefix, isDrawn, mode, confidenceThreshold, detector } = this.#settings
    return new Period({ parentDir, taskPrefix, isDrawn, mode, confidenceThreshold, model: detector.expected })
  }

  #tell(): void {
    const nowMs = performance.now()
    if (nowMs - this.#toldMs < FIGURES_MS) return
    this.#toldMs = nowMs
    while (nowMs - (this.#looksMs[0] ?? nowMs) > 5000) this.#looksMs.shift()
    const spanS = (nowMs - (this.#looksMs[0] ?? nowMs)) / 1000
    const fps = spanS > 0 ? Math.round((this.#looksMs.length / spanS) * 10) / 10 : 0
    const latencyS = this.#latencyS === null ? null : Math.round(this.#latencyS * 1000) / 1000
    this.#send({ kind: 'figures', figures: { frames: this.#frames, dropped: this.#dropped, fps, latencyS } })
  }
}
