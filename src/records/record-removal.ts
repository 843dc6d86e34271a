import { type Db, Prisma, type Tx } from '../db/index.ts'
import type { Emit } from '../events/event-log.ts'

/** What removal needs to know of a record. */
export interface RemovableRecord {
  id: number
  userId: number
  sourceKey: string | null
  resultKey: string | null
  thumbnailKey: string | null
  videoKey: string | null
}

export interface Removal {
  /** Those of the records that were still there. */
  recordIds: number[]
  /** Files that nobody needs any more, for `removeFiles` after the commit. */
  keys: string[]
}

/** What removal needs of the file store. Removing what is not there is fine. */
export interface RemovableFiles {
  remove(key: string): Promise<void>
}

const FILES_AT_ONCE = 50

/** How many rows one round of `finishRemovals` takes. */
const ROUND = 500

/**
 * Deletes records with their signs, tells each owner, and notes in the same transaction the files that nobody needs any
 * more. A few statements, however many records: other requests wait for the transaction's end.
 */
export async function deleteRecords(tx: Tx, emit: Emit, records: RemovableRecord[]): Promise<Removal> {
  if (records.length === 0) return { recordIds: [], keys: [] }
  // A write comes first: it takes SQLite's write lock, which a transaction that has read may no longer get.
  const crops = await takeTracks(tx, records)
  const deleted = await tx.$queryRaw<Array<{ id: number }>>`
    DELETE FROM "Record" WHERE "id" IN (${Prisma.join(records.map(({ id }) => id))}) RETURNING "id"`
  const ids = new Set(deleted.map(({ id }) => Number(id)))
  const gone = records.filter(({ id }) => ids.has(id))
  for (const userId of new Set(gone.map((record) => record.userId))) {
    const own = gone.filter((record) => record.userId === userId)
    await emit({ type: 'records_removed', userId, data: { record_ids: own.map(({ id }) => id) } })
  }
  const ofRecords = gone.flatMap((record) => [record.resultKey, record.thumbnailKey, record.videoKey])
  const drawn = [...ofRecords, ...crops].filter((key) => key !== null)
  await noteRemovals(tx, drawn)
  const sources = new Set(gone.map(({ sourceKey }) => sourceKey).filter((key) => key !== null))
  return { recordIds: gone.map(({ id }) => id), keys: [...(await dropSources(tx, [...sources])), ...drawn] }
}

/** Deletes the tracks of videos, before their records would take them along without a word. @returns the keys of their crops. */
async function takeTracks(tx: Tx, records: RemovableRecord[]): Promise<Array<string | null>> {
  const rows = await tx.$queryRaw<Array<{ cropKey: string | null }>>`
    DELETE FROM "SignTrack" WHERE "recordId" IN (${Prisma.join(records.map(({ id }) => id))}) RETURNING "cropKey"`
  return rows.map(({ cropKey }) => cropKey)
}

/**
 * Gives the sources and the drawn pictures of records up; the records stay, with their thumbnails. Notes the files that
 * nobody needs any more in the same transaction.
 */
export async function deleteOriginals(tx: Tx, records: RemovableRecord[]): Promise<Removal> {
  if (records.length === 0) return { recordIds: [], keys: [] }
  const recordIds = records.map(({ id }) => id)
  await tx.record.updateMany({
    where: { id: { in: recordIds } },
    data: { sourceKey: null, resultKey: null, videoKey: null },
  })
  const drawn = records.flatMap(({ resultKey, videoKey }) => [resultKey, videoKey]).filter((key) => key !== null)
  await noteRemovals(tx, drawn)
  const sources = new Set(records.map(({ sourceKey }) => sourceKey).filter((key) => key !== null))
  return { recordIds, keys: [...(await dropSources(tx, [...sources])), ...drawn] }
}

/** As `dropSources`, of one file. */
export async function dropSource(tx: Tx, key: string): Promise<string[]> {
  return dropSources(tx, [key])
}

/**
 * Gives uploaded files up, unless a record shows them or an unfinished task is going to read them.
 * @returns the keys of those given up, for `removeFiles` after the commit.
 */
async function dropSources(tx: Tx, keys: string[]): Promise<string[]> {
  const shown = await tx.record.findMany({ where: { sourceKey: { in: keys } }, select: { sourceKey: true } })
  const needed = new Set<string | null>(shown.map(({ sourceKey }) => sourceKey))
  const hidden = keys.filter((key) => !needed.has(key))
  await tx.upload.deleteMany({
    where: { key: { in: hidden }, tasks: { none: { status: { in: ['queued', 'processing'] } } } },
  })
  const awaited = await tx.upload.findMany({ where: { key: { in: hidden } }, select: { key: true } })
  for (const { key } of awaited) needed.add(key)
  const unneeded = hidden.filter((key) => !needed.has(key))
  await noteRemovals(tx, unneeded)
  return unneeded
}

async function noteRemovals(tx: Tx, keys: string[]): Promise<void> {
  if (keys.length === 0) return
  const now = new Date()
  const rows = keys.map((key) => Prisma.sql`(${key}, ${now})`)
  await tx.$executeRaw`
    INSERT INTO "FileRemoval" ("key", "createdAt") VALUES ${Prisma.join(rows)} ON CONFLICT ("key") DO NOTHING`
}

/** Removes files whose rows are gone, their notes only after them: a crash in between leaves the note. */
export async function removeFiles(db: Db, files: RemovableFiles, keys: string[]): Promise<void> {
  for (let start = 0; start < keys.length; start += FILES_AT_ONCE) {
    const some = keys.slice(start, start + FILES_AT_ONCE)
    await Promise.all(some.map((key) => files.remove(key)))
    await db.fileRemoval.deleteMany({ where: { key: { in: some } } })
  }
}

/**
 * Finishes what a crash left between a commit and the removal of files.
 * @param onError told of a file that cannot be removed; the others are, and it is tried again at the next call.
 * @returns how many files were removed.
 */
export async function finishRemovals(db: Db, files: RemovableFiles, onError: (err: unknown) => void): Promise<number> {
  let removed = 0
  let after = ''
  for (;;) {
    const rows = await db.fileRemoval.findMany({ where: { key: { gt: after } }, orderBy: { key: 'asc' }, take: ROUND })
    for (const { key } of rows) {
      await removeFiles(db, files, [key]).then(() => {
        removed++
      }, onError)
    }
    if (rows.length < ROUND) return removed
    after = rows.at(-1)?.key ?? after
  }
}
