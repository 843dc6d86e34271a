import type { Audience, Notification, NotificationMessage } from '../contract/index.ts'
import type { NotificationModel, Prisma } from '../db/index.ts'
import { wireUserId } from '../users/principal.ts'

/** What one reader's view needs of the database. */
export function withReceiptOf(userId: number) {
  return { receipts: { where: { userId } } } satisfies Prisma.NotificationInclude
}

export type NotificationRow = Prisma.NotificationGetPayload<{ include: ReturnType<typeof withReceiptOf> }>
export type SeenCounts = NonNullable<Notification['seen']>

export function messageOf(row: NotificationModel): NotificationMessage {
  return {
    notification_id: row.id,
    title: row.title,
    message: row.message,
    level: row.level,
    category: row.category,
    action_required: row.actionRequired,
    action_url: row.actionUrl,
    expires_at: row.expiresAt?.toISOString() ?? null,
  }
}

/** @param seen only for administrators. */
export function viewOf(row: NotificationRow, now: number, seen?: SeenCounts): Notification {
  const receipt = row.receipts[0]
  return {
    ...messageOf(row),
    audience: audienceOf(row),
    starts_at: row.startsAt.toISOString(),
    created_at: row.createdAt.toISOString(),
    created_by: wireUserId(row.createdById),
    state: stateOf(row, now),
    read_at: receipt?.readAt?.toISOString() ?? null,
    acknowledged_at: receipt?.acknowledgedAt?.toISOString() ?? null,
    ...(seen === undefined ? {} : { seen }),
  }
}

export function audienceOf(row: NotificationModel): Audience {
  if (row.audienceKind === 'role' && row.audienceRole !== null) return { kind: 'role', role: row.audienceRole }
  if (row.audienceKind === 'user' && row.audienceUserId !== null) return { kind: 'user', user_id: row.audienceUserId }
  return { kind: 'all' }
}

function stateOf(row: NotificationModel, now: number): Notification['state'] {
  if (row.withdrawnAt !== null) return 'withdrawn'
  if (row.expiresAt !== null && row.expiresAt.getTime() <= now) return 'expired'
  return row.publishedAt === null ? 'scheduled' : 'active'
}
