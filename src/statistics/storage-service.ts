import type { StorageState } from '../contract/index.ts'
import { type Db, Prisma } from '../db/index.ts'
import { type Principal, requireRole } from '../users/principal.ts'
import { rowsInTurn } from './rows-in-turn.ts'

export interface StorageServiceDeps {
  db: Db
  /** The disk of the pictures. */
  disk: { space(): Promise<{ freeBytes: number; totalBytes: number }> }
  databaseBytes: () => Promise<number>
}

/** So many ids are looked at in one query. */
const SPAN = 20_000

interface Originals {
  files: number | bigint
  bytes: number | bigint | null
}

/** How much is stored. */
export class StorageService {
  readonly #deps: StorageServiceDeps

  constructor(deps: StorageServiceDeps) {
    this.#deps = deps
  }

  /** @throws PERMISSION_DENIED */
  async state(principal: Principal): Promise<StorageState> {
    requireRole(principal, 'administrator')
    const { db, disk, databaseBytes } = this.#deps
    const { freeBytes, totalBytes } = await disk.space()
    return {
      database_bytes: await databaseBytes(),
      records: await db.record.count(),
      ...(await this.#originals()),
      media_free_bytes: freeBytes,
      media_total_bytes: totalBytes,
    }
  }

  /** A source that several records show counts once, with the first of them. */
  async #originals(): Promise<Pick<StorageState, 'originals' | 'originals_bytes'>> {
    const { db } = this.#deps
    const { _min, _max } = await db.record.aggregate({ _min: { id: true }, _max: { id: true } })
    const sum = { originals: 0, originals_bytes: 0 }
    for (let from = _min.id ?? 1; from <= (_max.id ?? 0); from += SPAN) {
      const [span] = await rowsInTurn<Originals>(
        db,
        Prisma.sql`
          SELECT COUNT(*) AS "files", SUM(r."fileSize") AS "bytes" FROM "Record" r
          WHERE r."id" >= ${from} AND r."id" < ${from + SPAN} AND r."sourceKey" IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM "Record" f WHERE f."sourceKey" = r."sourceKey" AND f."id" < r."id")`,
      )
      sum.originals += Number(span?.files ?? 0)
      sum.originals_bytes += Number(span?.bytes ?? 0)
    }
    return sum
  }
}
