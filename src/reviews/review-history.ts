import type { ReviewedSign, ReviewRevisionPage, ReviewRevisionQuery } from '../contract/index.ts'
import type { Db } from '../db/index.ts'
import { AppError } from '../errors.ts'
import { personOf } from '../records/record-view.ts'

/** Revisions are whole documents, of any number: so many signs are enough for one page. */
const MAX_SIGNS_PER_PAGE = 5000
/** How many revisions are read at once. */
const ROUND = 10

/** Newest first. A page ends early where its revisions are large. @throws INVALID_CURSOR */
export async function listRevisions(
  db: Db,
  recordId: number,
  { cursor, limit = 50 }: ReviewRevisionQuery,
): Promise<ReviewRevisionPage> {
  const items: ReviewRevisionPage['items'] = []
  let before = cursor === undefined ? null : versionOf(cursor)
  let signs = 0
  for (;;) {
    const rows = await findBefore(db, recordId, before, ROUND + 1)
    for (const row of rows.slice(0, ROUND)) {
      if (items.length === limit || signs >= MAX_SIGNS_PER_PAGE) return { items, next_cursor: `v${before}` }
      const revision = toRevision(row)
      items.push(revision)
      signs += revision.signs.length
      before = row.version
    }
    if (rows.length <= ROUND) return { items, next_cursor: null }
  }
}

type RevisionRow = Awaited<ReturnType<typeof findBefore>>[number]

function findBefore(db: Db, recordId: number, before: number | null, take: number) {
  return db.reviewRevision.findMany({
    where: { recordId, ...(before !== null && { version: { lt: before } }) },
    orderBy: { version: 'desc' },
    take,
    include: { user: { select: { id: true, username: true } } },
  })
}

function toRevision({ version, state, user, createdAt, signs }: RevisionRow) {
  return { version, state, by: personOf(user), at: createdAt.toISOString(), signs: signs as unknown as ReviewedSign[] }
}

function versionOf(cursor: string): number {
  const match = /^v(\d{1,9})$/.exec(cursor)
  if (match === null) throw new AppError('INVALID_CURSOR')
  return Number(match[1])
}
