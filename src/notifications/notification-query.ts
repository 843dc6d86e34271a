import { type Audience, streamsFollowed } from '../contract/index.ts'
import type { Prisma, Role } from '../db/index.ts'
import { AppError } from '../errors.ts'
import type { Principal } from '../users/principal.ts'

type Where = Prisma.NotificationWhereInput

/** Pushed, and neither expired nor withdrawn. */
export function active(now: number): Where {
  return { publishedAt: { not: null }, withdrawnAt: null, ...unexpired(now) }
}

/** Waiting for its time to be pushed. */
export function waiting(now: number): Where {
  return { publishedAt: null, withdrawnAt: null, ...unexpired(now) }
}

export function unreadBy(userId: number): Where {
  return { receipts: { none: { userId, readAt: { not: null } } } }
}

export function addressedTo({ userId, role }: Principal): Where {
  return inStreams(streamsFollowed(userId, role, 'own'))
}

/** Notifications whose audience listens to one of the streams. */
export function inStreams(names: string[]): Where {
  return { OR: names.flatMap(ofStream) }
}

export function audienceColumns(audience: Audience) {
  return {
    audienceKind: audience.kind,
    audienceRole: audience.kind === 'role' ? audience.role : null,
    audienceUserId: audience.kind === 'user' ? audience.user_id : null,
  }
}

function unexpired(now: number): Where {
  return { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date(now) } }] }
}

/** The reverse of a stream's name; streams that carry no notifications yield nothing. */
function ofStream(name: string): Where[] {
  const [kind, detail] = name.split(':')
  if (kind === 'everyone') return [{ audienceKind: 'all' }]
  if (kind === 'role') return [{ audienceKind: 'role', audienceRole: detail as Role }]
  if (kind === 'user' || kind === 'inbox') return [{ audienceKind: 'user', audienceUserId: Number(detail) }]
  return []
}

/** Where a page ended, as an opaque string: newest `startsAt` first, then by id. */
export function encodeNotificationCursor({ startsAt, id }: { startsAt: Date; id: string }): string {
  return Buffer.from(`n${startsAt.getTime()}.${id}`).toString('base64url')
}

/** @throws INVALID_CURSOR for anything that is not a cursor of ours. */
export function afterCursor(cursor: string | undefined): Where {
  if (cursor === undefined) return {}
  const match = /^n(\d{1,15})\.(notif_[\w-]{1,64})$/.exec(Buffer.from(cursor, 'base64url').toString())
  if (match === null) throw new AppError('INVALID_CURSOR')
  const startsAt = new Date(Number(match[1]))
  return { OR: [{ startsAt: { lt: startsAt } }, { startsAt, id: { lt: match[2] as string } }] }
}
