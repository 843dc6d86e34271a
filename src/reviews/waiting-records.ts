import { type Db, Prisma } from '../db/index.ts'
import { allOf, classCondition, idRangeOf, pageConditions } from '../records/record-conditions.ts'
import { filtersSigns, type RecordFilters } from '../records/record-filters.ts'

/**
 * As SQL on `r`, a row of Record: it is a picture that nobody has finished, and the filters let it through. The signs of
 * a video stand on many pictures, and are looked at while it plays.
 * @returns null where that is so of no record.
 */
export async function waitingConditions(db: Db, filters: RecordFilters): Promise<Prisma.Sql | null> {
  const timed = filters.from !== null || filters.to !== null
  const range = timed ? await idRangeOf(db, filters.from, filters.to) : null
  if (timed && range === null) return null
  // No index serves <>, which is meant: most wait, so the table in its order, or a whole index, is read quicker.
  const unfinished = Prisma.sql`r."reviewState" <> 'reviewed' AND r."detectionType" = 'image'`
  const { record } = pageConditions(filters, range)
  if (!filtersSigns(filters)) return allOf([unfinished, ...record])
  // What only records know has been asked of them above.
  const ofSigns = { ...filters, detectionType: null, fileName: null, review: null }
  const { sign } = pageConditions(ofSigns, range && { ...range, exact: true })
  const signs = allOf([...classCondition(filters.classCodes), ...sign])
  const hasSuch = Prisma.sql`r."id" IN (SELECT s."recordId" FROM "Sign" s WHERE ${signs})`
  return allOf([unfinished, hasSuch, ...record])
}

export async function countWaiting(db: Db, waiting: Prisma.Sql): Promise<number> {
  const [row] = await db.$queryRaw<Array<{ records: number | bigint }>>`
    SELECT COUNT(*) AS "records" FROM "Record" r WHERE ${waiting}`
  return Number(row?.records)
}
