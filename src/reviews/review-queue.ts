import type { ReviewOrder, ReviewQueue, ReviewQueueItem } from '../contract/index.ts'
import type { Db } from '../db/index.ts'
import type { RecordFilters } from '../records/record-filters.ts'
import { type RecordRow, viewOf, withSigns } from '../records/record-view.ts'
import type { SignsByClass } from './class-frequencies.ts'
import { findOrdered, findRarest, type QueuePage } from './queue-order.ts'
import { countWaiting, waitingConditions } from './waiting-records.ts'

/** Records that nobody has finished, in the order that is wanted. */
export async function findQueue(
  db: Db,
  filters: RecordFilters,
  signsByClass: SignsByClass,
  { order, ...page }: QueuePage & { order: ReviewOrder },
): Promise<ReviewQueue> {
  const condition = await waitingConditions(db, filters)
  const count = condition === null ? 0 : await countWaiting(db, condition)
  if (condition === null || page.offset >= count) return { items: [], waiting: count }
  const waiting = { condition, count }
  const ids =
    order === 'rare'
      ? await findRarest(db, waiting, [...signsByClass.keys()], page)
      : await findOrdered(db, waiting, order, page)
  const rows = await db.record.findMany({ where: { id: { in: ids } }, include: withSigns })
  const rowOf = new Map(rows.map((row) => [row.id, row]))
  return {
    // Some may have been deleted since.
    items: ids.flatMap((id) => rowOf.get(id) ?? []).map((row) => itemOf(row, signsByClass)),
    waiting: count,
  }
}

function itemOf(row: RecordRow, signsByClass: SignsByClass): ReviewQueueItem {
  const record = viewOf(row)
  const kinds = record.detections.map(({ class_code, class_name, class_name_en, category }) => {
    return { class_code, class_name, class_name_en, category, signs: signsByClass.get(class_code) ?? 1 }
  })
  const [rarest = null] = kinds.sort((a, b) => a.signs - b.signs || (a.class_code < b.class_code ? -1 : 1))
  return { record, lowest_confidence: row.lowestConfidence, rarest_class: rarest }
}
