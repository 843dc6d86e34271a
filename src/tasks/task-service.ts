import { randomUUID } from 'node:crypto'
import type { Analyzer } from '../analysis/analyzer.ts'
import {
  type DetectionOptions,
  type DetectionType,
  type FullDetectionOptions,
  type Language,
  type Task,
  type TaskPage,
  type TaskQuery,
  withDefaults,
} from '../contract/index.ts'
import type { Db, Prisma, TaskModel, UploadModel } from '../db/index.ts'
import { AppError } from '../errors.ts'
import type { EventLog } from '../events/event-log.ts'
import type { JobQueue } from '../queue/job-queue.ts'
import { hasRole, type Principal, requireRole } from '../users/principal.ts'
import type { ProgressBoard } from './progress-board.ts'
import { detectionTypeOf, jobOf } from './task-lane.ts'
import { fail } from './task-settlement.ts'
import { canRetry, toTask } from './task-view.ts'
import { megapixelSeconds, type TimingModel, timingKey, videoTimingKey } from './timing-model.ts'

interface Deps {
  db: Db
  events: EventLog
  queue: JobQueue
  analyzer: Analyzer
  board: ProgressBoard
  timing: TimingModel
  queueLimit: number
}

export interface NewTask {
  userId: number
  upload: UploadModel
  detectionType: DetectionType
  options: DetectionOptions
  requestId?: string | undefined
  retryOfId?: string
}

const UNFINISHED = ['queued', 'processing'] as const

