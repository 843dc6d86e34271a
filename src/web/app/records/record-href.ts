import type { RecordQuery } from '../../../contract/index.ts'
import { type Listing, listingOf, searchOf } from './listing.ts'

/** The list that a record was opened from, and its place there: what is before and after it. */
export interface Origin {
  listing: Listing
  /** From 0; null: opened from elsewhere. */
  at: number | null
  /** What came after it is left out. */
  newestId: number | null
}

/** @returns where a record is found that has this place, from 0, in the list that `query` asks for */
export function recordHrefs(query: RecordQuery): (id: number, at: number) => string {
  const { order = 'newest', newest_id: newestId, offset: _, limit: __, cursor: ___, ...filters } = query
  const search = searchOf({ filters, order })
  if (newestId !== undefined) search.set('newest_id', String(newestId))
  const list = search.toString()
  return (id, at) => `/records/${id}?${list}${list === '' ? '' : '&'}at=${at}`
}

export function originOf(search: URLSearchParams): Origin {
  return {
    listing: listingOf(search),
    at: wholeOf(search.get('at')),
    newestId: wholeOf(search.get('newest_id')),
  }
}

function wholeOf(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null
}
