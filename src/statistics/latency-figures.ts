import type { Statistics } from '../contract/index.ts'
import { type Db, Prisma } from '../db/index.ts'
import { rowsInTurn } from './rows-in-turn.ts'
import type { Selection, Span } from './selection.ts'

type Latency = Omit<Statistics['processing'], 'by_day'>

/**
 * Exact medians (of an even number, the mean of the middle two) and 95th percentiles (the nearest rank) of how long
 * pictures took.
 * @param records how many there are.
 */
export async function measureLatency(
  db: Db,
  selection: Selection,
  spans: Span[],
  records: number,
): Promise<Statistics['processing']> {
  const by_day: Statistics['processing']['by_day'] = []
  for (const span of spans) by_day.push(...(await latencyByDay(db, selection, span)))
  return { ...(await latencyOverall(db, selection, records)), by_day }
}

async function latencyOverall(db: Db, selection: Selection, records: number): Promise<Latency> {
  if (records === 0) return { records, median_seconds: null, p95_seconds: null }
  const { lower, upper, p95 } = ranksOf(records)
  const rows = await rowsInTurn<{ seconds: number; rank: number | bigint }>(
    db,
    Prisma.sql`
      SELECT "seconds", "rank" FROM (
        SELECT r."processingTime" AS "seconds", ROW_NUMBER() OVER (ORDER BY r."processingTime") AS "rank"
        FROM "Record" r WHERE ${selection.records(null)}) "ranked"
      WHERE "rank" IN (${lower}, ${upper}, ${p95})`,
  )
  const secondsAt = new Map(rows.map(({ rank, seconds }) => [Number(rank), seconds]))
  // Null where records have gone since they were counted.
  const [low, high] = [secondsAt.get(lower) ?? null, secondsAt.get(upper) ?? null]
  const median_seconds = low === null || high === null ? null : (low + high) / 2
  return { records, median_seconds, p95_seconds: secondsAt.get(p95) ?? null }
}

async function latencyByDay(db: Db, selection: Selection, span: Span): Promise<Statistics['processing']['by_day']> {
  const rows = await rowsInTurn<{ day: string; seconds: number; rank: number | bigint; records: number | bigint }>(
    db,
    // The ranks as in ranksOf: both databases divide whole numbers without a rest. Both windows are in one order, so that
    // nothing is sorted twice.
    Prisma.sql`
      SELECT "day", "seconds", "rank", "records" FROM (
        SELECT r."day", r."processingTime" AS "seconds",
          ROW_NUMBER() OVER (PARTITION BY r."day" ORDER BY r."processingTime") AS "rank",
          COUNT(*) OVER (PARTITION BY r."day" ORDER BY r."processingTime"
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS "records"
        FROM "Record" r WHERE ${selection.records(span)}) "ranked"
      WHERE "rank" IN (("records" + 1) / 2, ("records" + 2) / 2, ("records" * 19 + 19) / 20)
      ORDER BY "day", "rank"`,
  )
  const secondsAt = new Map(rows.map(({ day, rank, seconds }) => [`${day} ${rank}`, seconds]))
  const days = new Map(rows.map(({ day, records }) => [day, Number(records)]))
  return [...days].map(([day, records]) => {
    const { lower, upper, p95 } = ranksOf(records)
    const at = (rank: number) => secondsAt.get(`${day} ${rank}`) as number
    return { day, records, median_seconds: (at(lower) + at(upper)) / 2, p95_seconds: at(p95) }
  })
}

/** From 1: the middle one or two, and the nearest rank of 95 %. */
function ranksOf(records: number) {
  return {
    lower: Math.floor((records + 1) / 2),
    upper: Math.floor((records + 2) / 2),
    p95: Math.floor((records * 19 + 19) / 20),
  }
}
