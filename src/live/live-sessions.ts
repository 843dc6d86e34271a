import {
  type DetectionOptions,
  FRAME_HEADER,
  MAX_FRAME_BYTES,
  type RealtimeTerms,
  withDefaults,
} from '../contract/index.ts'
import type { Db } from '../db/index.ts'
import { AppError } from '../errors.ts'
import type { EventBus } from '../events/event-bus.ts'
import type { RecordService } from '../records/record-service.ts'
import type { FrameLine } from './frame-line.ts'
import type { LiveSession } from './live-session.ts'
import { type OpenSession, openSession, type SessionMeans } from './open-session.ts'
import { SessionNumbers } from './session-numbers.ts'
import { newTaskId, SessionSettlement } from './session-settlement.ts'

export interface LiveLimits {
  sessions: number
  sessionsPerUser: number
  /** A session ends after so long without a frame, without a socket, and at the latest. */
  idleMs: number
  resumeMs: number
  maxMs: number
}

export interface LiveSessionsDeps extends SessionMeans {
  db: Db
  bus: EventBus
  records: RecordService
  limits: LiveLimits
  log: { info(details: object, message: string): void; warn(details: object, message: string): void }
}

interface Entry extends OpenSession {
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

/** The camera sessions of this process, from start to settlement. */
export class LiveSessions {
  readonly #deps: LiveSessionsDeps
  readonly #settlement: SessionSettlement
  readonly #byTask = new Map<string, Entry>()
  readonly #numbers = new SessionNumbers()
  /** Whose row is just being written: user ids, by task. */
  readonly #starting = new Map<string, number>()
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
    const taskId = newTaskId()
    this.#starting.set(taskId, userId)
    try {
      const task = await this.#settlement.begin(userId, withDefaults(options, 'realtime'), requestId, taskId)
      const entry = { ...openSession(task, line, this.#numbers.free(), this.#deps), ending: null }
      this.#byTask.set(taskId, entry)
      this.#numbers.add(entry.session)
      if (this.#isClosed) await this.#end(entry)
      return { taskId, terms: this.#termsOf(entry.session) }
    } finally {
      this.#starting.delete(taskId)
    }
  }

  /**
   * Goes on with a user's session over another line.
   * @throws TASK_NOT_FOUND, TASK_FINISHED
   */
  async resume(userId: number, taskId: string, line: FrameLine): Promise<RealtimeTerms> {
    const { session, ending } = await this.#getOwn(userId, taskId)
    if (ending !== null) {
      await ending
      throw await this.#whyNone(taskId, userId)
    }
    session.attach(line)
    return this.#termsOf(session)
  }

  /**
   * Ends a user's session as it should: with a record.
   * @returns the record's id
   * @throws TASK_NOT_FOUND, TASK_FINISHED, also where there was nothing to keep
   */
  async stop(userId: number, taskId: string): Promise<number> {
    const recordId = await this.#end(await this.#getOwn(userId, taskId))
    if (recordId !== null) return recordId
    throw await this.#whyNone(taskId, userId)
  }

  /** The session whose frames come over this line; null: there is none of that number. */
  find(number: number, lineId: string): LiveSession | null {
    return this.#numbers.find(number, lineId)
  }

  /** Whether frames may still be on their way, over this line, to a session that is over. */
  hasJustEnded(number: number, lineId: string): boolean {
    return this.#numbers.hasJustEnded(number, lineId)
  }

  hasLine(lineId: string): boolean {
    return this.#numbers.over(lineId).length > 0
  }

  /** A socket has gone. Its sessions wait for another. */
  leave(lineId: string): void {
    for (const session of this.#numbers.over(lineId)) session.detach()
  }

  /** Ends, as lost, the sessions that a crash has left. At the start, and from time to time. */
  async failLost(): Promise<void> {
    await this.#settlement.failLost((taskId) => this.#byTask.has(taskId) || this.#starting.has(taskId))
  }

  /** Settles all sessions at once. May be called again. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    await Promise.all(Array.from(this.#byTask.values(), (entry) => this.#end(entry)))
    this.#unsubscribe()
  }

  #ensureRoom(userId: number): void {
    if (this.#isClosed) throw new AppError('SHUTTING_DOWN')
    const { sessions, sessionsPerUser } = this.#deps.limits
    const users = [...Array.from(this.#byTask.values(), ({ task }) => task.userId), ...this.#starting.values()]
    const isUsersLimit = users.filter((other) => other === userId).length >= sessionsPerUser
    if (isUsersLimit) throw new AppError('SESSION_LIMIT', { limit: sessionsPerUser })
    if (users.length >= sessions) throw new AppError('SESSION_LIMIT', { limit: sessions })
  }

  #termsOf({ options: { number } }: LiveSession): RealtimeTerms {
    const { limits, maxFramePixels } = this.#deps
    return {
      session: number,
      frame_header: FRAME_HEADER,
      max_frame_bytes: MAX_FRAME_BYTES,
      max_frame_pixels: maxFramePixels,
      max_seconds: limits.maxMs / 1000,
      idle_seconds: limits.idleMs / 1000,
      resume_seconds: limits.resumeMs / 1000,
    }
  }

  async #getOwn(userId: number, taskId: string): Promise<Entry> {
    const entry = this.#byTask.get(taskId)
    if (entry !== undefined && entry.task.userId === userId) return entry
    throw await this.#whyNone(taskId, userId)
  }

  /** Why there is no such session, or no more. */
  async #whyNone(taskId: string, userId: number): Promise<AppError> {
    const where = { id: taskId, userId, detectionType: 'realtime' as const }
    const task = await this.#deps.db.task.findFirst({ where })
    if (task === null) return new AppError('TASK_NOT_FOUND', { task_id: taskId })
    return new AppError('TASK_FINISHED', { task_id: taskId, status: task.errorCode ?? task.status })
  }

  #endOverdue(): void {
    const now = Date.now()
    const { idleMs, resumeMs, maxMs } = this.#deps.limits
    for (const entry of this.#byTask.values()) {
      const { startedAtMs, detachedAtMs, heardAtMs, options } = entry.session
      const isAlone = detachedAtMs === null ? now - heardAtMs >= idleMs : now - detachedAtMs >= resumeMs
      if (isAlone || now - startedAtMs >= maxMs || options.signs.isFull) void this.#end(entry)
    }
  }

  #end(entry: Entry): Promise<number | null> {
    entry.ending ??= this.#settlement.settle(entry).finally(() => this.#forget(entry))
    return entry.ending
  }

  /** Its task has ended already: what is at work comes to nothing. */
  #abandon(taskId: string): void {
    const entry = this.#byTask.get(taskId)
    if (entry === undefined || entry.ending !== null) return
    entry.ending = this.#settlement.abandon(entry).then(() => null)
    this.#forget(entry)
  }

  #forget({ task, session }: Entry): void {
    this.#byTask.delete(task.id)
    this.#numbers.remove(session)
  }
}
