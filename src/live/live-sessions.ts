import { randomInt } from 'node:crypto'
import type { Analyzer } from '../analysis/analyzer.ts'
import {
  type DetectionOptions,
  FRAME_HEADER,
  MAX_FRAME_BYTES,
  type RealtimeTerms,
  withDefaults,
} from '../contract/index.ts'
import type { Db, TaskModel } from '../db/index.ts'
import { AppError } from '../errors.ts'
import type { EventBus } from '../events/event-bus.ts'
import type { EventLog } from '../events/event-log.ts'
import type { RecordService } from '../records/record-service.ts'
import type { FileStore } from '../storage/file-store.ts'
import type { FrameLine } from './frame-line.ts'
import { LiveSession } from './live-session.ts'
import { SeenSigns, type Tracker } from './seen-signs.ts'
import { SessionPictures } from './session-pictures.ts'
import { newTaskId, SessionSettlement } from './session-settlement.ts'

export interface LiveLimits {
  sessions: number
  sessionsPerUser: number
  /** A session ends after so long without a frame, without a socket, and at the latest. */
  idleMs: number
  resumeMs: number
  maxMs: number
  maxFramePixels: number
  /** Messages a second to those who do not stream. */
  progressPerSecond: number
}

/** A tracker, and the confidence from which on it wants to know of detections. */
export type NewTracker = (confidenceThreshold: number) => { tracker: Tracker; lowThreshold: number }

export interface LiveSessionsDeps {
  db: Db
  bus: EventBus
  events: EventLog
  files: FileStore
  analyzer: Analyzer
  records: RecordService
  newTracker: NewTracker
  limits: LiveLimits
  log: { info(details: object, message: string): void; warn(details: object, message: string): void }
}

interface Entry {
  task: TaskModel
  session: LiveSession
  pictures: SessionPictures | null
  /** Once it is to end; the record's id, or null where there is none. */
  ending: Promise<number | null> | null
}

interface Start {
  userId: number
  options: DetectionOptions
  requestId: string | undefined
  line: FrameLine
}

const BEAT_MS = 1000
/** Of a session that has ended, frames may still be on their way. */
const AFTERGLOW_MS = 5000

/** The camera sessions of this process, from start to settlement. */
export class LiveSessions {
  readonly #deps: LiveSessionsDeps
  readonly #settlement: SessionSettlement
  readonly #byTask = new Map<string, Entry>()
  readonly #byNumber = new Map<number, LiveSession>()
  /** Whose row is just being written. */
  readonly #starting: number[] = []
  /** Sessions that have ended, by number: when, and over which line their last frames may come. */
  readonly #ended = new Map<number, { atMs: number; lineId: string | null }>()
  readonly #timer: NodeJS.Timeout
  readonly #unsubscribe: () => void
  #isClosed = false

