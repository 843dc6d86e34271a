import type { ReviewOrder, ReviewQueueQuery, SignCategory } from '../../../contract/index.ts'
import { classesOf, filtersOf, searchParamsOf } from '../filters/record-filters.ts'

/** Which records are to be reviewed and in what order, as the address of the page says it. */
export interface QueueSearch {
  order: ReviewOrder
  classes: string[]
  category: SignCategory | null
  fileName: string
}

export const orders = ['uncertain', 'rare', 'newest', 'oldest'] as const satisfies ReviewOrder[]

/** Addresses are typed by hand, too: what makes no sense is passed over. */
export function readQueueSearch(params: URLSearchParams): QueueSearch {
  const filters = filtersOf(params)
  return {
    order: orders.find((order) => order === params.get('order')) ?? 'uncertain',
    classes: classesOf(filters),
    category: filters.category ?? null,
    fileName: filters.file_name ?? '',
  }
}

export function writeQueueSearch(search: QueueSearch): URLSearchParams {
  const { order, ...filters } = queryOf(search)
  return searchParamsOf({ ...(order !== 'uncertain' && { order }), ...filters })
}

export function queryOf({ order, classes, category, fileName }: QueueSearch): ReviewQueueQuery {
  return {
    order,
    ...(classes.length > 0 && { class: classes.join(',') }),
    ...(category !== null && { category }),
    ...(fileName !== '' && { file_name: fileName }),
  }
}

export function hasFilters({ classes, category, fileName }: QueueSearch): boolean {
  return classes.length > 0 || category !== null || fileName !== ''
}
