import type { Analysis, AnalysisJob, Analyzer, OnStep } from '../analysis/analyzer.ts'
import { type DetectionOptions, type FullDetectionOptions, withDefaults } from '../contract/index.ts'
import type { Db, Prisma, TaskModel, UploadModel } from '../db/index.ts'
import { AppError, isCallersFault } from '../errors.ts'
import type { EventLog } from '../events/event-log.ts'
import { dropSource, removeFiles } from '../records/record-removal.ts'
import type { RecordService } from '../records/record-service.ts'
import type { FileStore } from '../storage/file-store.ts'
import type { ProgressBoard } from './progress-board.ts'
import { type ResultKeys, ResultPictures } from './result-pictures.ts'
import { completeEvent, fail, failureOf, ofAttempt, startEvent, succeed } from './task-settlement.ts'
import { type TimingModel, timingKey } from './timing-model.ts'
import type { VideoWork } from './video-work.ts'

/** So many attempts may end by our fault before a task fails: a picture that kills the detector must not do so for ever. */
const MAX_FAILURES = 3

/** Where a task's life is told to operators. */
export interface TaskLog {
  info(details: object, message: string): void
  warn(details: object, message: string): void
}

export interface RunnerDeps {
  log: TaskLog
  db: Db
  events: EventLog
  files: FileStore
  analyzer: Analyzer
  videos: VideoWork
  records: RecordService
  board: ProgressBoard
  timing: TimingModel
  exposeStack: boolean
  onStage: (stage: string, seconds: number) => void
}

type ClaimedTask = TaskModel & { upload: UploadModel }

/** What the queue runs: one task, from claim to settlement. Every step can be repeated. */
export class TaskRunner {
  readonly #deps: RunnerDeps

  constructor(deps: RunnerDeps) {
    this.#deps = deps
  }

  /** Rejects where the fault is ours and another attempt may help. */
  async run(id: string, signal: AbortSignal): Promise<void> {
    const { board } = this.#deps
    const task = await this.#claim(id)
    if (task === null) return
    const { userId, estimatedTime: estimateS, detectionType, attempt } = task
    board.begin(id, { userId, estimateS, detectionType, isFirstAttempt: attempt === 1 })
    try {
      if (detectionType === 'video') await this.#analyzeVideo(withFile(task), signal)
      else await this.#analyze(withFile(task), signal)
    } catch (err) {
      await this.#afterFailure(task, err, signal)
    } finally {
      board.forget(id)
    }
  }

