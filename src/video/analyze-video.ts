import { existsSync } from 'node:fs'
import { type SignTrack, SignTracker } from '../tracking/sign-tracker.ts'
import { BestPictures, cropName, POSTER, THUMBNAIL } from './best-pictures.ts'
import type { DetectorThread } from './detector-thread.ts'
import { DrawnVideo } from './drawn-video.ts'
import { FrameSampler } from './frame-sampler.ts'
import { type Found, FrameLooker } from './look-at-frames.ts'
import type { OnVideoProgress, VideoAnalysis, VideoJob, VideoProgress, VideoStep } from './video-analyzer.ts'
import type { OpenVideo, VideoEngine, VideoLimits, VideoReader } from './video-engine.ts'
import { WorkFolder, type WorkState } from './work-state.ts'

export type AnalyzedVideo = Omit<VideoAnalysis, 'model'>

interface Means {
  engine: VideoEngine
  detector: DetectorThread
  limits: VideoLimits
  onProgress: OnVideoProgress
}

/**
 * So much is done again after a crash, at most. A segment is settled with a look, and one more look is under way then: where
 * looks are seconds apart, those count.
 */
const DONE_AGAIN_S = 10
const SPARE_S = 1.5
/** A process that reads on, or joins, without a look to tell of says so from time to time. */
const TELL_EVERY_MS = 1000
const DRAWN = 'drawn.mp4'
/** More than this share of pictures that cannot be read makes a result one of a part of the video. */
const FAILED_SHARE = 0.01
const FAILED_AT_LEAST = 10

/** One pass over a video, which goes on behind what an earlier one has settled. */
export class VideoPass {
  readonly #job: VideoJob
  readonly #means: Means
  readonly #video: OpenVideo
  readonly #folder: WorkFolder
  readonly #state: WorkState
  readonly #reader: VideoReader
  readonly #tracker: SignTracker
  readonly #best: BestPictures
  readonly #drawn: DrawnVideo | null
  readonly #startedMs = performance.now()
  readonly #looksBefore: number
  readonly #sampler: FrameSampler
  readonly #segmentS: number
  #toldMs = 0
  #found: VideoProgress['found'] = []
  /** The look that is not settled yet. */
  #pending: Promise<Found> | null = null

  private constructor(job: VideoJob, means: Means, video: OpenVideo, folder: WorkFolder, state: WorkState) {
    this.#job = job
    this.#means = means
    this.#video = video
    this.#folder = folder
    this.#state = state
    this.#looksBefore = state.looks
    this.#sampler = new FrameSampler(job.frameRate)
    this.#segmentS = Math.max(0, DONE_AGAIN_S - SPARE_S - 2 * this.#sampler.idlePeriodS)
    this.#reader = video.read()
    const options = { confidenceThreshold: job.confidenceThreshold }
    this.#tracker = state.tracker === null ? new SignTracker(options) : SignTracker.restore(options, state.tracker)
    this.#best = new BestPictures(folder, state.posterScore)
    this.#drawn = job.isDrawn ? new DrawnVideo(means.engine, folder, video.header, state.segments.length) : null
  }

