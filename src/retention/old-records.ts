import { setImmediate } from 'node:timers/promises'
import type { Db, Prisma, ReviewState } from '../db/index.ts'
import type { RemovableRecord } from '../records/record-removal.ts'

export interface OldRecord extends RemovableRecord {
  createdAt: Date
  reviewState: ReviewState
}

const columns = {
  ...{ id: true, userId: true, createdAt: true, reviewState: true },
  ...{ sourceKey: true, resultKey: true, thumbnailKey: true, videoKey: true },
} satisfies Prisma.RecordSelect

/**
 * Records made before a moment, and not before `from`, oldest first. Some at a time, with a turn of the event loop for
 * others in between; records that go meanwhile are not missed by those after them.
 */
export async function* oldRecords(
  db: Db,
  { from, before, batch }: { from: Date | null; before: Date; batch: number },
): AsyncGenerator<OldRecord[]> {
  let after: Prisma.RecordWhereInput = from === null ? {} : { createdAt: { gte: from } }
  for (;;) {
    const rows = await db.record.findMany({
      where: { AND: [{ createdAt: { lt: before } }, after] },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      take: batch,
      select: columns,
    })
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows
    if (rows.length < batch) return
    const { createdAt, id } = last
    // The first says again what the others imply, so that the index is entered where this batch ended.
    after = { createdAt: { gte: createdAt }, OR: [{ createdAt: { gt: createdAt } }, { id: { gt: id } }] }
    await setImmediate()
  }
}

export function hasOriginals({ sourceKey, resultKey, videoKey }: RemovableRecord): boolean {
  return sourceKey !== null || resultKey !== null || videoKey !== null
}

/** Of the records, those of which a person has saved a review, finished or not. */
export function countReviewed(records: OldRecord[]): number {
  return records.filter(({ reviewState }) => reviewState !== 'unreviewed').length
}
