import type { RecordOrder } from '../contract/index.ts'
import { type Db, Prisma } from '../db/index.ts'
import {
  allOf,
  classCondition,
  type IdRange,
  idRangeOf,
  isTrue,
  pageConditions,
  rankConditions,
} from './record-conditions.ts'
import { filtersSigns, type RecordFilters } from './record-filters.ts'
import { isRanked, type RankedOrder, type RecordPlace, rankings } from './record-order.ts'
import { type RecordRow, withSigns } from './record-view.ts'

/** Which of the matching records a page shows. */
export interface PageWindow {
  order: RecordOrder
  /** Only what comes behind it; null: from the first. */
  after: RecordPlace | null
  /** How many are passed over. */
  offset: number
  limit: number
}

/** From here on, reading all signs once is quicker than merging walks that have to go as far as this. */
const ONE_WALK_OFFSET = 5000

/** Where the matching records of a page stand, in its order. */
export async function findRecordPlaces(db: Db, filters: RecordFilters, page: PageWindow): Promise<RecordPlace[]> {
  const timed = filters.from !== null || filters.to !== null
  const range = timed ? await idRangeOf(db, filters.from, filters.to) : null
  return timed && range === null ? [] : findPlacesWithin(db, filters, range, page)
}

/** The same, for who asks for many pages. @param range of the filters' span of time; null where they name none. */
export async function findPlacesWithin(
  db: Db,
  filters: RecordFilters,
  range: IdRange | null,
  page: PageWindow,
): Promise<RecordPlace[]> {
  const { order } = page
  const select = isRanked(order) ? selectByRank(filters, range, page, order) : selectById(filters, range, page)
  const rows = await db.$queryRaw<Array<{ id: number; value?: number | null }>>(select)
  return rows.map(({ id, value = null }) => ({ id: Number(id), value }))
}

/** In the order of their places; without those that have been deleted since. */
export async function readRecords(db: Db, places: RecordPlace[]): Promise<RecordRow[]> {
  const ids = places.map(({ id }) => id)
  const rows = await db.record.findMany({ where: { id: { in: ids } }, include: withSigns })
  const rowOf = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => rowOf.get(id) ?? [])
}

/** Walks the index of the order, and asks for each of its entries whether it matches. */
function selectByRank(filters: RecordFilters, range: IdRange | null, page: PageWindow, order: RankedOrder): Prisma.Sql {
  const { value, orderBy, after } = rankings[order]
  const conditions = rankConditions(filters, range)
  if (page.after !== null) conditions.push(after(page.after))
  return Prisma.sql`
    SELECT r."id", ${value} AS "value" FROM "Record" r
    WHERE ${allOf(conditions)} ORDER BY ${orderBy} LIMIT ${page.limit} OFFSET ${page.offset}`
}

function selectById(filters: RecordFilters, range: IdRange | null, page: PageWindow): Prisma.Sql {
  const { record, sign } = pageConditions(filters, range)
  return filtersSigns(filters) ? selectBySigns(sign, filters.classCodes, page) : selectByRecords(record, page)
}

function selectByRecords(conditions: Prisma.Sql[], page: PageWindow): Prisma.Sql {
  const id = Prisma.sql`r."id"`
  return Prisma.sql`
    SELECT r."id" FROM "Record" r WHERE ${allOf([...conditions, ...behind(id, page)])}
    ORDER BY r."id" ${directionOf(page)} LIMIT ${page.limit} OFFSET ${page.offset}`
}

/**
 * One walk for each class, along its own index and no further than the page needs, whose ends are then merged. Asking
 * for all classes at once would sort every sign of them first; but for a page far away, where one walk over the signs of
 * all classes, in the order of their records, picks them out.
 */
function selectBySigns(conditions: Prisma.Sql[], classCodes: string[], page: PageWindow): Prisma.Sql {
  const direction = directionOf(page)
  const recordId = Prisma.sql`s."recordId"`
  const all = [...conditions, ...behind(recordId, page)]
  if (classCodes.length <= 1 || page.offset > ONE_WALK_OFFSET) {
    const classes = classCodes.length <= 1 ? classCondition(classCodes) : [isTrue(allOf(classCondition(classCodes)))]
    return Prisma.sql`
      SELECT DISTINCT s."recordId" AS "id" FROM "Sign" s WHERE ${allOf([...classes, ...all])}
      ORDER BY s."recordId" ${direction} LIMIT ${page.limit} OFFSET ${page.offset}`
  }
  const walks = classCodes.map(
    (code) => Prisma.sql`
      SELECT * FROM (SELECT DISTINCT s."recordId" AS "id" FROM "Sign" s
        WHERE ${allOf([...classCondition([code]), ...all])}
        ORDER BY s."recordId" ${direction} LIMIT ${page.offset + page.limit}) "walk"`,
  )
  return Prisma.sql`
    SELECT DISTINCT "id" FROM (${Prisma.join(walks, ' UNION ALL ')}) "walks"
    ORDER BY "id" ${direction} LIMIT ${page.limit} OFFSET ${page.offset}`
}

function behind(id: Prisma.Sql, { order, after }: PageWindow): Prisma.Sql[] {
  if (after === null) return []
  return [order === 'oldest' ? Prisma.sql`${id} > ${after.id}` : Prisma.sql`${id} < ${after.id}`]
}

function directionOf({ order }: PageWindow): Prisma.Sql {
  return order === 'oldest' ? Prisma.sql`ASC` : Prisma.sql`DESC`
}
