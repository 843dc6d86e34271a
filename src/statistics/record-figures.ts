import type { ReviewState } from '../contract/index.ts'
import { type Db, Prisma } from '../db/index.ts'
import { filtersSigns } from '../records/record-filters.ts'
import { rowsInTurn } from './rows-in-turn.ts'
import type { Selection, Span } from './selection.ts'

/** Records of one day, how far their reviews have got, and between which ids they lie. */
export type DayOfRecords = { day: string; records: number; lowest: number; highest: number } & Record<
  ReviewState,
  number
>

interface Row {
  day: string
  records: number | bigint
  in_progress: number | bigint
  reviewed: number | bigint
  lowest: number
  highest: number
}

/** Whatever the signs: what is to be looked at. Oldest day first. */
export function listDays(db: Db, selection: Selection): Promise<DayOfRecords[]> {
  return daysWhere(db, selection.recordsOfAnySigns())
}

/** What the filters let through. @param listed as `listDays` has answered, which is the same without a filter on signs. */
export async function countDays(
  db: Db,
  selection: Selection,
  spans: Span[],
  listed: DayOfRecords[],
): Promise<DayOfRecords[]> {
  if (!filtersSigns(selection.filters)) return listed
  const days: DayOfRecords[] = []
  for (const span of spans) days.push(...(await daysWhere(db, selection.records(span))))
  return days
}

async function daysWhere(db: Db, where: Prisma.Sql): Promise<DayOfRecords[]> {
  const rows = await rowsInTurn<Row>(
    db,
    Prisma.sql`
      SELECT r."day", COUNT(*) AS "records", MIN(r."id") AS "lowest", MAX(r."id") AS "highest",
        COUNT(*) FILTER (WHERE r."reviewState" = 'in_progress') AS "in_progress",
        COUNT(*) FILTER (WHERE r."reviewState" = 'reviewed') AS "reviewed"
      FROM "Record" r WHERE ${where} GROUP BY r."day" ORDER BY r."day"`,
  )
  return rows.map(dayOf)
}

function dayOf({ day, lowest, highest, ...row }: Row): DayOfRecords {
  const [records, in_progress, reviewed] = [Number(row.records), Number(row.in_progress), Number(row.reviewed)]
  return { day, lowest, highest, records, unreviewed: records - in_progress - reviewed, in_progress, reviewed }
}
