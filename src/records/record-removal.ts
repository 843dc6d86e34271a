import type { Db, Tx } from '../db/index.ts'
import { AppError } from '../errors.ts'
import type { RecordRow } from './record-view.ts'

/** What removal needs of the file store. Removing what is not there is fine. */
export interface RemovableFiles {
  remove(key: string): Promise<void>
}

/** How many rows one round of `finishRemovals` takes. */
const ROUND = 500

/**
 * Deletes a record with its signs and notes in the same transaction the files that nobody needs any more.
 * @returns the keys of those files, for `removeFiles` after the commit.
 * @throws RECORD_NOT_FOUND when another request was quicker
 */
export async function deleteRecord(tx: Tx, record: Omit<RecordRow, 'signs'>): Promise<string[]> {
  // A write comes first: it takes SQLite's write lock, which a transaction that has read may no longer get.
  const { count } = await tx.record.deleteMany({ where: { id: record.id } })
  if (count === 0) throw new AppError('RECORD_NOT_FOUND', { record_id: record.id })
  const drawn = [record.resultKey, record.thumbnailKey].filter((key) => key !== null)
  await noteRemovals(tx, drawn)
  return record.sourceKey === null ? drawn : [...(await dropSource(tx, record.sourceKey)), ...drawn]
}

/**
 * Gives an uploaded file up, unless a record shows it or an unfinished task is going to read it.
 * @returns its key for `removeFiles` after the commit, or nothing where it is still needed.
 */
export async function dropSource(tx: Tx, key: string): Promise<string[]> {
  if ((await tx.record.count({ where: { sourceKey: key } })) > 0) return []
  const { count } = await tx.upload.deleteMany({
    where: { key, tasks: { none: { status: { in: ['queued', 'processing'] } } } },
  })
  if (count === 0 && (await tx.upload.count({ where: { key } })) > 0) return []
  await noteRemovals(tx, [key])
  return [key]
}

async function noteRemovals(tx: Tx, keys: string[]): Promise<void> {
  for (const key of keys) await tx.fileRemoval.upsert({ where: { key }, create: { key }, update: {} })
}

/** Removes files whose rows are gone, each note only after its file: a crash in between leaves the note. */
export async function removeFiles(db: Db, files: RemovableFiles, keys: string[]): Promise<void> {
  for (const key of keys) {
    await files.remove(key)
    await db.fileRemoval.deleteMany({ where: { key } })
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
