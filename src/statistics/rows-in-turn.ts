import { setImmediate } from 'node:timers/promises'
import type { Db, Prisma } from '../db/index.ts'

/**
 * The rows of one short query, and then a turn of the event loop for others: SQLite answers within the turn that asks,
 * and figures take many queries.
 */
export async function rowsInTurn<Row>(db: Db, select: Prisma.Sql): Promise<Row[]> {
  const rows = await db.$queryRaw<Row[]>(select)
  await setImmediate()
  return rows
}