/** What users do with tasks. What tasks do by themselves is the TaskRunner's. */
export class TaskService {
  readonly #deps: Deps
  /** Tasks that have a place in the queue and are just being recorded. */
  readonly #submitting = new Map<number, number>()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * Nobody may fill more than half of the queue alone, or one user could shut out all others.
   * @throws QUEUE_FULL, with the seconds after which a place should be free
   */
  ensureRoom(userId: number, count = 1): void {
    const { queue, queueLimit } = this.#deps
    const submitting = Array.from(this.#submitting.values()).reduce((sum, some) => sum + some, 0)
    const fits = queue.waiting + submitting + count <= queueLimit
    const own = queue.waitingOf(String(userId)) + (this.#submitting.get(userId) ?? 0) + count
    const fitsUser = own <= Math.ceil(queueLimit / 2)
    if (fits && fitsUser) return
    const retryAfterS = Math.min(60, Math.max(1, Math.ceil(this.#secondsUntilFree(queue.waiting))))
    throw new AppError('QUEUE_FULL', { retry_after: retryAfterS })
  }

  /** As submitAll does. */
  async submit(task: NewTask): Promise<TaskModel> {
    return (await this.submitAll([task]))[0] as TaskModel
  }

  /**
   * Records tasks, all or none, and queues them. Once recorded they will run, whatever crashes.
   * @throws UNSUPPORTED_DETECTION_TYPE, QUEUE_FULL
   */
  async submitAll(tasks: NewTask[]): Promise<TaskModel[]> {
    for (const { detectionType, upload } of tasks) {
      const expected = detectionTypeOf(upload)
      if (detectionType === expected) continue
      throw new AppError('UNSUPPORTED_DETECTION_TYPE', { detection_type: detectionType, expected })
    }
    const [first] = tasks
    if (first === undefined) return []
    this.ensureRoom(first.userId, tasks.length)
    const nowMs = Date.now()
    // A millisecond apart, so that the order survives a restart.
    const rows = tasks.map((task, place) => ({ ...this.#rowOf(task), queuedAt: new Date(nowMs + place) }))
    this.#noteSubmitting(first.userId, rows.length)
    const created = await this.#record(rows).finally(() => this.#noteSubmitting(first.userId, -rows.length))
    for (const task of created) this.#deps.queue.add(jobOf(task))
    return created
  }

  /**
   * Ends an unfinished task; its decoding, inference and drawing really stop.
   * Administrators may end anybody's.
   * @throws TASK_NOT_FOUND, TASK_FINISHED
   * @throws PERMISSION_DENIED when an analyst ends somebody else's
   */
  async cancel(principal: Principal, id: string): Promise<void> {
    const task = await this.#getOwn(principal, id)
    const failure = { code: 'TASK_CANCELLED' as const, details: {}, stack: null }
    const { board, db, events, queue } = this.#deps
    const isCancelled = await events.transact(
      (tx, emit) => fail(tx, emit, { id, status: { in: [...UNFINISHED] } }, task, failure),
      // Nothing is told of a task after its end, though its work takes a moment to stop.
      (isOurs) => isOurs && board.forget(id),
    )
    if (isCancelled) return queue.cancel(id)
    const { status } = await db.task.findUniqueOrThrow({ where: { id } })
    throw new AppError('TASK_FINISHED', { task_id: id, status })
  }

  /**
   * Starts a failed or cancelled task's work anew, as a task of its own.
   * @throws TASK_NOT_FOUND, PERMISSION_DENIED, TASK_NOT_RETRYABLE, QUEUE_FULL
   */
  async retry(principal: Principal, id: string): Promise<TaskModel> {
    const row = await this.#getOwn(principal, id)
    const { uploadId, userId, detectionType } = row
    const upload = uploadId === null ? null : await this.#deps.db.upload.findUnique({ where: { id: uploadId } })
    if (upload === null || !canRetry(row)) {
      throw new AppError('TASK_NOT_RETRYABLE', { task_id: id, status: row.errorCode ?? row.status })
    }
    return this.submit({ userId, upload, detectionType, options: row.options as DetectionOptions, retryOfId: id })
  }

  /** @throws TASK_NOT_FOUND, also for a task that the principal may not see. */
  async get(principal: Principal, id: string, language: Language): Promise<Task> {
    const row = await this.#deps.db.task.findUnique({ where: { id } })
    if (row === null || !maySee(principal, row)) throw new AppError('TASK_NOT_FOUND', { task_id: id })
    return (await this.#views([row], language))[0] as Task
  }

  /** The principal's own unfinished tasks, oldest first. */
  async unfinished(userId: number, language: Language): Promise<Task[]> {
    const where = { userId, status: { in: [...UNFINISHED] } }
    const rows = await this.#deps.db.task.findMany({ where, orderBy: [{ queuedAt: 'asc' }, { id: 'asc' }], take: 1000 })
    return this.#views(rows, language)
  }

  /**
   * One's own tasks, or everybody's for analysts and administrators, newest first.
   * @throws PERMISSION_DENIED, INVALID_CURSOR
   */
  async list(principal: Principal, query: TaskQuery, language: Language): Promise<TaskPage> {
    if (query.scope === 'all') requireRole(principal, 'analyst')
    const limit = query.limit ?? 50
    const where: Prisma.TaskWhereInput = pageAfter(query.cursor)
    if (query.scope !== 'all') where.userId = principal.userId
    if (query.status !== undefined) where.status = query.status
    else if (query.unfinished === true) where.status = { in: [...UNFINISHED] }
    const orderBy = [{ queuedAt: 'desc' as const }, { id: 'desc' as const }]
    const rows = await this.#deps.db.task.findMany({ where, orderBy, take: limit + 1 })
    const last = rows.length > limit ? rows[limit - 1] : undefined
    const cursor = last && Buffer.from(`${last.queuedAt.getTime()}/${last.id}`).toString('base64url')
    return { items: await this.#views(rows.slice(0, limit), language), next_cursor: cursor ?? null }
  }

  /** The task that a client's request started within the last ten minutes. */
  findByRequest(userId: number, requestId: string): Promise<TaskModel | null> {
    const queuedAt = { gte: new Date(Date.now() - 600_000) }
    return this.#deps.db.task.findFirst({ where: { userId, requestId, queuedAt } })
  }

  queuePosition(id: string): number | null {
    return this.#deps.queue.positionOf(id)
  }

  #noteSubmitting(userId: number, change: number): void {
    const count = (this.#submitting.get(userId) ?? 0) + change
    if (count > 0) this.#submitting.set(userId, count)
    else this.#submitting.delete(userId)
  }

  /** One by one, as Prisma plans a createMany anew at every call, which takes longer than running it. */
  async #record(rows: Prisma.TaskUncheckedCreateInput[]): Promise<TaskModel[]> {
    const { db } = this.#deps
    const [first, ...others] = rows
    if (first !== undefined && others.length === 0) return [await db.task.create({ data: first })]
    return db.$transaction(rows.map((data) => db.task.create({ data })))
  }

  #rowOf({ userId, upload, detectionType, options, requestId, retryOfId }: NewTask) {
    const full = withDefaults(options, detectionType)
    return {
      id: `task_${randomUUID()}`,
      userId,
      uploadId: upload.id,
      fileName: upload.fileName,
      fileSize: upload.fileSize,
      detectionType,
      options: full,
      estimatedTime: this.#estimate(full, upload),
      requestId: requestId ?? null,
      retryOfId: retryOfId ?? null,
    }
  }

  #estimate(options: FullDetectionOptions, { width, height, duration }: UploadModel): number {
    const { analyzer, timing } = this.#deps
    if (duration !== null) {
      return timing.estimate(videoTimingKey(analyzer.model, options), megapixelSeconds({ width, height, duration }))
    }
    return timing.estimate(timingKey(analyzer.model, options), (width * height) / 1e6)
  }

  #secondsUntilFree(waiting: number): number {
    const { analyzer, timing } = this.#deps
    const each = timing.estimate(timingKey(analyzer.model, withDefaults({})), 2)
    return (each * waiting) / Math.max(1, analyzer.size * 10)
  }

  /** @throws TASK_NOT_FOUND, PERMISSION_DENIED */
  async #getOwn(principal: Principal, id: string): Promise<TaskModel> {
    const row = await this.#deps.db.task.findUnique({ where: { id } })
    if (row === null || !maySee(principal, row)) throw new AppError('TASK_NOT_FOUND', { task_id: id })
    if (row.userId !== principal.userId) requireRole(principal, 'administrator')
    return row
  }

  async #views(rows: TaskModel[], language: Language): Promise<Task[]> {
    const { db, board, queue } = this.#deps
    const done = rows.filter((row) => row.status === 'success').map((row) => row.id)
    const records = await db.record.findMany({ where: { taskId: { in: done } }, select: { id: true, taskId: true } })
    const recordIds = new Map(records.map((record) => [record.taskId, record.id]))
    return rows.map((row) => {
      const isRunning = row.status === 'processing'
      const live = isRunning ? board.find(row.id) : null
      const recordId = recordIds.get(row.id) ?? null
      return toTask(row, { live, queuePosition: queue.positionOf(row.id), recordId, language })
    })
  }
}

function maySee(principal: Principal, row: TaskModel): boolean {
  return row.userId === principal.userId || hasRole(principal, 'analyst')
}

function pageAfter(cursor: string | undefined): Prisma.TaskWhereInput {
  if (cursor === undefined) return {}
  const match = /^(\d{1,15})\/(task_[\w-]{1,64})$/.exec(Buffer.from(cursor, 'base64url').toString())
  if (match === null) throw new AppError('INVALID_CURSOR')
  const queuedAt = new Date(Number(match[1]))
  // The first says again what the others imply, so that an index is entered where the page begins.
  const queuedBefore = { queuedAt: { lte: queuedAt } }
  return { ...queuedBefore, OR: [{ queuedAt: { lt: queuedAt } }, { queuedAt, id: { lt: match[2] as string } }] }
}