  /**
   * @param key of what the result is one: see WorkState.
   * @throws AppError as VideoEngine.open and VideoReader.frames do
   */
  static async run(job: VideoJob, key: string, means: Means): Promise<AnalyzedVideo> {
    await using video = await means.engine.open(job.path, job.fileName, means.limits)
    const folder = new WorkFolder(job.workDir)
    const pass = new VideoPass(job, means, video, folder, await folder.open(key))
    pass.#tell('read', Math.max(0, pass.#state.endS))
    if (!job.isSettledOnly) await pass.#analyze()
    else if (pass.#state.endS < 0) throw new Error('Nothing of the video is settled')
    return pass.#conclude()
  }

  async #analyze(): Promise<void> {
    const { width, height } = this.#video.header
    const options = { mode: this.#job.mode, confidenceThreshold: SignTracker.lowThreshold(this.#job) }
    const looker = new FrameLooker(this.#means.detector, options, width * height)
    const endS = this.#state.endS
    const onPassedOver = () => this.#tellSometimes('read', endS)
    for await (const { frame, timeS } of this.#reader.frames(endS < 0 ? 0 : endS + 1e-4, onPassedOver)) {
      if (this.#sampler.wants(timeS, this.#tracker.isTracking)) {
        // While the model looks at this picture, the one before is settled and the next ones are decoded.
        const { found } = await looker.look(frame, timeS)
        await this.#settlePending()
        this.#pending = found
      } else if (this.#drawn?.isFull) await this.#settlePending()
      if (this.#drawn === null) frame.free()
      else await this.#drawn.add({ frame, timeS })
    }
    await this.#settlePending()
  }

  async #settlePending(): Promise<void> {
    const pending = this.#pending
    this.#pending = null
    if (pending !== null) await this.#settle(await pending)
  }

  /** Takes what was found in one look into everything that is made of the video. */
  async #settle({ timeS, picture, detections }: Found): Promise<void> {
    const { visible, started, bests } = this.#tracker.update(timeS, picture, detections)
    this.#state.looks++
    const boxes = bests.map(({ trackId, bbox }) => ({ trackId, bbox }))
    if (this.#drawn !== null) this.#best.add(picture, visible, boxes)
    await this.#drawn?.look({ timeS, visible })
    for (const { trackId, signClass, confidence, bbox } of started) {
      this.#found.push({ ...signClass, confidence, bbox, trackId, firstTimeS: timeS })
    }
    this.#tell('infer', timeS)
    if (timeS - Math.max(0, this.#state.endS) >= this.#segmentS) await this.#settleSegment(timeS)
  }

  async #settleSegment(endS: number): Promise<void> {
    const state = this.#state
    state.finished.push(...this.#tracker.takeFinished())
    const segment = (await this.#drawn?.endSegment()) ?? null
    if (segment !== null) state.segments.push(segment)
    await this.#saveBest()
    this.#count()
    await this.#folder.settle({
      ...state,
      endS,
      tracker: this.#tracker.snapshot(),
      posterScore: this.#best.posterScore,
    })
    state.endS = endS
  }

  /** The reader counts from the beginning of this pass. */
  #count(): void {
    const { counts } = this.#reader
    this.#state.frames += counts.frames
    this.#state.failed += counts.failed
    counts.frames = 0
    counts.failed = 0
  }

  async #saveBest(): Promise<void> {
    if (this.#drawn === null) return
    const alive = new Set([...this.#tracker.tracks(), ...this.#state.finished].map(({ trackId }) => trackId))
    await this.#best.save((trackId) => alive.has(trackId))
    this.#best.forgetAllBut((trackId) => this.#tracker.isAlive(trackId))
  }

  async #conclude(): Promise<AnalyzedVideo> {
    const { width, height, durationS } = this.#video.header
    const state = this.#state
    const lastTimeS = Math.max(state.endS, this.#reader.counts.lastTimeS)
    this.#tell('draw', lastTimeS)
    const segment = (await this.#drawn?.finish()) ?? null
    if (segment !== null) state.segments.push(segment)
    await this.#saveBest()
    const isCutShort = this.#reader.counts.isCutShort || this.#job.isSettledOnly
    this.#count()
    const tracks = [...state.finished, ...this.#tracker.tracks()].sort((a, b) => a.firstTimeS - b.firstTimeS)
    const isDrawn = this.#drawn !== null && state.segments.length > 0
    if (isDrawn) await this.#join(lastTimeS)
    const missing = isCutShort ? Math.round(((durationS ?? 0) - lastTimeS) * (this.#video.header.frameRate ?? 25)) : 0
    return {
      ...{
        width,
        height,
        tracks: tracks.map((track) => ({ ...track, cropPath: this.#cropPathOf(track, isDrawn) })),
      },
      durationS: Math.max(lastTimeS, isCutShort ? (durationS ?? 0) : 0),
      videoPath: this.#pathIf(isDrawn, DRAWN),
      posterPath: this.#pathIf(isDrawn, POSTER),
      thumbnailPath: this.#pathIf(isDrawn, THUMBNAIL),
      looks: state.looks,
      failedFrames: state.failed + missing,
      isPartial: isCutShort || state.failed > Math.max(FAILED_AT_LEAST, state.frames * FAILED_SHARE),
    }
  }

  /** The source is opened once more, as its pictures have been read to the end and its sound not. */
  async #join(lastTimeS: number): Promise<void> {
    await using source = await this.#means.engine.open(this.#job.path, this.#job.fileName, this.#means.limits)
    const paths = this.#state.segments.map((name) => this.#folder.pathOf(name))
    const onJoined = (timeS: number) => this.#tellSometimes('draw', lastTimeS, timeS)
    await source.joinSegments(paths, this.#folder.pathOf(DRAWN), onJoined)
  }

  #pathIf(isThere: boolean, name: string): string | null {
    return isThere ? this.#folder.pathOf(name) : null
  }

  /** A sign whose best sight was lost with the process that had it in memory has none. */
  #cropPathOf({ trackId }: SignTrack, isDrawn: boolean): string | null {
    const path = this.#folder.pathOf(cropName(trackId))
    return isDrawn && existsSync(path) ? path : null
  }

  #tellSometimes(step: VideoStep, positionS: number, drawnS = 0): void {
    if (performance.now() - this.#toldMs >= TELL_EVERY_MS) this.#tell(step, positionS, drawnS)
  }

  #tell(step: VideoStep, positionS: number, drawnS = 0): void {
    this.#toldMs = performance.now()
    const { durationS } = this.#video.header
    const looks = this.#state.looks
    const seconds = (performance.now() - this.#startedMs) / 1000
    const looksPerSecond = seconds > 0 ? (looks - this.#looksBefore) / seconds : 0
    const perVideoSecond = positionS > 0 ? looks / positionS : 0
    const looksExpected = durationS === null || perVideoSecond === 0 ? null : Math.round(perVideoSecond * durationS)
    this.#means.onProgress({
      ...{ step, positionS, durationS, drawnS, looks, looksExpected, looksPerSecond },
      found: this.#found,
    })
    this.#found = []
  }
}
