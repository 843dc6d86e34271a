import { randomUUID } from 'node:crypto'
import type {
  NewNotification,
  Notification,
  NotificationPage,
  NotificationQuery,
  NotificationReceiptPage,
  NotificationReceiptQuery,
} from '../contract/index.ts'
import type { Db, Prisma } from '../db/index.ts'
import { AppError } from '../errors.ts'
import type { EventLog } from '../events/event-log.ts'
import { hasRole, type Principal, requireRole } from '../users/principal.ts'
import { invalid, scheduleOf } from './new-notification.ts'
import { emitPushed, NotificationPublisher } from './notification-publisher.ts'
import * as select from './notification-query.ts'
import { audienceOf, type NotificationRow, viewOf, withReceiptOf } from './notification-view.ts'
import { countSeen, keepAcknowledged, keepRead, listReceipts } from './receipts.ts'

export interface NotificationServiceDeps {
  db: Db
  events: EventLog
  /** Told of a scheduled push that failed; it is tried again. */
  onError: (err: unknown) => void
  /** Milliseconds since 1970. */
  now?: () => number
}

/** What administrators tell users: pushed at its time, shown until it expires or is withdrawn. */
export class NotificationService {
  readonly #db: Db
  readonly #events: EventLog
  readonly #now: () => number
  readonly #publisher: NotificationPublisher

  constructor({ db, events, onError, now = Date.now }: NotificationServiceDeps) {
    this.#db = db
    this.#events = events
    this.#now = now
    this.#publisher = new NotificationPublisher(db, events, now, onError)
  }

  /** Pushes what became due while the server was down, then everything at its time. */
  async start(): Promise<void> {
    await this.#publisher.start()
  }

  async stop(): Promise<void> {
    await this.#publisher.stop()
  }

