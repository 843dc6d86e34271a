import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Record } from '../../../contract/index.ts'
import { pictureOf } from '../picture/picture-of.ts'
import { client } from '../server/client.ts'
import { queries, topics } from '../server/queries.ts'
import { recordQuery } from '../server/records.ts'
import { type QueueSearch, queryOf } from './queue-search.ts'
import { reviewQuery } from './review-queries.ts'

const PAGE = 20

/** Finished or skipped since the queue was begun: they do not come again. */
const passed = new Set<number>()

export function beginWalk(): void {
  passed.clear()
}

export function passRecord(recordId: number): void {
  passed.add(recordId)
}

export interface WhatIsNext {
  /** Null: the queue is at its end. */
  next: Record | null
  waiting: number
}

/** What comes after a record, asked for ahead of time together with its review and picture, so that going on is instant. */
export function useNext(recordId: number, search: QueueSearch): WhatIsNext | undefined {
  const { data } = useQuery(nextQuery(recordId, search))
  const next = data?.next ?? null
  useEffect(() => {
    if (next !== null) prefetch(next)
  }, [next])
  return data
}

export function findNext(recordId: number, search: QueueSearch): Promise<WhatIsNext> {
  return queries.ensureQueryData(nextQuery(recordId, search))
}

function nextQuery(recordId: number, search: QueueSearch) {
  return {
    queryKey: [topics.reviews, 'next', queryOf(search), recordId],
    queryFn: ({ signal }: { signal: AbortSignal }) => askForNext(recordId, search, signal),
  }
}

async function askForNext(recordId: number, search: QueueSearch, signal: AbortSignal): Promise<WhatIsNext> {
  for (let offset = 0; ; offset += PAGE) {
    const query = { ...queryOf(search), limit: PAGE, offset }
    const { items, waiting } = await client.call('GET /api/reviews/queue', { query, signal })
    const next = items.find(({ record: { record_id: id } }) => id !== recordId && !passed.has(id))
    if (next !== undefined || offset + PAGE >= waiting) return { next: next?.record ?? null, waiting }
  }
}

function prefetch(record: Record): void {
  queries.setQueryData(recordQuery(record.record_id).queryKey, record)
  void queries.prefetchQuery(reviewQuery(record.record_id))
  const { url } = pictureOf(record)
  if (url === null) return
  const picture = new Image()
  picture.src = url
  // Decoded ahead as well; one that fails will say so where it is shown.
  picture.decode().catch(() => {})
}
