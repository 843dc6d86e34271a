import type { Db } from '../db/index.ts'
import { idRangeOf } from './record-conditions.ts'
import type { RecordFilters } from './record-filters.ts'
import type { RecordPlace } from './record-order.ts'
import { findPlacesWithin, readRecords } from './record-query.ts'
import type { RecordRow } from './record-view.ts'

/** Records read at a time. */
const BATCH = 100
/** Of an id in the database. */
const MAX_ID = 2147483647

/**
 * All matching records, newest first. The next are read only when they are asked for, and those before are forgotten;
 * what is deleted in the meantime is left out.
 * @param recordIds only these of them; null: all
 */
export async function* walkRecords(
  db: Db,
  filters: RecordFilters,
  recordIds: number[] | null,
): AsyncGenerator<RecordRow[]> {
  const timed = filters.from !== null || filters.to !== null
  // Once for all batches: it is counted, and costs more than any of them.
  const range = timed ? await idRangeOf(db, filters.from, filters.to) : null
  if (timed && range === null) return
  for (const some of recordIds === null ? [null] : inBatches(recordIds)) {
    let after: RecordPlace | null = null
    for (;;) {
      const page = { order: 'newest' as const, after, offset: 0, limit: BATCH }
      const places = await findPlacesWithin(db, { ...filters, recordIds: some }, range, page)
      if (places.length > 0) yield await readRecords(db, places)
      if (places.length < BATCH) break
      after = places.at(-1) ?? null
    }
  }
}

/** Highest ids first, so that the batches follow each other as the records do. */
function inBatches(recordIds: number[]): number[][] {
  const ids = [...new Set(recordIds)].filter((id) => id <= MAX_ID).sort((a, b) => b - a)
  return Array.from({ length: Math.ceil(ids.length / BATCH) }, (_, i) => ids.slice(i * BATCH, (i + 1) * BATCH))
}
