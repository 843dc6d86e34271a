import { type Db, Prisma } from '../db/index.ts'
import { filtersSigns, type RecordFilters } from './record-filters.ts'

/** The ids between which every record of a span of time lies. */
export interface IdRange {
  lowest: number
  highest: number
  /** How many records of the span there are. */
  records: number
  /** No other record lies between them. */
  exact: boolean
}

/** Filters as SQL that SQLite and PostgreSQL both run; `r` is a row of Record, `s` one of Sign. */
export interface Conditions {
  record: Prisma.Sql[]
  sign: Prisma.Sql[]
}

/** From here on, reading a whole index in the order that is wanted is quicker than looking a range up and sorting it. */
const WIDE_RANGE_RECORDS = 10_000

/**
 * Ids grow with time save where two processes insert at the same moment, so a span of time is nearly always a range
 * of ids. Ids are in every index, times are not: the range makes the filter cheap, and where it is not exact the time
 * is compared as well.
 * @returns null where no record lies in the span.
 */
export async function idRangeOf(db: Db, from: Date | null, to: Date | null): Promise<IdRange | null> {
  const span = allOf(timeConditions(from, to))
  const [row] = await db.$queryRaw<Array<{ lowest: number | null; highest: number; records: number | bigint }>>`
    SELECT MIN(r."id") AS "lowest", MAX(r."id") AS "highest", COUNT(*) AS "records" FROM "Record" r WHERE ${span}`
  if (row === undefined || row.lowest === null) return null
  const { lowest, highest } = row
  const records = Number(row.records)
  return { lowest, highest, records, exact: (await countBetween(db, lowest, highest, records)) === records }
}

/** The plus lets SQLite count in the smallest index rather than walk a wide stretch of the table itself. */
async function countBetween(db: Db, lowest: number, highest: number, expected: number): Promise<number> {
  const id = expected > WIDE_RANGE_RECORDS ? Prisma.sql`+r."id"` : Prisma.sql`r."id"`
  const [row] = await db.$queryRaw<Array<{ records: number | bigint }>>`
    SELECT COUNT(*) AS "records" FROM "Record" r WHERE ${id} >= ${lowest} AND ${id} <= ${highest}`
  return Number(row?.records)
}

/**
 * For reading downwards from the newest, and stopping early.
 * @param range of the filters' span of time; null where they name none.
 */
export function pageConditions(filters: RecordFilters, range: IdRange | null): Conditions {
  const details = detailConditions(filters, range)
  const recordId = Prisma.sql`s."recordId"`
  return {
    record: recordConditions(filters, range, details),
    sign: [
      ...signConditions(filters, range, recordId),
      ...(details.length === 0
        ? []
        : [Prisma.sql`EXISTS (SELECT 1 FROM "Record" r WHERE ${allOf(details)} AND r."id" = ${recordId})`]),
    ],
  }
}

/**
 * For reading everything once. The plus keeps SQLite from looking each record's signs up and sorting them by class,
 * where it can read an index that has them in that order.
 * @param range of the filters' span of time; null where they name none.
 */
export function countConditions(filters: RecordFilters, range: IdRange | null): Conditions {
  const details = detailConditions(filters, range)
  const wide = range !== null && range.records > WIDE_RANGE_RECORDS
  return {
    record: recordConditions(filters, range, details),
    sign: [
      ...signConditions(filters, range, wide ? Prisma.sql`+s."recordId"` : Prisma.sql`s."recordId"`),
      ...(details.length === 0 ? [] : [Prisma.sql`+s."recordId" IN (${idsOf(details)})`]),
    ],
  }
}

/**
 * For walking the index of a ranked order: all but the owner is asked of ids alone, which every index holds. The plus
 * keeps SQLite from reading the records in the order of their ids and sorting them.
 * @param range of the filters' span of time; null where they name none.
 */
export function rankConditions(filters: RecordFilters, range: IdRange | null): Prisma.Sql[] {
  const details = detailConditions(filters, range)
  const owner = ownerCondition(filters)
  const bounds = boundsOf(filters, range, Prisma.sql`+r."id"`)
  const detailed = idsOf(recordConditions(filters, range, details))
  const ids = details.length === 0 ? bounds : [Prisma.sql`+r."id" IN (${detailed})`]
  if (!filtersSigns(filters)) return [...owner, ...ids]
  const classes = classCondition(filters.classCodes)
  // A record's few signs are read quicker than the index of each of many classes.
  const sign = [...(filters.classCodes.length > 1 ? classes.map(isTrue) : classes), ...ownSignConditions(filters)]
  const exists = Prisma.sql`EXISTS (SELECT 1 FROM "Sign" s WHERE s."recordId" = r."id" AND ${allOf(sign)})`
  return [...owner, ...ids, exists]
}

