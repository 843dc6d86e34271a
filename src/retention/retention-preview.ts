import type { Db } from '../db/index.ts'
import { bytesOf, type SizedFiles } from './bytes.ts'
import { type Cutoffs, noTally, type Tally } from './cutoffs.ts'
import { countReviewed, hasOriginals, type OldRecord, oldRecords } from './old-records.ts'

const BATCH = 200

/** What a run would delete now. Nothing changes. */
export async function previewRetention(db: Db, files: SizedFiles, cutoffs: Cutoffs) {
  return {
    records: cutoffs.records === null ? noTally() : await tally(db, files, cutoffs, 'records', cutoffs.records),
    originals: cutoffs.originals === null ? noTally() : await tally(db, files, cutoffs, 'originals', cutoffs.originals),
  }
}

async function tally(db: Db, files: SizedFiles, cutoffs: Cutoffs, kind: keyof Cutoffs, before: Date): Promise<Tally> {
  const sum = noTally()
  // Whole records go first: what is left of older ones is for them to count.
  const from = kind === 'originals' ? cutoffs.records : null
  const counted = new Set<string>()
  for await (const batch of oldRecords(db, { from, before, batch: BATCH })) {
    const going = kind === 'originals' ? batch.filter(hasOriginals) : batch
    const drawn = going.flatMap(({ resultKey, videoKey, thumbnailKey }) => {
      return [resultKey, videoKey, kind === 'records' ? thumbnailKey : null]
    })
    const sources = (await unneededSources(db, going, before)).filter((key) => !counted.has(key))
    for (const key of sources) counted.add(key)
    sum.records += going.length
    sum.reviewed += countReviewed(going)
    sum.bytes += await bytesOf(files, [...sources, ...drawn.filter((key) => key !== null)])
  }
  return sum
}

/** Those that no younger record shows and no unfinished task is going to read. */
async function unneededSources(db: Db, records: OldRecord[], before: Date): Promise<string[]> {
  const keys = [...new Set(records.map(({ sourceKey }) => sourceKey).filter((key) => key !== null))]
  const shown = await db.record.findMany({
    where: { sourceKey: { in: keys }, createdAt: { gte: before } },
    select: { sourceKey: true },
  })
  const read = await db.upload.findMany({
    where: { key: { in: keys }, tasks: { some: { status: { in: ['queued', 'processing'] } } } },
    select: { key: true },
  })
  const needed = new Set<string | null>([...shown.map(({ sourceKey }) => sourceKey), ...read.map(({ key }) => key)])
  return keys.filter((key) => !needed.has(key))
}
