import type { Db } from '../db/index.ts'
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
