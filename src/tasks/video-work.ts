import { type Detection, type DetectionOptions, type FullDetectionOptions, withDefaults } from '../contract/index.ts'
import type { TaskModel, UploadModel } from '../db/index.ts'
import type { EventLog } from '../events/event-log.ts'
import type { NewTrack, RecordService } from '../records/record-service.ts'
import { mediaUrl } from '../records/record-view.ts'
import type { FileStore, Folder } from '../storage/file-store.ts'
import type { VideoAnalysis, VideoAnalyzer, VideoProgress } from '../video/video-analyzer.ts'
import type { ProgressBoard } from './progress-board.ts'
import { succeed, videoCompleteEvent } from './task-settlement.ts'
import { megapixelSeconds, type TimingModel, videoTimingKey } from './timing-model.ts'

export interface VideoWorkDeps {
  events: EventLog
  files: FileStore
  videos: VideoAnalyzer
  records: RecordService
  board: ProgressBoard
  timing: TimingModel
}

type VideoTask = TaskModel & { upload: UploadModel }

/** What operators are told of an attempt that ended well. */
interface VideoTold {
  seconds: number
  signs: number
  failedFrames: number
}

/** Where the files of a result are kept, and what came of it. */
interface Published {
  keys: { videoKey: string | null; resultKey: string | null; thumbnailKey: string | null }
  tracks: NewTrack[]
}

/** After a crash, the place where a video was may be so much further than what is settled of it. */
const UNSETTLED_S = 10

/** Analyses one video, from its file to its record. */
export class VideoWork {
  readonly #deps: VideoWorkDeps

  constructor(deps: VideoWorkDeps) {
    this.#deps = deps
  }

  /** Throws what keeps the task from being settled; what was done of it stays for the next attempt, until `forget`. */
  run(task: VideoTask, signal: AbortSignal): Promise<VideoTold> {
    return this.#run(task, signal, { isSettledOnly: false })
  }

  /**
   * Makes a result of the part of a video that was settled before the place where every attempt dies.
   * Throws where nothing is settled, or it cannot be done for another reason.
   */
  keepSettled(task: VideoTask, signal: AbortSignal): Promise<VideoTold> {
    return this.#run(task, signal, { isSettledOnly: true })
  }

  async #run(task: VideoTask, signal: AbortSignal, how: { isSettledOnly: boolean }): Promise<VideoTold> {
    const { board, files, timing, videos } = this.#deps
    const options = withDefaults(task.options as DetectionOptions, task.detectionType)
    const startedMs = performance.now()
    const job = {
      path: files.pathOf(task.upload.key),
      fileName: task.fileName,
      mode: options.mode,
      confidenceThreshold: options.confidence_threshold,
      frameRate: options.frame_rate ?? null,
      isDrawn: options.save_result,
      workDir: await files.workDir(task.id),
      ...how,
    }
    const analysis = await videos.analyze(job, signal, this.#tellerOf(task))
    board.advance(task.id, 'save', 0)
    // What earlier attempts did is not in it.
    const seconds = Math.round(performance.now() - startedMs) / 1000
    await this.#keep(task, options, analysis, seconds)
    if (task.attempt === 1) {
      const { model, width, height, durationS: duration } = analysis
      timing.add(videoTimingKey(model, options), megapixelSeconds({ width, height, duration }), seconds)
    }
    return { seconds, signs: analysis.tracks.length, failedFrames: analysis.failedFrames }
  }

  /** Removes what unsettled work has left. */
  async forget(taskId: string): Promise<void> {
    await this.#deps.files.dropWork(taskId)
  }

