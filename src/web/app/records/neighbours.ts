import { useQuery } from '@tanstack/react-query'
import type { Record, RecordQuery } from '../../../contract/index.ts'
import { client } from '../server/client.ts'
import { queries, topics } from '../server/queries.ts'
import { recordQuery } from '../server/records.ts'
import { type Origin, recordHrefs } from './record-href.ts'

/** Where the records before and behind one are to be found; null at the ends. */
export interface Neighbours {
  previous: string | null
  next: string | null
  /** The place of the record in its list, from 0; null where it is not in it. */
  at: number | null
}

const unknown: Neighbours = { previous: null, next: null, at: null }

/** Records may have come or gone since the place was told: they are looked for so far around it. */
const NEARBY = 40

/** What comes before and behind a record in the list that it was opened from; else in the list of all, newest first. */
export function useNeighbours(record: Record | undefined, origin: Origin): Neighbours {
  const query = queryOf(origin)
  const { data } = useQuery({
    queryKey: [topics.records, 'around', record?.record_id, query, origin.at],
    queryFn: async ({ signal }) => (record === undefined ? unknown : around(record, query, origin.at, signal)),
    enabled: record !== undefined,
  })
  return data ?? unknown
}

function queryOf({ listing: { filters, order }, newestId }: Origin): RecordQuery {
  return { ...filters, order, ...(newestId !== null && { newest_id: newestId }) }
}

async function around(
  record: Record,
  listed: RecordQuery,
  told: number | null,
  signal: AbortSignal,
): Promise<Neighbours> {
  // Places in the other two orders cannot be counted.
  const query: RecordQuery = told === null && listed.order !== 'oldest' ? { ...listed, order: 'newest' } : listed
  const at = told ?? (await placeByTime(record, query, signal))
  const hrefs = recordHrefs(query)
  for (const radius of [1, NEARBY]) {
    const offset = Math.max(0, at - radius)
    const window = { ...query, offset, limit: 2 * radius + 1 }
    const { items } = await client.call('GET /api/detections', { query: window, signal })
    const index = items.findIndex(({ record_id }) => record_id === record.record_id)
    if (index < 0) continue
    const hrefOf = (step: 1 | -1) => {
      const other = items[index + step]
      if (other === undefined) return null
      // It is at hand already, should one go on to it.
      queries.setQueryData(recordQuery(other.record_id).queryKey, other)
      return hrefs(other.record_id, offset + index + step)
    }
    const isCutOff = index === 0 && offset > 0
    if (isCutOff) continue
    return { previous: hrefOf(-1), next: hrefOf(1), at: offset + index }
  }
  return unknown
}

/** How many come before it. */
async function placeByTime(record: Record, query: RecordQuery, signal: AbortSignal): Promise<number> {
  const { order, newest_id: _, cursor: __, limit: ___, offset: ____, ...filters } = query
  const span = order === 'oldest' ? { to: record.created_at } : { from: record.created_at }
  const { records } = await client.call('GET /api/detections/counts', { query: { ...filters, ...span }, signal })
  return order === 'oldest' ? records : Math.max(0, records - 1)
}