  /** Takes a queued task for this attempt and says, at the first, that it has begun; null where nobody wants it any more. */
  #claim(id: string) {
    const claim = { status: 'processing' as const, attempt: { increment: 1 } }
    return this.#deps.events.transact(async (tx, emit) => {
      const take = async (startedAt: null | { not: null }, data: Prisma.TaskUpdateManyMutationInput) => {
        const where = { id, status: 'queued' as const, startedAt }
        return (await tx.task.updateManyAndReturn({ where, data, include: { upload: true } }))[0] ?? null
      }
      const begun = await take(null, { ...claim, startedAt: new Date() })
      if (begun === null) return take({ not: null }, claim)
      await emit(startEvent(begun))
      return begun
    })
  }

  async #analyzeVideo(task: ClaimedTask, signal: AbortSignal): Promise<void> {
    const told = await this.#deps.videos.run(task, signal)
    // Cancelled when everything was done: what it has left goes.
    if (signal.aborted) await this.#park(task)
    this.#deps.log.info({ task_id: task.id, attempt: task.attempt, ...told }, 'an attempt at a task ended')
  }

  async #analyze(task: ClaimedTask, signal: AbortSignal): Promise<void> {
    const { analyzer, board, files, log, timing, onStage } = this.#deps
    const options = withDefaults(task.options as DetectionOptions, task.detectionType)
    const pictures = new ResultPictures(files, options.save_result)
    // The wait for a detector does not count: the first step tells that it is over.
    let startedMs: number | null = null
    const onStep: OnStep = (step, part) => {
      startedMs ??= performance.now()
      board.advance(task.id, step, part)
    }
    try {
      const analysis = await analyzer.analyze(jobOf(task, options, pictures, files), signal, onStep)
      board.advance(task.id, 'save', 0)
      const endedMs = performance.now()
      const seconds = (endedMs - (startedMs ?? endedMs)) / 1000
      await this.#keep(task, options, analysis, pictures, seconds)
      const told = { task_id: task.id, attempt: task.attempt, seconds, signs: analysis.detections.length }
      log.info(told, 'an attempt at a task ended')
      timing.add(timingKey(analysis.model, options), (analysis.width * analysis.height) / 1e6, seconds)
      for (const [stage, stageSeconds] of Object.entries(analysis.stageSeconds)) onStage(stage, stageSeconds)
    } finally {
      await pictures.discard()
    }
  }

  /** Makes the result visible: pictures first, then everything else in one transaction, or nothing at all. */
  async #keep(
    task: ClaimedTask,
    options: FullDetectionOptions,
    analysis: Analysis,
    pictures: ResultPictures,
    seconds: number,
  ): Promise<void> {
    try {
      await pictures.publish()
      const isOurs = await this.#settle(task, options, analysis, pictures.keys, Math.round(seconds * 1000) / 1000)
      if (!isOurs) await pictures.unpublish()
    } catch (err) {
      await pictures.unpublish()
      throw err
    }
  }

  /** @returns false where the task is no longer this attempt's: cancelled, or taken over. */
  #settle(
    task: ClaimedTask,
    options: FullDetectionOptions,
    analysis: Analysis,
    keys: ResultKeys,
    processingTime: number,
  ): Promise<boolean> {
    const { board, events, records } = this.#deps
    const { id: taskId, userId, detectionType, upload } = task
    const { width, height, detections, model } = analysis
    const { mode, confidence_threshold: confidenceThreshold } = options
    const what = { taskId, userId, detectionType, upload, model, width, height, detections, mode, confidenceThreshold }
    return events.transact(
      async (tx, emit) => {
        if (!(await succeed(tx, task))) return false
        const recordId = await records.insert(tx, { ...what, processingTime, ...keys })
        await emit(completeEvent(task, recordId, processingTime, analysis, keys))
        return true
      },
      (isOurs) => isOurs && board.finish(taskId),
    )
  }

  /** Cancelled or parked: nothing is lost. The file's fault: it fails at once. Ours: again, but not for ever. */
  async #afterFailure(
    task: TaskModel & { upload: UploadModel | null },
    err: unknown,
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) return this.#park(task)
    const isFilesFault = isCallersFault(err)
    const details = { err, task_id: task.id, attempt: task.attempt }
    if (isFilesFault) this.#deps.log.info(details, 'a task was refused for its file')
    else this.#deps.log.warn(details, 'an attempt at a task failed')
    if (!isFilesFault && task.failures + 1 < MAX_FAILURES) {
      const data = { status: 'queued' as const, failures: { increment: 1 } }
      await this.#deps.db.task.updateMany({ where: ofAttempt(task), data })
      throw err
    }
    if (!isFilesFault && (await this.#keepSettled(task, signal))) return
    if (signal.aborted) return this.#park(task)
    await this.#fail(task, err)
  }

  /** Of a video: what was read before the place where every attempt dies is a result, too. @returns whether there is one */
  async #keepSettled({ upload, ...task }: TaskModel & { upload: UploadModel | null }, signal: AbortSignal) {
    if (task.detectionType !== 'video' || upload === null) return false
    const { log, videos } = this.#deps
    try {
      const told = await videos.keepSettled({ ...task, upload }, signal)
      log.info({ task_id: task.id, ...told }, 'what was settled of a video is its result')
      return true
    } catch (err) {
      log.info({ err, task_id: task.id }, 'nothing of a video can be kept')
      return false
    }
  }

  async #fail(task: TaskModel & { upload: UploadModel | null }, err: unknown): Promise<void> {
    const { db, events, files, exposeStack } = this.#deps
    const failure = failureOf(err, exposeStack)
    const sourceKey = isCallersFault(err) ? (task.upload?.key ?? null) : null
    const unneeded = await events.transact(async (tx, emit) => {
      const hasFailed = await fail(tx, emit, ofAttempt(task), task, failure)
      return hasFailed && sourceKey !== null ? dropSource(tx, sourceKey) : []
    })
    await removeFiles(db, files, unneeded)
    await this.#deps.videos.forget(task.id)
  }

  /** Back to the queue, as if this attempt had not been: the server is stopping. A cancelled task stays cancelled. */
  async #park(task: TaskModel): Promise<void> {
    const { db, videos } = this.#deps
    const { count } = await db.task.updateMany({ where: ofAttempt(task), data: { status: 'queued' } })
    if (count === 0) await videos.forget(task.id)
  }
}

/** @throws FILE_NOT_FOUND where the upload was removed while the task waited. */
function withFile(task: TaskModel & { upload: UploadModel | null }): ClaimedTask {
  const { upload } = task
  if (upload === null) throw new AppError('FILE_NOT_FOUND', { file_path: task.fileName })
  return { ...task, upload }
}

function jobOf(
  task: ClaimedTask,
  options: FullDetectionOptions,
  pictures: ResultPictures,
  files: FileStore,
): AnalysisJob {
  return {
    path: files.pathOf(task.upload.key),
    fileName: task.fileName,
    mode: options.mode,
    confidenceThreshold: options.confidence_threshold,
    ...pictures.paths,
  }
}
