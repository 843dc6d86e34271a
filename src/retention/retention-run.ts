import type { Db } from '../db/index.ts'
import type { EventLog } from '../events/event-log.ts'
import {
  deleteOriginals,
  deleteRecords,
  type RemovableFiles,
  type Removal,
  removeFiles,
} from '../records/record-removal.ts'
import { bytesOf, type SizedFiles } from './bytes.ts'
import { type Cutoffs, noTally, type Tally } from './cutoffs.ts'
import { countReviewed, hasOriginals, type OldRecord, oldRecords } from './old-records.ts'

export interface RetentionRunDeps {
  db: Db
  events: EventLog
  files: SizedFiles & RemovableFiles
  /** Told of a file that could not be removed; `finishRemovals` tries again. */
  onError: (err: unknown) => void
}

/** One transaction deletes so many: others wait for its end. */
const BATCH = 50

/**
 * Deletes what is too old, whole records first, in small batches, each of which is whole or not at all: a crash leaves
 * the rest for the next run, and the files of the last batch for `finishRemovals`.
 * @param signal ends it after the batch it is at.
 */
export async function runRetention(deps: RetentionRunDeps, cutoffs: Cutoffs, signal: AbortSignal) {
  const records = noTally()
  const originals = noTally()
  if (cutoffs.records !== null) {
    for await (const batch of oldRecords(deps.db, { from: null, before: cutoffs.records, batch: BATCH })) {
      if (signal.aborted) break
      const removal = await deps.events.transact((tx, emit) => deleteRecords(tx, emit, batch))
      await finish(deps, records, batch, removal)
    }
  }
  if (cutoffs.originals !== null) {
    for await (const batch of oldRecords(deps.db, { from: null, before: cutoffs.originals, batch: BATCH })) {
      if (signal.aborted) break
      const going = batch.filter(hasOriginals)
      if (going.length === 0) continue
      const removal = await deps.events.transact((tx) => deleteOriginals(tx, going))
      await finish(deps, originals, going, removal)
    }
  }
  return { records, originals }
}

/** The rows are gone whatever becomes of their files. */
async function finish({ db, files, onError }: RetentionRunDeps, tally: Tally, batch: OldRecord[], removal: Removal) {
  const ids = new Set(removal.recordIds)
  const gone = batch.filter(({ id }) => ids.has(id))
  tally.records += gone.length
  tally.reviewed += countReviewed(gone)
  tally.bytes += await bytesOf(files, removal.keys)
  await removeFiles(db, files, removal.keys).catch(onError)
}
