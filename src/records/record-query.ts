import { type Db, Prisma } from '../db/index.ts'
import { allOf, classCondition, idRangeOf, pageConditions } from './record-conditions.ts'
import { filtersSigns, type RecordFilters } from './record-filters.ts'

/** The ids of the newest matching records below `before` (null: from the newest), highest first, at most `limit`. */
export async function findRecordIds(
  db: Db,
  filters: RecordFilters,
  before: number | null,
  limit: number,
): Promise<number[]> {
  const timed = filters.from !== null || filters.to !== null
  const range = timed ? await idRangeOf(db, filters.from, filters.to) : null
  if (timed && range === null) return []
  const { record, sign } = pageConditions(filters, range)
  const select = filtersSigns(filters)
    ? selectBySigns(sign, filters.classCodes, before, limit)
    : selectByRecords(record, before, limit)
  const rows = await db.$queryRaw<Array<{ id: number }>>(select)
  return rows.map(({ id }) => Number(id))
}

function selectByRecords(conditions: Prisma.Sql[], before: number | null, limit: number): Prisma.Sql {
  const below = before === null ? [] : [Prisma.sql`r."id" < ${before}`]
  return Prisma.sql`
    SELECT r."id" FROM "Record" r WHERE ${allOf([...conditions, ...below])} ORDER BY r."id" DESC LIMIT ${limit}`
}

/**
 * One walk for each class, down its own index and no further than the page needs, whose ends are then merged. Asking
 * for all classes at once would sort every sign of them first.
 */
function selectBySigns(
  conditions: Prisma.Sql[],
  classCodes: string[],
  before: number | null,
  limit: number,
): Prisma.Sql {
  const below = before === null ? [] : [Prisma.sql`s."recordId" < ${before}`]
  const walk = (classes: string[]) => Prisma.sql`
    SELECT * FROM (SELECT DISTINCT s."recordId" AS "id" FROM "Sign" s
      WHERE ${allOf([...classCondition(classes), ...conditions, ...below])}
      ORDER BY s."recordId" DESC LIMIT ${limit}) "walk"`
  const walks = classCodes.length === 0 ? [walk([])] : classCodes.map((code) => walk([code]))
  return Prisma.sql`SELECT DISTINCT "id" FROM (${Prisma.join(walks, ' UNION ALL ')}) "walks" ORDER BY "id" DESC LIMIT ${limit}`
}