  /**
   * Stores a notification, and pushes it unless it starts later.
   * @throws PERMISSION_DENIED, INVALID_REQUEST naming the field
   */
  async create(principal: Principal, asked: NewNotification): Promise<Notification> {
    requireRole(principal, 'administrator')
    const now = this.#now()
    const schedule = scheduleOf(asked, now)
    const audience = asked.audience ?? { kind: 'all' }
    if (audience.kind === 'user') await this.#requireUser(audience.user_id)
    const isDue = schedule.startsAt.getTime() <= now
    const data = {
      ...columnsOf(asked),
      ...schedule,
      ...select.audienceColumns(audience),
      id: `notif_${randomUUID()}`,
      createdById: principal.userId,
      createdAt: new Date(now),
      publishedAt: isDue ? new Date(now) : null,
    }
    const row = await this.#events.transact(async (tx, emit) => {
      const created = await tx.notification.create({ data, include: withReceiptOf(principal.userId) })
      if (isDue) await emitPushed(emit, created)
      return created
    })
    if (!isDue) this.#publisher.wake()
    return viewOf(row, now, { read: 0, acknowledged: 0 })
  }

  /**
   * What concerns the asker now, newest first; with `all`, everything there is.
   * @throws PERMISSION_DENIED when somebody else than an administrator asks for all
   * @throws INVALID_CURSOR
   */
  async list(principal: Principal, query: NotificationQuery): Promise<NotificationPage> {
    const isAll = query.all === true
    if (isAll) requireRole(principal, 'administrator')
    const limit = query.limit ?? 50
    const conditions = [
      isAll ? {} : this.#visibleTo(principal),
      query.unread === true ? select.unreadBy(principal.userId) : {},
      select.afterCursor(query.cursor),
    ]
    const rows = await this.#db.notification.findMany({
      where: { AND: conditions },
      orderBy: [{ startsAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
      include: withReceiptOf(principal.userId),
    })
    const shown = rows.slice(0, limit)
    const last = rows.length > limit ? shown.at(-1) : undefined
    return {
      items: await this.#views(shown, isAll),
      next_cursor: last === undefined ? null : select.encodeNotificationCursor(last),
    }
  }

  /**
   * One notification; administrators see any, in any state, and how many have seen it.
   * @throws NOTIFICATION_NOT_FOUND, also where it is not for the asker
   */
  async get(principal: Principal, id: string): Promise<Notification> {
    const isAll = hasRole(principal, 'administrator')
    const row = await this.#find(principal, id, isAll ? {} : this.#visibleTo(principal))
    const [view] = await this.#views([row], isAll)
    return view as Notification
  }

  /**
   * Who has seen a notification, and how many people could.
   * @throws PERMISSION_DENIED, NOTIFICATION_NOT_FOUND, INVALID_CURSOR
   */
  async receipts(principal: Principal, id: string, query: NotificationReceiptQuery): Promise<NotificationReceiptPage> {
    requireRole(principal, 'administrator')
    return listReceipts(this.#db, await this.#find(principal, id, {}), query)
  }

  /**
   * Takes a notification back: unseen if it waits, and told to its audience if it was pushed. Doing it again is fine.
   * @throws PERMISSION_DENIED, NOTIFICATION_NOT_FOUND
   */
  async withdraw(principal: Principal, id: string): Promise<void> {
    requireRole(principal, 'administrator')
    await this.#events.transact(async (tx, emit) => {
      const withdrawnAt = new Date(this.#now())
      const { count } = await tx.notification.updateMany({ where: { id, withdrawnAt: null }, data: { withdrawnAt } })
      const row = await tx.notification.findUnique({ where: { id } })
      if (row === null) throw notFound(id)
      if (count === 0 || row.publishedAt === null) return
      const data = { notification_id: id }
      await emit({ type: 'notification_withdrawn', audience: audienceOf(row), notificationId: id, data })
    })
    this.#publisher.wake()
  }

  /** @throws NOTIFICATION_NOT_FOUND, also where it is not for the asker */
  async markRead(principal: Principal, id: string): Promise<void> {
    await this.#find(principal, id, this.#visibleTo(principal))
    await keepRead(this.#db, id, principal.userId, new Date(this.#now()))
  }

  /**
   * Says that the asker has done what was asked; implies reading.
   * @throws INVALID_REQUEST naming `action_required` where nothing was asked
   * @throws NOTIFICATION_NOT_FOUND, also where it is not for the asker
   */
  async acknowledge(principal: Principal, id: string): Promise<void> {
    const { actionRequired } = await this.#find(principal, id, this.#visibleTo(principal))
    if (!actionRequired) throw invalid({ field: 'action_required', expected: 'true to be acknowledged' })
    await keepAcknowledged(this.#db, id, principal.userId, new Date(this.#now()))
  }

  /** @see NotificationPublisher.publishDue */
  async publishDue(): Promise<number | null> {
    return this.#publisher.publishDue()
  }

  /** @see NotificationPublisher.purgeExpired */
  async purgeExpired(): Promise<number> {
    return this.#publisher.purgeExpired()
  }

  /** The ids of notifications that whoever follows these streams should see now, oldest first. */
  async unexpiredFor(streams: string[]): Promise<string[]> {
    const rows = await this.#db.notification.findMany({
      where: { AND: [select.active(this.#now()), select.inStreams(streams)] },
      orderBy: [{ startsAt: 'asc' }, { id: 'asc' }],
      select: { id: true },
    })
    return rows.map(({ id }) => id)
  }

  #visibleTo(principal: Principal): Prisma.NotificationWhereInput {
    return { AND: [select.active(this.#now()), select.addressedTo(principal)] }
  }

  async #find(principal: Principal, id: string, where: Prisma.NotificationWhereInput): Promise<NotificationRow> {
    const include = withReceiptOf(principal.userId)
    const row = await this.#db.notification.findFirst({ where: { AND: [{ id }, where] }, include })
    if (row === null) throw notFound(id)
    return row
  }

  async #requireUser(userId: number): Promise<void> {
    const user = await this.#db.user.findUnique({ where: { id: userId } })
    if (user === null)
      throw invalid({ field: 'audience.user_id', expected: 'an existing user', expected_zh: '没有这个用户' })
  }

  async #views(rows: NotificationRow[], withSeen: boolean): Promise<Notification[]> {
    const now = this.#now()
    if (!withSeen) return rows.map((row) => viewOf(row, now))
    const seen = await countSeen(this.#db, rows)
    return rows.map((row) => viewOf(row, now, seen.get(row.id) ?? { read: 0, acknowledged: 0 }))
  }
}

function columnsOf(asked: NewNotification) {
  return {
    title: asked.title,
    message: asked.message,
    level: asked.level ?? 'info',
    category: asked.category ?? 'general',
    actionRequired: asked.action_required ?? false,
    actionUrl: asked.action_url ?? null,
  }
}

function notFound(id: string): AppError {
  return new AppError('NOTIFICATION_NOT_FOUND', { notification_id: id })
}
