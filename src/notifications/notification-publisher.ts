import type { Db, NotificationModel, Tx } from '../db/index.ts'
import type { Emit, EventLog } from '../events/event-log.ts'
import { DueTimer } from './due-timer.ts'
import { waiting } from './notification-query.ts'
import { audienceOf, messageOf } from './notification-view.ts'

/** How long the events of an ended notification are still kept for those who reconnect. */
const KEPT_AFTER_END_MS = 86_400_000

/** Pushes notifications at their time. */
export class NotificationPublisher {
  readonly #db: Db
  readonly #events: EventLog
  readonly #now: () => number
  readonly #timer: DueTimer

  constructor(db: Db, events: EventLog, now: () => number, onError: (err: unknown) => void) {
    this.#db = db
    this.#events = events
    this.#now = now
    this.#timer = new DueTimer(() => this.publishDue(), now, onError)
  }

  async start(): Promise<void> {
    await this.#timer.start()
  }

  async stop(): Promise<void> {
    await this.#timer.stop()
  }

  /** To be called when what waits has changed. */
  wake(): void {
    void this.#timer.wake()
  }

  /**
   * Pushes what is due, each exactly once however many processes try. What expired while it waited is not pushed.
   * @returns when the next is due, in milliseconds since 1970; null: nothing waits.
   */
  async publishDue(): Promise<number | null> {
    const now = this.#now()
    const due = await this.#db.notification.findMany({
      where: { AND: [waiting(now), { startsAt: { lte: new Date(now) } }] },
      orderBy: [{ startsAt: 'asc' }, { id: 'asc' }],
    })
    for (const row of due) {
      await this.#events.transact(async (tx, emit) => {
        if (await claim(tx, row.id, now)) await emitPushed(emit, row)
      })
    }
    const next = await this.#db.notification.findFirst({
      where: { AND: [waiting(now), { startsAt: { gt: new Date(now) } }] },
      orderBy: { startsAt: 'asc' },
    })
    return next?.startsAt.getTime() ?? null
  }

  /**
   * Deletes the events of notifications that ended more than a day ago; the notifications stay for the record.
   * @returns how many events were deleted.
   */
  async purgeExpired(): Promise<number> {
    const before = new Date(this.#now() - KEPT_AFTER_END_MS)
    return this.#db.$executeRaw`
      DELETE FROM "Event" WHERE "notificationId" IN
        (SELECT "id" FROM "Notification" WHERE "expiresAt" < ${before} OR "withdrawnAt" < ${before})`
  }
}

export async function emitPushed(emit: Emit, row: NotificationModel): Promise<void> {
  await emit({ type: 'system_notification', audience: audienceOf(row), notificationId: row.id, data: messageOf(row) })
}

/** Of several processes at once, one gets it. */
async function claim(tx: Tx, id: string, now: number): Promise<boolean> {
  const where = { id, publishedAt: null, withdrawnAt: null }
  const { count } = await tx.notification.updateMany({ where, data: { publishedAt: new Date(now) } })
  return count === 1
}
