import { useQueries } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Record, RecordQuery } from '../../../contract/index.ts'
import { client } from '../server/client.ts'
import { queries, topics } from '../server/queries.ts'

export const PAGE_SIZE = 60
/** What is passed by faster than this is not asked for. */
const JUMP_MS = 80
/** However long a list is, this many of it are chosen at once. */
export const MOST_CHOSEN = 3000

interface Span {
  first: number
  last: number
}

/**
 * Random access to a list: what of it is to be seen is fetched, and kept for as long as it may be seen again.
 * @param first, last places in the list, from 0
 * @returns the record at a place, where it is there already
 */
export function useRecordPages(query: RecordQuery, { first, last }: Span) {
  const span = { first: pageOf(first), last: pageOf(last) }
  const { first: from, last: to } = useSettled(span)
  const { error } = useQueries({
    queries: range(from, to).map((page) => pageQuery(query, page)),
    combine: (results) => ({
      // Named, so that what arrives is drawn.
      pages: results.map(({ data }) => data),
      error: results.find((result) => result.error !== null)?.error ?? null,
    }),
  })
  const pages = new Map(range(span.first, span.last).map((page) => [page, keptPage(query, page)]))
  return {
    error,
    recordAt: (index: number): Record | undefined => {
      const page = pageOf(index)
      // What has the focus may be far away.
      return (pages.get(page) ?? keptPage(query, page))?.[index % PAGE_SIZE]
    },
  }
}

/** The ids from one place to another, fetched where they are not there yet; of very many, the first. @throws HzError */
export async function idsBetween(query: RecordQuery, one: number, other: number): Promise<number[]> {
  const first = Math.min(one, other)
  const last = Math.min(Math.max(one, other), first + MOST_CHOSEN - 1)
  const ids: number[] = []
  for (const page of range(pageOf(first), pageOf(last))) {
    const records = await queries.ensureQueryData(pageQuery(query, page))
    const start = page * PAGE_SIZE
    ids.push(...records.slice(Math.max(0, first - start), last - start + 1).map(({ record_id }) => record_id))
  }
  return ids
}

function pageQuery(query: RecordQuery, page: number) {
  return {
    queryKey: keyOf(query, page),
    queryFn: async ({ signal }: { signal: AbortSignal }) => {
      const window = { ...query, offset: page * PAGE_SIZE, limit: PAGE_SIZE }
      return (await client.call('GET /api/detections', { query: window, signal })).items
    },
  }
}

function keptPage(query: RecordQuery, page: number): Record[] | undefined {
  return queries.getQueryData<Record[]>(keyOf(query, page))
}

const keyOf = (query: RecordQuery, page: number) => [topics.records, 'page', query, page]
const pageOf = (index: number) => Math.floor(Math.max(0, index) / PAGE_SIZE)

/** A step, which leaves some of what was seen in sight, is followed at once, a jump once it has lasted. */
function useSettled({ first, last }: Span): Span {
  const [settled, setSettled] = useState({ first, last })
  const isStep = first <= settled.last && last >= settled.first
  useEffect(() => {
    const timer = setTimeout(() => setSettled({ first, last }), isStep ? 0 : JUMP_MS)
    return () => clearTimeout(timer)
  }, [first, last, isStep])
  return isStep ? { first, last } : settled
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}
