import type { CountsQuery, RecordQuery } from '../../../contract/index.ts'

export const CATEGORIES = ['prohibitory', 'mandatory', 'warning', 'other'] as const
export const DETECTION_TYPES = ['image', 'video', 'realtime'] as const
export const REVIEW_STATES = ['unreviewed', 'in_progress', 'reviewed'] as const

/** Which records are meant, as the API asks for them; addresses of pages say it under the same names. */
export type RecordFilters = CountsQuery

export type FilterName = keyof RecordFilters

/** Sets and, where the value is undefined or empty, takes away. */
export type FilterChange = { [K in FilterName]?: RecordFilters[K] | undefined }

/** What an address asks for. What the server would refuse counts as not asked for. */
export function filtersOf(search: URLSearchParams): RecordFilters {
  const read = (name: FilterName) => search.get(name) ?? ''
  return withoutGaps({
    class: read('class').slice(0, 400),
    category: oneOf(CATEGORIES, read('category')),
    min_confidence: shareOf(read('min_confidence')),
    max_confidence: shareOf(read('max_confidence')),
    from: timeOf(read('from')),
    to: timeOf(read('to')),
    user_id: idOf(read('user_id')),
    detection_type: oneOf(DETECTION_TYPES, read('detection_type')),
    file_name: read('file_name').slice(0, 255),
    review: oneOf(REVIEW_STATES, read('review')),
  })
}

export function withoutGaps(filters: FilterChange): RecordFilters {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined && value !== ''))
}

export function classesOf({ class: codes = '' }: RecordFilters): string[] {
  return codes.split(',').filter((code) => code !== '')
}

/** Where the records are that a number counts: those of the page's filters, and of its own. */
export function recordsHref(filters: RecordFilters, own: Partial<RecordQuery> = {}): string {
  const query = searchParamsOf({ ...filters, ...own }).toString()
  return query === '' ? '/records' : `/records?${query}`
}

export function searchParamsOf(values: object): URLSearchParams {
  return new URLSearchParams(Object.entries(values).map(([name, value]): [string, string] => [name, String(value)]))
}

export function oneOf<T extends string>(values: readonly T[], value: string): T | undefined {
  return values.find((other) => other === value)
}

function shareOf(text: string): number | undefined {
  const share = text === '' ? Number.NaN : Number(text)
  return share >= 0 && share <= 1 ? share : undefined
}

function idOf(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) < 2 ** 31 ? Number(text) : undefined
}

function timeOf(text: string): string | undefined {
  return /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined
}
