import type { Db, Prisma } from '../db/index.ts'
import { hasRole, type Principal } from '../users/principal.ts'

/** Who owns a stored file. */
export interface MediaOwner {
  userId: number
  /** It belongs to a record; otherwise it is an upload that no record shows yet. */
  isRecorded: boolean
}

/** What keys of ours look like; anything else is not worth a question to the database. */
const KEY = /^[a-z_]+(\/[A-Za-z0-9_-][A-Za-z0-9._-]*){1,3}$/

/** @returns null for a key under which nothing is known to be stored. */
export async function findMediaOwner(db: Db, key: string): Promise<MediaOwner | null> {
  if (key.length > 300 || !KEY.test(key)) return null
  const record = await db.record.findFirst({ where: whereKey(key), select: { userId: true } })
  if (record !== null) return { userId: record.userId, isRecorded: true }
  const upload = await db.upload.findUnique({ where: { key }, select: { userId: true } })
  return upload === null ? null : { userId: upload.userId, isRecorded: false }
}

function whereKey(key: string): Prisma.RecordWhereInput {
  switch (key.split('/', 1)[0]) {
    case 'uploads':
      return { sourceKey: key }
    case 'videos':
      return { videoKey: key }
    case 'crops':
      return { tracks: { some: { cropKey: key } } }
    default:
      return { OR: [{ resultKey: key }, { thumbnailKey: key }] }
  }
}

/** The rules of records; what is only uploaded so far is its owner's alone. */
export function maySeeMedia(principal: Principal, owner: MediaOwner): boolean {
  return owner.userId === principal.userId || (owner.isRecorded && hasRole(principal, 'analyst'))
}
