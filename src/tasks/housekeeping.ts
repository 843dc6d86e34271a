import type { EventDraft } from '../contract/index.ts'
import type { Db, Prisma } from '../db/index.ts'
import type { EventLog } from '../events/event-log.ts'
import type { JobQueue } from '../queue/job-queue.ts'
import { dropSource, type RemovableFiles, removeFiles } from '../records/record-removal.ts'
import { jobOf } from './task-lane.ts'
import { fail } from './task-settlement.ts'

interface Deps {
  db: Db
  events: EventLog
  queue: JobQueue
  files: RemovableFiles & UnfinishedWork
  retention: { taskDays: number; uploadHours: number }
}

/** What unsettled tasks have left on the disk. */
export interface UnfinishedWork {
  works(): Promise<string[]>
  dropWork(id: string): Promise<void>
}

const ROUND = 500

/** A camera session never waits in the queue: what it was told is gone with its process. */
const AT_WORK = { status: 'processing', detectionType: { not: 'realtime' } } satisfies Prisma.TaskWhereInput

/** What is told of neither a task nor a notification. */
const TASKLESS_EVENTS: Array<EventDraft['type']> = [
  'review_changed',
  'records_removed',
  'model_changed',
  'camera_sign',
  'camera_record',
]

/**
 * A task that was running at the end of so many processes is suspected of having ended them. Detection has processes
 * of its own, so the suspicion comes late: whoever kills a server several times loses no task.
 */
const MAX_ATTEMPTS = 20

/** What must be put in order after a crash, and from time to time. */
export class Housekeeping {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** At the start: whatever was running when the process ended waits again. Before the queue starts. */
  async recover(): Promise<void> {
    const { db, events } = this.#deps
    const hopeless = await db.task.findMany({ where: { ...AT_WORK, attempt: { gte: MAX_ATTEMPTS } } })
    for (const task of hopeless) {
      const failure = { code: 'MODEL_ERROR' as const, details: { attempts: task.attempt }, stack: null }
      await events.transact((tx, emit) => fail(tx, emit, { id: task.id, status: 'processing' }, task, failure))
    }
    await db.task.updateMany({ where: AT_WORK, data: { status: 'queued' } })
    await this.#dropWork()
    await this.queueUnfinished()
  }

  /** What tasks have left that nobody will go on with: a crash came between their end and its removal. */
  async #dropWork(): Promise<void> {
    const { db, files } = this.#deps
    for (const id of await files.works()) {
      // What cameras have left is for them to keep.
      if (id.startsWith('cam_')) continue
      const task = await db.task.findUnique({ where: { id }, select: { status: true } })
      if (task?.status !== 'queued') await files.dropWork(id)
    }
  }

  /** Lets tasks wait again that nobody works on any more, since the database failed when they were to be settled. */
  async requeueLost(): Promise<void> {
    const { db, queue } = this.#deps
    const processing = await db.task.findMany({ where: AT_WORK, select: { id: true, attempt: true } })
    for (const { id, attempt } of processing) {
      const where = { id, attempt, status: 'processing' as const }
      if (!queue.has(id)) await db.task.updateMany({ where, data: { status: 'queued' } })
    }
  }

  /** Adds every waiting task to the queue, oldest first; what is already there stays as it is. */
  async queueUnfinished(): Promise<void> {
    const { db, queue } = this.#deps
    let after: Prisma.TaskWhereInput = {}
    for (;;) {
      const rows = await db.task.findMany({
        where: { status: 'queued', ...after },
        select: { id: true, userId: true, queuedAt: true, detectionType: true },
        orderBy: [{ queuedAt: 'asc' }, { id: 'asc' }],
        take: ROUND,
      })
      for (const row of rows) queue.add(jobOf(row))
      const last = rows.at(-1)
      if (last === undefined || rows.length < ROUND) return
      const { queuedAt, id } = last
      after = { OR: [{ queuedAt: { gt: queuedAt } }, { queuedAt, id: { gt: id } }] }
    }
  }

  /** Forgets tasks that ended long ago, with their events, and uploads that nothing came of. Records stay. */
  async purge(nowMs: number): Promise<void> {
    const { retention } = this.#deps
    const oldTask = new Date(nowMs - retention.taskDays * 86_400_000)
    await this.#purgeTasks(oldTask)
    await this.#purgeEvents(oldTask)
    await this.#purgeUploads(new Date(nowMs - retention.uploadHours * 3_600_000))
  }

  async #purgeTasks(before: Date): Promise<void> {
    const { db } = this.#deps
    for (;;) {
      const rows = await db.task.findMany({ where: { finishedAt: { lt: before } }, select: { id: true }, take: ROUND })
      const ids = rows.map(({ id }) => id)
      await db.$transaction([
        db.event.deleteMany({ where: { taskId: { in: ids } } }),
        db.task.deleteMany({ where: { id: { in: ids } } }),
      ])
      if (rows.length < ROUND) return
    }
  }

  /** Events of tasks and notifications go with those; the others only grow old. No task: an index finds them by that. */
  async #purgeEvents(before: Date): Promise<void> {
    const where = { taskId: null, type: { in: TASKLESS_EVENTS }, at: { lt: before } }
    await this.#deps.db.event.deleteMany({ where })
  }

  /** An upload is needed while a record shows it or a task may still (or again) read it. */
  async #purgeUploads(before: Date): Promise<void> {
    const { db, events, files } = this.#deps
    for (;;) {
      const old = await db.upload.findMany({
        where: { createdAt: { lt: before }, tasks: { none: {} } },
        select: { key: true },
        take: ROUND,
      })
      const keys = old.map(({ key }) => key)
      const records = await db.record.findMany({ where: { sourceKey: { in: keys } }, select: { sourceKey: true } })
      const shown = new Set(records.map(({ sourceKey }) => sourceKey))
      // Their records keep the files from now on.
      await db.upload.deleteMany({ where: { key: { in: keys.filter((key) => shown.has(key)) }, tasks: { none: {} } } })
      for (const key of keys.filter((candidate) => !shown.has(candidate))) {
        await removeFiles(db, files, await events.transact((tx) => dropSource(tx, key)))
      }
      if (old.length < ROUND) return
    }
  }
}
