import { filtersOf as allFiltersOf, type FilterChange, type RecordFilters } from '../filters/record-filters.ts'

const NAMES = ['class', 'category', 'from', 'to', 'user_id', 'detection_type', 'review'] as const

/** Those that the page has controls for. */
export type Filters = Pick<RecordFilters, (typeof NAMES)[number]>

/** What the address asks for. What the server would refuse, or nothing on the page shows, counts as not asked for. */
export function filtersOf(search: URLSearchParams): Filters {
  const all = allFiltersOf(search)
  return Object.fromEntries(NAMES.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])))
}

export function changeFilters(search: URLSearchParams, change: FilterChange): URLSearchParams {
  const next = new URLSearchParams(search)
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined || value === '') next.delete(name)
    else next.set(name, String(value))
  }
  return next
}

export function withoutFilters(search: URLSearchParams): URLSearchParams {
  return changeFilters(search, Object.fromEntries(NAMES.map((name) => [name, undefined])))
}
