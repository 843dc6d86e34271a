import { type Db, Prisma } from '../db/index.ts'

/** Number of signs by class, the rarest first. */
export type SignsByClass = ReadonlyMap<string, number>

/** What is rare changes slowly, and counting everybody's signs is most of what a page of the queue costs. */
const KEPT_MS = 5000

/** How many signs of each class there are. */
export class ClassFrequencies {
  readonly #db: Db
  #ofAll: { atMs: number; counts: Promise<SignsByClass> } | null = null

  constructor(db: Db) {
    this.#db = db
  }

  /** @param userId whose; null: everybody's, as they were a few seconds ago at most. */
  count(userId: number | null): Promise<SignsByClass> {
    if (userId !== null) return countByClass(this.#db, Prisma.sql`s."userId" = ${userId}`)
    if (this.#ofAll === null || Date.now() - this.#ofAll.atMs > KEPT_MS) {
      const counts = countByClass(this.#db, Prisma.sql`1 = 1`)
      this.#ofAll = { atMs: Date.now(), counts }
      counts.catch(() => {
        this.#ofAll = null // the next one tries again
      })
    }
    return this.#ofAll.counts
  }
}

async function countByClass(db: Db, owned: Prisma.Sql): Promise<SignsByClass> {
  const rows = await db.$queryRaw<Array<{ classCode: string; signs: number | bigint }>>`
    SELECT s."classCode", COUNT(*) AS "signs" FROM "Sign" s WHERE ${owned}
    GROUP BY s."classCode" ORDER BY "signs", s."classCode"`
  return new Map(rows.map(({ classCode, signs }) => [classCode, Number(signs)]))
}
