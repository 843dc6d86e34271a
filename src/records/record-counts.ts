import type { RecordCounts } from '../contract/index.ts'
import { type Db, Prisma } from '../db/index.ts'
import { allOf, classCondition, countConditions, idRangeOf } from './record-conditions.ts'
import { filtersSigns, type RecordFilters } from './record-filters.ts'

const nothing: RecordCounts = { records: 0, signs: 0, by_class: [], by_day: [] }

/**
 * Counts of the matching records and of the signs in them; with a filter on signs, of those signs that pass it.
 * Classes come most frequent first, days oldest first.
 */
export async function countRecords(db: Db, filters: RecordFilters): Promise<RecordCounts> {
  const timed = filters.from !== null || filters.to !== null
  const range = timed ? await idRangeOf(db, filters.from, filters.to) : null
  if (timed && range === null) return nothing
  const { record, sign } = countConditions(filters, range)
  const signs = [...classCondition(filters.classCodes), ...sign]
  const byDay = await rowsByDay(db, filtersSigns(filters) ? daysOfSigns(signs) : daysOfRecords(record))
  return {
    records: byDay.reduce((sum, day) => sum + day.records, 0),
    signs: byDay.reduce((sum, day) => sum + day.signs, 0),
    by_class: await countClasses(db, signs),
    by_day: byDay,
  }
}

function daysOfRecords(conditions: Prisma.Sql[]): Prisma.Sql {
  return Prisma.sql`
    SELECT r."day", COUNT(*) AS "records", SUM(r."totalDetections") AS "signs"
    FROM "Record" r WHERE ${allOf(conditions)} GROUP BY r."day" ORDER BY r."day"`
}

function daysOfSigns(conditions: Prisma.Sql[]): Prisma.Sql {
  return Prisma.sql`
    SELECT "day", COUNT(*) AS "records", SUM("matches") AS "signs"
    FROM (SELECT MIN(s."day") AS "day", COUNT(*) AS "matches" FROM "Sign" s
      WHERE ${allOf(conditions)} GROUP BY s."recordId") "per_record"
    GROUP BY "day" ORDER BY "day"`
}

/** PostgreSQL answers counts and sums as bigint. */
async function rowsByDay(db: Db, select: Prisma.Sql): Promise<RecordCounts['by_day']> {
  const rows = await db.$queryRaw<Array<{ day: string; records: number | bigint; signs: number | bigint }>>(select)
  return rows.map(({ day, records, signs }) => ({ day, records: Number(records), signs: Number(signs) }))
}

export async function countClasses(db: Db, conditions: Prisma.Sql[]): Promise<RecordCounts['by_class']> {
  const rows = await db.$queryRaw<Array<{ newest: number | bigint; signs: number | bigint }>>`
    SELECT MAX(s."id") AS "newest", COUNT(*) AS "signs" FROM "Sign" s
    WHERE ${allOf(conditions)} GROUP BY s."classCode" ORDER BY "signs" DESC, s."classCode"`
  const newest = await db.sign.findMany({ where: { id: { in: rows.map((row) => Number(row.newest)) } } })
  const signOf = new Map(newest.map((sign) => [sign.id, sign]))
  return rows.flatMap((row) => {
    const sign = signOf.get(Number(row.newest))
    if (sign === undefined) return [] // deleted since
    const { classCode, className, classNameEn, category } = sign
    return [
      { class_code: classCode, class_name: className, class_name_en: classNameEn, category, signs: Number(row.signs) },
    ]
  })
}