/** What is true of few rows or many is asked row by row: the index that SQLite would take has them in another order. */
export function isTrue(condition: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(${condition}) IS TRUE`
}

export function classCondition(classCodes: string[]): Prisma.Sql[] {
  if (classCodes.length === 0) return []
  return [Prisma.sql`s."classCode" IN (${Prisma.join(classCodes)})`]
}

export function allOf(conditions: Prisma.Sql[]): Prisma.Sql {
  return conditions.length === 0 ? Prisma.sql`1 = 1` : Prisma.join(conditions, ' AND ')
}

function recordConditions(filters: RecordFilters, range: IdRange | null, details: Prisma.Sql[]): Prisma.Sql[] {
  return [...ownerCondition(filters), ...boundsOf(filters, range, Prisma.sql`r."id"`), ...details]
}

function ownerCondition({ userId }: RecordFilters): Prisma.Sql[] {
  return userId === null ? [] : [Prisma.sql`r."userId" = ${userId}`]
}

/** Everything but the class: pages ask for one class at a time. */
function signConditions(filters: RecordFilters, range: IdRange | null, recordId: Prisma.Sql): Prisma.Sql[] {
  return [...boundsOf(filters, range, recordId), ...ownSignConditions(filters)]
}

export function ownSignConditions({ userId, category, minConfidence, maxConfidence }: RecordFilters): Prisma.Sql[] {
  const conditions: Prisma.Sql[] = []
  if (userId !== null) conditions.push(Prisma.sql`s."userId" = ${userId}`)
  if (category !== null) conditions.push(Prisma.sql`s."category" = ${category}`)
  if (minConfidence !== null) conditions.push(Prisma.sql`s."confidence" >= ${minConfidence}`)
  if (maxConfidence !== null) conditions.push(Prisma.sql`s."confidence" <= ${maxConfidence}`)
  return conditions
}

/** What is asked of the record's id alone. */
function boundsOf({ newestId, recordIds }: RecordFilters, range: IdRange | null, id: Prisma.Sql): Prisma.Sql[] {
  const conditions = within(range, id)
  if (newestId !== null) conditions.push(Prisma.sql`${id} <= ${newestId}`)
  if (recordIds !== null) conditions.push(Prisma.sql`${id} IN (${Prisma.join(recordIds)})`)
  return conditions
}

function within(range: IdRange | null, id: Prisma.Sql): Prisma.Sql[] {
  return range === null ? [] : [Prisma.sql`${id} >= ${range.lowest} AND ${id} <= ${range.highest}`]
}

function timeConditions(from: Date | null, to: Date | null): Prisma.Sql[] {
  const conditions: Prisma.Sql[] = []
  if (from !== null) conditions.push(Prisma.sql`r."createdAt" >= ${from}`)
  if (to !== null) conditions.push(Prisma.sql`r."createdAt" < ${to}`)
  return conditions
}

/** What only the record itself knows, not its signs. */
export function detailConditions(filters: RecordFilters, range: IdRange | null): Prisma.Sql[] {
  const { from, to, detectionType, fileName, review } = filters
  const conditions = range !== null && !range.exact ? timeConditions(from, to) : []
  if (detectionType !== null) conditions.push(Prisma.sql`r."detectionType" = ${detectionType}`)
  if (review !== null) conditions.push(isTrue(Prisma.sql`r."reviewState" = ${review}`))
  if (fileName !== null) conditions.push(Prisma.sql`lower(r."fileName") LIKE lower(${containing(fileName)}) ESCAPE '!'`)
  return conditions
}

function containing(text: string): string {
  return `%${text.replace(/[!%_]/g, '!$&')}%`
}

/** The bound makes SQLite read the records in the order of their ids, which it then need not sort to look them up. */
function idsOf(conditions: Prisma.Sql[]): Prisma.Sql {
  return Prisma.sql`SELECT r."id" FROM "Record" r WHERE r."id" > 0 AND ${allOf(conditions)}`
}