  #tellerOf(task: TaskModel): (progress: VideoProgress) => void {
    const { board } = this.#deps
    let first: { atMs: number; positionS: number } | null = null
    return ({ step, positionS, durationS, looks, looksExpected, looksPerSecond, found }) => {
      // Loading the model, before it, says nothing of the pace.
      first ??= { atMs: performance.now(), positionS }
      const doneS = positionS - first.positionS
      const passedS = (performance.now() - first.atMs) / 1000
      const leftS = durationS === null ? null : Math.max(0, durationS - positionS)
      const remainingS = leftS === null || doneS <= 0 ? null : (passedS / doneS) * leftS
      // The next attempt begins behind what watchers have seen, and is not to fall back before their eyes.
      const isResumed = task.attempt > 1 && doneS === 0
      const shownStep = isResumed && step === 'read' ? 'infer' : step
      const shownS = isResumed ? positionS + UNSETTLED_S : positionS
      const fraction = durationS === null || shownStep !== 'infer' ? 0 : shownS / durationS
      board.advanceVideo(task.id, shownStep, fraction, {
        figures: {
          frames_done: looks,
          frames_total: looksExpected,
          fps: Math.round(looksPerSecond * 10) / 10,
          position: Math.round(positionS * 1000) / 1000,
        },
        found: found.map(asNewDetection),
        remainingS,
      })
    }
  }

  /** Makes the result visible: files first, then everything else in one transaction, or nothing at all. */
  async #keep(task: VideoTask, options: FullDetectionOptions, analysis: VideoAnalysis, seconds: number): Promise<void> {
    const published: string[] = []
    const publish = async (path: string | null, folder: Folder, extension: string) => {
      if (path === null) return null
      const key = this.#deps.files.newKey(folder, extension)
      await this.#deps.files.publish(path, key)
      published.push(key)
      return key
    }
    try {
      const videoKey = await publish(analysis.videoPath, 'videos', '.mp4')
      const resultKey = await publish(analysis.posterPath, 'detection_results', '.jpg')
      const thumbnailKey = await publish(analysis.thumbnailPath, 'thumbnails', '.webp')
      const tracks: NewTrack[] = []
      for (const { cropPath, ...track } of analysis.tracks) {
        tracks.push({ ...track, cropKey: await publish(cropPath, 'crops', '.webp') })
      }
      const result = { keys: { videoKey, resultKey, thumbnailKey }, tracks }
      if (await this.#settle(task, options, analysis, result, seconds)) return this.forget(task.id)
      await this.#unpublish(published)
    } catch (err) {
      await this.#unpublish(published)
      // What lay there is gone: the next attempt must not go on with it.
      await this.forget(task.id)
      throw err
    }
  }

  async #unpublish(keys: string[]): Promise<void> {
    for (const key of keys) await this.#deps.files.remove(key)
  }

  /** @returns false where the task is no longer this attempt's: cancelled, or taken over. */
  #settle(
    task: VideoTask,
    options: FullDetectionOptions,
    analysis: VideoAnalysis,
    { keys, tracks }: Published,
    processingTime: number,
  ): Promise<boolean> {
    const { board, events, records } = this.#deps
    const { id: taskId, userId, detectionType, upload } = task
    const { width, height, model, durationS: duration, failedFrames } = analysis
    const detections = detectionsOf(tracks)
    const { mode, confidence_threshold: confidenceThreshold } = options
    const what = { taskId, userId, detectionType, upload, model, width, height, detections, mode, confidenceThreshold }
    return events.transact(
      async (tx, emit) => {
        if (!(await succeed(tx, task))) return false
        const recordId = await records.insert(tx, { ...what, processingTime, ...keys, duration, failedFrames, tracks })
        await emit(videoCompleteEvent(task, { recordId, processingTime, analysis, detections, keys }))
        return true
      },
      (isOurs) => isOurs && board.finish(taskId),
    )
  }
}

/** Each sign once, as it was seen best; highest confidence first, as the contract promises. */
export function detectionsOf(tracks: NewTrack[]): Detection[] {
  return tracks
    .map(({ signClass, confidence, bestBbox: bbox, ...track }) => {
      const mark = {
        track_id: track.trackId,
        first_time: track.firstTimeS,
        last_time: track.lastTimeS,
        best_time: track.bestTimeS,
        crop_url: mediaUrl(track.cropKey),
      }
      return { ...signClass, confidence, bbox, track: mark }
    })
    .sort((a, b) => b.confidence - a.confidence)
}

function asNewDetection({ trackId, firstTimeS, ...found }: VideoProgress['found'][number]): Detection {
  const seen = { first_time: firstTimeS, last_time: firstTimeS, best_time: firstTimeS }
  return { ...found, track: { track_id: trackId, ...seen, crop_url: null } }
}
