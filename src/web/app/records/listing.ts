import type { RecordOrder } from '../../../contract/index.ts'
import {
  type FilterChange,
  filtersOf,
  oneOf,
  type RecordFilters,
  searchParamsOf,
  withoutGaps,
} from '../filters/record-filters.ts'

export const ORDERS = ['newest', 'oldest', 'most_signs', 'least_confident'] as const

/** What is shown, and in which order: what the address of the page says, under the names of the API. */
export interface Listing {
  filters: RecordFilters
  order: RecordOrder
}

/** What the server would refuse counts as not asked for. */
export function listingOf(search: URLSearchParams): Listing {
  return { filters: filtersOf(search), order: oneOf(ORDERS, search.get('order') ?? '') ?? 'newest' }
}

/** `listingOf`, the other way round: as short as it can be said. */
export function searchOf({ filters, order }: Listing): URLSearchParams {
  return searchParamsOf({ ...filters, ...(order !== 'newest' && { order }) })
}

export function changed({ filters, order }: Listing, change: FilterChange): Listing {
  return { filters: withoutGaps({ ...filters, ...change }), order }
}

/** How many there are to be taken away, one by one. */
export function filterCount({ filters }: Listing): number {
  const { min_confidence, max_confidence, ...others } = filters
  const hasRange = min_confidence !== undefined || max_confidence !== undefined
  return Object.keys(others).length + (hasRange ? 1 : 0)
}
