import type { NotificationReceiptPage, NotificationReceiptQuery } from '../contract/index.ts'
import type { Db, NotificationModel, Prisma } from '../db/index.ts'
import { AppError } from '../errors.ts'
import { wireUserId } from '../users/principal.ts'
import type { NotificationRow, SeenCounts } from './notification-view.ts'

/** Keeps that a user has read a notification; the first time counts. */
export async function keepRead(db: Db, notificationId: string, userId: number, readAt: Date): Promise<void> {
  const where = { notificationId_userId: { notificationId, userId } }
  await db.notificationReceipt.upsert({ where, create: { notificationId, userId, readAt }, update: {} })
}

/** Keeps that a user has done what was asked, and so has read it; the first time counts. */
export async function keepAcknowledged(db: Db, notificationId: string, userId: number, at: Date): Promise<void> {
  await keepRead(db, notificationId, userId, at)
  const where = { notificationId, userId, acknowledgedAt: null }
  await db.notificationReceipt.updateMany({ where, data: { acknowledgedAt: at } })
}

/** How many users have read and acknowledged each notification; those that nobody has are left out. */
export async function countSeen(db: Db, rows: NotificationRow[]): Promise<Map<string, SeenCounts>> {
  const groups = await db.notificationReceipt.groupBy({
    by: ['notificationId'],
    where: { notificationId: { in: rows.map(({ id }) => id) } },
    _count: { readAt: true, acknowledgedAt: true },
  })
  const seen = new Map<string, SeenCounts>()
  for (const { notificationId, _count } of groups) {
    seen.set(notificationId, { read: _count.readAt, acknowledged: _count.acknowledgedAt })
  }
  return seen
}

/**
 * Who has read a notification and when, by user: pages stay what they are while others read it.
 * @throws INVALID_CURSOR
 */
export async function listReceipts(
  db: Db,
  notification: NotificationModel,
  { cursor, limit = 50 }: NotificationReceiptQuery,
): Promise<NotificationReceiptPage> {
  const notificationId = notification.id
  const after = cursor === undefined ? -1 : userOf(cursor)
  const rows = await db.notificationReceipt.findMany({
    where: { notificationId, userId: { gt: after } },
    orderBy: { userId: 'asc' },
    take: limit + 1,
    include: { user: { select: { id: true, username: true } } },
  })
  const shown = rows.slice(0, limit)
  const items = shown.map(({ user, readAt, acknowledgedAt }) => ({
    user: { user_id: wireUserId(user.id), username: user.username },
    read_at: readAt?.toISOString() ?? null,
    acknowledged_at: acknowledgedAt?.toISOString() ?? null,
  }))
  const next_cursor = rows.length > limit ? `s${shown.at(-1)?.userId}` : null
  return { items, next_cursor, audience_size: await db.user.count({ where: audienceUsers(notification) }) }
}

/** Readers count whatever they are by now, so that there are never more of them than people addressed. */
function audienceUsers({ id, audienceKind, audienceRole, audienceUserId }: NotificationModel): Prisma.UserWhereInput {
  const addressed: Prisma.UserWhereInput = { disabledAt: null }
  if (audienceKind === 'role' && audienceRole !== null) addressed.role = audienceRole
  if (audienceKind === 'user' && audienceUserId !== null) addressed.id = audienceUserId
  return { OR: [addressed, { receipts: { some: { notificationId: id } } }] }
}

function userOf(cursor: string): number {
  const match = /^s(\d{1,10})$/.exec(cursor)
  if (match === null || Number(match[1]) > 2147483647) throw new AppError('INVALID_CURSOR')
  return Number(match[1])
}
