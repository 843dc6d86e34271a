import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { CountsQuery, RecordCounts, RecordQuery } from '../../../contract/index.ts'
import type { RecordFilters } from '../filters/record-filters.ts'
import { client } from '../server/client.ts'
import { topics } from '../server/queries.ts'
import type { Listing } from './listing.ts'
import { KEPT_MS, type Pin, usePin } from './pin.ts'

/** Others' records are no events of ours, but are told for analysts all the same. */
const NEWS_INTERVAL_MS = 30_000

export interface RecordList {
  /** What its pages are asked for by; null until it is known where the list begins. */
  query: RecordQuery | null
  pin: Pin | null | undefined
  /** Undefined while they are counted for the first time. */
  counts: RecordCounts | undefined
  /** There are none, whatever the filters. */
  isEmpty: boolean
  /** Matching records that were made since. */
  newer: number
  error: unknown
  retry: () => void
}

/** The records that a listing lets through, as of the moment at which it was opened. */
export function useRecordList({ filters, order }: Listing): RecordList {
  const { pin, error, retry } = usePin()
  const query = useMemo(() => (pin ? { ...filters, order, newest_id: pin.id } : null), [filters, order, pin])
  const counts = useQuery({
    ...countsOf(pin ? upTo(filters, pin) : filters),
    enabled: pin != null,
    placeholderData: keepPreviousData,
  })
  const since = pin ? after(filters, pin) : null
  const news = useQuery({ ...countsOf(since ?? {}), enabled: since !== null, refetchInterval: NEWS_INTERVAL_MS })
  return {
    query,
    pin,
    counts: pin === null ? undefined : counts.data,
    isEmpty: pin === null,
    newer: since === null ? 0 : (news.data?.records ?? 0),
    error: error ?? counts.error,
    retry: () => (error === null ? void counts.refetch() : retry()),
  }
}

export function countsOf(query: CountsQuery) {
  return {
    queryKey: [topics.records, 'counts', query],
    queryFn: ({ signal }: { signal: AbortSignal }) => client.call('GET /api/detections/counts', { query, signal }),
    gcTime: KEPT_MS,
  }
}

/** The same filters, without what was made after the pin. */
export function upTo(filters: RecordFilters, { at }: Pin): RecordFilters {
  const end = nextMoment(at)
  return filters.to !== undefined && Date.parse(filters.to) <= Date.parse(end) ? filters : { ...filters, to: end }
}

/** The same filters for what was made after the pin; null where there can be nothing. */
function after(filters: RecordFilters, { at }: Pin): RecordFilters | null {
  const start = nextMoment(at)
  const isOver = filters.to !== undefined && Date.parse(filters.to) <= Date.parse(start)
  if (isOver) return null
  const beginsLater = filters.from !== undefined && Date.parse(filters.from) > Date.parse(start)
  return beginsLater ? filters : { ...filters, from: start }
}

/** Times are kept in milliseconds. */
function nextMoment(at: string): string {
  return new Date(Date.parse(at) + 1).toISOString()
}
