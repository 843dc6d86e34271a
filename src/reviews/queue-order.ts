import type { ReviewOrder } from '../contract/index.ts'
import { type Db, Prisma } from '../db/index.ts'

export interface QueuePage {
  limit: number
  offset: number
}

/** Records that wait: as a condition on `r`, a row of Record, and how many they are. */
export interface Waiting {
  condition: Prisma.Sql
  count: number
}

const orders = {
  /** Records without signs come last: nothing in them is doubtful. */
  uncertain: Prisma.sql`r."lowestConfidence" IS NULL, r."lowestConfidence", r."id"`,
  newest: Prisma.sql`r."id" DESC`,
  oldest: Prisma.sql`r."id"`,
} as const satisfies Partial<Record<ReviewOrder, Prisma.Sql>>

/** The ids of one page. */
export async function findOrdered(
  db: Db,
  { condition }: Waiting,
  order: keyof typeof orders,
  { limit, offset }: QueuePage,
): Promise<number[]> {
  return idsOf(
    db,
    Prisma.sql`SELECT r."id" FROM "Record" r WHERE ${condition} ORDER BY ${orders[order]} LIMIT ${limit} OFFSET ${offset}`,
  )
}

/** So many records or more are gone through class by class until a page is full, unless it lies too deep. */
const WALKED_RECORDS = 5000
const WALKED_DEPTH = 1000

/**
 * The ids of one page, those with a sign of the rarest class first, each class's newest first. Records without signs come
 * last.
 * @param classCodes the rarest first.
 */
export async function findRarest(db: Db, waiting: Waiting, classCodes: string[], page: QueuePage): Promise<number[]> {
  const end = page.offset + page.limit
  if (waiting.count < WALKED_RECORDS || end > WALKED_DEPTH) return sortByRarest(db, waiting, classCodes, page)
  const found = new Set<number>()
  for (const code of classCodes) {
    if (found.size >= end) break
    for (const id of await newestWith(db, waiting, hasClass(code), end)) found.add(id)
  }
  if (found.size < end) for (const id of await newestWith(db, waiting, hasNoSign, end)) found.add(id)
  return [...found].slice(page.offset, end)
}

const hasNoSign = Prisma.sql`r."totalDetections" = 0`

function hasClass(code: string): Prisma.Sql {
  return Prisma.sql`r."id" IN (SELECT s."recordId" FROM "Sign" s WHERE s."classCode" = ${code})`
}

function newestWith(db: Db, { condition }: Waiting, wanted: Prisma.Sql, limit: number): Promise<number[]> {
  return idsOf(
    db,
    Prisma.sql`SELECT r."id" FROM "Record" r WHERE ${condition} AND ${wanted} ORDER BY r."id" DESC LIMIT ${limit}`,
  )
}

async function sortByRarest(db: Db, waiting: Waiting, classCodes: string[], page: QueuePage) {
  if (classCodes.length === 0) return findOrdered(db, waiting, 'newest', page)
  // Written out: PostgreSQL takes numbers among parameters alone for text, and puts 10 before 2.
  const numbers = [...classCodes.keys(), classCodes.length].map((rank) => Prisma.raw(String(rank)))
  const ranks = classCodes.map((code, i) => Prisma.sql`WHEN ${code} THEN ${numbers[i]}`)
  const rank = Prisma.sql`CASE s."classCode" ${Prisma.join(ranks, ' ')} END`
  return idsOf(
    db,
    Prisma.sql`
      SELECT r."id" FROM "Record" r LEFT JOIN "Sign" s ON s."recordId" = r."id" WHERE ${waiting.condition}
      GROUP BY r."id" ORDER BY COALESCE(MIN(${rank}), ${numbers.at(-1)}), r."id" DESC
      LIMIT ${page.limit} OFFSET ${page.offset}`,
  )
}

async function idsOf(db: Db, select: Prisma.Sql): Promise<number[]> {
  const rows = await db.$queryRaw<Array<{ id: number | bigint }>>(select)
  return rows.map(({ id }) => Number(id))
}