  constructor(deps: LiveSessionsDeps) {
    this.#deps = deps
    this.#settlement = new SessionSettlement(deps)
    // Cancelled, by whomever and however.
    this.#unsubscribe = deps.bus.subscribe((hint) => {
      if (hint.kind === 'event' && hint.event.type === 'detection_error') this.#abandon(hint.event.taskId ?? '')
    })
    const { idleMs, resumeMs, maxMs } = deps.limits
    this.#timer = setInterval(() => this.#endOverdue(), Math.min(BEAT_MS, idleMs / 4, resumeMs / 4, maxMs / 4))
    this.#timer.unref()
  }

  get size(): number {
    return this.#byTask.size
  }

  /** @throws SESSION_LIMIT, SHUTTING_DOWN */
  async start({ userId, options, requestId, line }: Start): Promise<{ taskId: string; terms: RealtimeTerms }> {
    this.#ensureRoom(userId)
    this.#starting.push(userId)
    try {
      const full = withDefaults(options, 'realtime')
      const task = await this.#settlement.begin(userId, full, requestId, newTaskId())
      const entry = this.#open(task, line)
      if (this.#isClosed) await this.#end(entry)
      return { taskId: task.id, terms: this.#termsOf(entry.session) }
    } finally {
      this.#starting.splice(this.#starting.indexOf(userId), 1)
    }
  }

  /**
   * Goes on with a user's session over another line.
   * @throws TASK_NOT_FOUND, TASK_FINISHED
   */
  async resume(userId: number, taskId: string, line: FrameLine): Promise<RealtimeTerms> {
    const { session } = await this.#getOwn(userId, taskId)
    session.attach(line)
    return this.#termsOf(session)
  }

  /**
   * Ends a user's session as it should: with a record.
   * @returns the record's id
   * @throws TASK_NOT_FOUND, TASK_FINISHED; NO_FRAMES where there is nothing to keep
   */
  async stop(userId: number, taskId: string): Promise<number> {
    const entry = await this.#getOwn(userId, taskId)
    const recordId = await this.#end(entry)
    if (recordId !== null) return recordId
    throw await this.#finishedError(taskId)
  }

  /** The session whose frames come over this line; null: there is none of that number. */
  find(number: number, lineId: string): LiveSession | null {
    const session = this.#byNumber.get(number)
    return session?.lineId === lineId && !session.isOver ? session : null
  }

  /** Whether frames may still be on their way, over this line, to a session that is over. */
  hasJustEnded(number: number, lineId: string): boolean {
    const session = this.#byNumber.get(number)
    if (session !== undefined) return session.isOver && session.lineId === lineId
    const ended = this.#ended.get(number)
    return ended?.lineId === lineId && Date.now() - ended.atMs < AFTERGLOW_MS
  }

  hasLine(lineId: string): boolean {
    for (const { lineId: other } of this.#byNumber.values()) if (other === lineId) return true
    return false
  }

  /** A socket has gone. Its sessions wait for another. */
  leave(lineId: string): void {
    for (const session of this.#byNumber.values()) if (session.lineId === lineId) session.detach()
  }

  /** Ends, as lost, the sessions that a crash has left. At the start, and from time to time. */
  async failLost(): Promise<void> {
    await this.#settlement.failLost((taskId) => this.#byTask.has(taskId))
  }

  /** Settles all sessions at once. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    await Promise.all(Array.from(this.#byTask.values(), (entry) => this.#end(entry)))
    this.#unsubscribe()
  }

  #ensureRoom(userId: number): void {
    if (this.#isClosed) throw new AppError('SHUTTING_DOWN')
    const { sessions, sessionsPerUser } = this.#deps.limits
    const users = [...Array.from(this.#byTask.values(), ({ task }) => task.userId), ...this.#starting]
    const isUsersLimit = users.filter((other) => other === userId).length >= sessionsPerUser
    if (isUsersLimit) throw new AppError('SESSION_LIMIT', { limit: sessionsPerUser })
    if (users.length >= sessions) throw new AppError('SESSION_LIMIT', { limit: sessions })
  }

  #open(task: TaskModel, line: FrameLine): Entry {
    const { analyzer, events, files, limits, log, newTracker } = this.#deps
    const { mode, confidence_threshold, save_result } = withDefaults(task.options as object, 'realtime')
    const { tracker, lowThreshold } = newTracker(confidence_threshold)
    const { maxFramePixels: maxPixels } = limits
    const onError = (err: unknown) => log.warn({ err, task_id: task.id }, 'a picture of a session could not be made')
    const pictures = save_result ? new SessionPictures({ analyzer, files, maxPixels, onError }) : null
    const session = new LiveSession(
      {
        ...{ taskId: task.id, userId: task.userId, number: this.#freeNumber(), mode, maxPixels, analyzer, log },
        confidenceThreshold: lowThreshold,
        tellEveryMs: 1000 / limits.progressPerSecond,
        signs: new SeenSigns(tracker, pictures),
        tell: (progress, exceptLineId) => events.tell({ ...progress, exceptSession: exceptLineId }),
      },
      line,
    )
    const entry = { task, session, pictures, ending: null }
    this.#byTask.set(task.id, entry)
    this.#byNumber.set(session.options.number, session)
    return entry
  }

  #freeNumber(): number {
    for (;;) {
      const number = randomInt(1, 2 ** 32)
      if (!this.#byNumber.has(number) && !this.#ended.has(number)) return number
    }
  }

  #termsOf({ options: { number } }: LiveSession): RealtimeTerms {
    const { idleMs, resumeMs, maxMs, maxFramePixels } = this.#deps.limits
    return {
      session: number,
      frame_header: FRAME_HEADER,
      max_frame_bytes: MAX_FRAME_BYTES,
      max_frame_pixels: maxFramePixels,
      max_seconds: maxMs / 1000,
      idle_seconds: idleMs / 1000,
      resume_seconds: resumeMs / 1000,
    }
  }

  async #getOwn(userId: number, taskId: string): Promise<Entry> {
    const entry = this.#byTask.get(taskId)
    if (entry !== undefined && entry.task.userId === userId) return entry
    throw await this.#finishedError(taskId, userId)
  }

  /** Why there is no such session, or no more. */
  async #finishedError(taskId: string, userId?: number): Promise<AppError> {
    const owner = userId === undefined ? {} : { userId }
    const task = await this.#deps.db.task.findFirst({ where: { id: taskId, detectionType: 'realtime', ...owner } })
    if (task === null) return new AppError('TASK_NOT_FOUND', { task_id: taskId })
    return new AppError('TASK_FINISHED', { task_id: taskId, status: task.errorCode ?? task.status })
  }

  #endOverdue(): void {
    const now = Date.now()
    const { idleMs, resumeMs, maxMs } = this.#deps.limits
    for (const entry of this.#byTask.values()) {
      const { session } = entry
      const isOverdue =
        now - session.startedAtMs >= maxMs ||
        (session.detachedAtMs === null ? now - session.heardAtMs >= idleMs : now - session.detachedAtMs >= resumeMs) ||
        session.options.signs.isFull
      if (isOverdue) void this.#end(entry)
    }
  }

  #end(entry: Entry): Promise<number | null> {
    entry.ending ??= this.#settle(entry)
    return entry.ending
  }

  async #settle({ task, session, pictures }: Entry): Promise<number | null> {
    const { log } = this.#deps
    try {
      await session.end()
      const { signs } = session.options
      const tracks = await signs.finish()
      if (signs.size === null) {
        await this.#settlement.fail(task, 'NO_FRAMES')
        return null
      }
      const recordId = await this.#settlement.keep(task, session, tracks, pictures)
      log.info({ task_id: task.id, record_id: recordId, signs: tracks.length }, 'a camera session ended')
      return recordId
    } catch (err) {
      log.warn({ err, task_id: task.id }, 'a camera session could not be kept')
      const code = err instanceof AppError ? err.code : 'MODEL_ERROR'
      await this.#settlement.fail(task, code).catch(() => {}) // `failLost` tries again.
      return null
    } finally {
      this.#forget(task.id, session)
      await pictures?.discard()
    }
  }

  /** Its task has ended already: what is at work comes to nothing. */
  #abandon(taskId: string): void {
    const entry = this.#byTask.get(taskId)
    if (entry === undefined || entry.ending !== null) return
    entry.ending = entry.session.end().then(() => null)
    this.#forget(taskId, entry.session)
    void entry.ending.then(() => entry.pictures?.discard())
  }

  #forget(taskId: string, { lineId, options: { number } }: LiveSession): void {
    this.#byTask.delete(taskId)
    this.#byNumber.delete(number)
    const now = Date.now()
    this.#ended.set(number, { atMs: now, lineId })
    for (const [old, { atMs }] of this.#ended) if (now - atMs >= AFTERGLOW_MS) this.#ended.delete(old)
  }
}
