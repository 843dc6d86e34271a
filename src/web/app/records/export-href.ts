import type { ExportFormat } from '../../../contract/index.ts'
import type { RecordFilters } from '../filters/record-filters.ts'

export const EXPORT_FORMATS = ['csv', 'json', 'coco', 'yolo', 'label-studio'] as const

/** What a request for named records can hold. */
const MOST_LETTERS = 6000

interface Wanted {
  format: ExportFormat
  hasPictures: boolean
  /** Those named, or all that the filters let through. */
  what: { ids: readonly number[] } | { filters: RecordFilters }
}

export function canNameAll(ids: readonly number[]): boolean {
  return ids.join(',').length <= MOST_LETTERS
}

/** Where a browser downloads it from; the cookie of the session goes along. */
export function exportHref({ format, hasPictures, what }: Wanted): string {
  const search = new URLSearchParams({ format })
  if (hasPictures) search.set('pictures', 'true')
  const asked = 'ids' in what ? { record_ids: what.ids.join(',') } : what.filters
  for (const [name, value] of Object.entries(asked)) search.set(name, String(value))
  return `/api/exports?${search}`
}
