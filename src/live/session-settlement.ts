import { randomUUID } from 'node:crypto'
import { type FullDetectionOptions, withDefaults } from '../contract/index.ts'
import type { Db, TaskModel } from '../db/index.ts'
import { AppError, type ErrorCode } from '../errors.ts'
import type { EventLog } from '../events/event-log.ts'
import type { RecordService } from '../records/record-service.ts'
import { completeEvent, fail, ofAttempt, startEvent, succeed } from '../tasks/task-settlement.ts'
import { detectionsOf } from '../tasks/video-work.ts'
import type { SignTrack } from '../tracking/sign-tracker.ts'
import type { OpenSession } from './open-session.ts'

interface Deps {
  db: Db
  events: EventLog
  records: RecordService
  log: { info(details: object, message: string): void; warn(details: object, message: string): void }
}

const CAMERA = { fileName: 'camera', mediaType: 'video/x-camera' }

/** The rows of camera sessions: their tasks, and what becomes of them. */
export class SessionSettlement {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Writes a session's task, which is at work from its beginning, and says so. */
  begin(userId: number, options: FullDetectionOptions, requestId: string | undefined, id: string): Promise<TaskModel> {
    return this.#deps.events.transact(async (tx, emit) => {
      const now = new Date()
      const task = await tx.task.create({
        data: {
          ...{ id, userId, options, requestId: requestId ?? null, detectionType: 'realtime', status: 'processing' },
          ...{ fileName: CAMERA.fileName, fileSize: 0, estimatedTime: 0, attempt: 1, queuedAt: now, startedAt: now },
        },
      })
      await emit(startEvent(task))
      return task
    })
  }

  /** Ends a session with what it has seen. @returns the record's id; null where there is none, and its task has failed */
  async settle(open: OpenSession): Promise<number | null> {
    const { log } = this.#deps
    const { task, session, pictures } = open
    try {
      await session.end()
      const tracks = await session.options.signs.finish()
      const recordId = await this.#keep(open, tracks)
      log.info({ task_id: task.id, record_id: recordId, signs: tracks.length }, 'a camera session ended')
      return recordId
    } catch (err) {
      const code = err instanceof AppError ? err.code : 'MODEL_ERROR'
      if (code !== 'NO_FRAMES') log.warn({ err, task_id: task.id }, 'a camera session could not be kept')
      await this.#fail(task, code).catch(() => {}) // `failLost` tries again.
      return null
    } finally {
      await pictures?.discard()
    }
  }

  /** Lets go of a session whose task has ended otherwise. */
  async abandon({ session, pictures }: OpenSession): Promise<void> {
    await session.end()
    await pictures?.discard()
  }

  /** Ends, as lost, whatever session nobody knows: of a server that crashed, or that could not write its end. */
  async failLost(isKnown: (taskId: string) => boolean): Promise<void> {
    const where = { detectionType: 'realtime' as const, status: { in: ['queued' as const, 'processing' as const] } }
    for (const task of await this.#deps.db.task.findMany({ where })) {
      if (!isKnown(task.id)) await this.#fail(task, 'SESSION_LOST')
    }
  }

  async #fail(task: TaskModel, code: ErrorCode): Promise<void> {
    const failure = { code, details: {}, stack: null }
    await this.#deps.events.transact((tx, emit) => fail(tx, emit, ofAttempt(task), task, failure))
  }

  /**
   * Makes the result visible: pictures first, then everything else in one transaction, or nothing at all.
   * @returns null where the task has ended otherwise meanwhile
   */
  async #keep(open: OpenSession, tracks: SignTrack[]): Promise<number | null> {
    const { pictures } = open
    try {
      await pictures?.publish()
      const recordId = await this.#settle(open, tracks)
      if (recordId === null) await pictures?.unpublish()
      return recordId
    } catch (err) {
      await pictures?.unpublish()
      throw err
    }
  }

  #settle({ task, session, pictures }: OpenSession, tracks: SignTrack[]): Promise<number | null> {
    const { events, records } = this.#deps
    const { size } = session.options.signs
    const { model } = session
    if (size === null || model === null) throw new AppError('NO_FRAMES')
    const { mode, confidence_threshold: confidenceThreshold } = withDefaults(task.options as object, 'realtime')
    const { seenS: duration, workedS } = session.durations
    const processingTime = Math.round(workedS * 1000) / 1000
    const keys = pictures?.keys ?? { resultKey: null, thumbnailKey: null }
    const kept = tracks.map((track) => ({ ...track, cropKey: pictures?.cropKey(track.trackId) ?? null }))
    const detections = detectionsOf(kept)
    const upload = { ...CAMERA, fileSize: 0, sha256: '', key: null }
    const { id: taskId, userId, detectionType } = task
    const what = { taskId, userId, detectionType, upload, model, ...size, detections, tracks: kept, mode }
    return events.transact(
      async (tx, emit) => {
        if (!(await succeed(tx, task))) return null
        const times = { processingTime, duration }
        const recordId = await records.insert(tx, { ...what, ...times, confidenceThreshold, ...keys })
        const event = completeEvent(task, recordId, processingTime, { ...size, detections }, keys)
        await emit(withTracks(event, recordId, duration))
        return recordId
      },
      (recordId) => recordId !== null && session.tellEnd(),
    )
  }
}

export function newTaskId(): string {
  return `task_${randomUUID()}`
}

function withTracks(event: ReturnType<typeof completeEvent>, recordId: number, duration: number): typeof event {
  if (event.type !== 'detection_complete') return event
  const { data } = event
  const results = { ...data.results, duration, tracks_url: `/api/detections/${recordId}/tracks` }
  return { ...event, data: { ...data, results } }
}
