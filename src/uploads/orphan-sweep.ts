import type { Db } from '../db/index.ts'
import type { Folder } from '../storage/file-store.ts'

interface SweptStore {
  newestKeys(folder: Folder, days: number): Promise<string[]>
  remove(key: string): Promise<void>
}

/** Days of files to look through: a crash leaves its orphans in the day it happened on, or the one before. */
const DAYS = 2

/**
 * Removes files whose row was never written: a process that was killed between a rename and its transaction leaves one.
 * To be called before anything else writes.
 * @returns how many there were.
 */
export async function removeOrphans(db: Db, files: SweptStore): Promise<number> {
  const known: Record<Folder, (keys: string[]) => Promise<string[]>> = {
    uploads: async (keys) => [
      ...(await db.upload.findMany({ where: { key: { in: keys } }, select: { key: true } })).map(({ key }) => key),
      ...(await db.record.findMany({ where: { sourceKey: { in: keys } }, select: { sourceKey: true } })).map(
        ({ sourceKey }) => sourceKey ?? '',
      ),
    ],
    detection_results: async (keys) =>
      (await db.record.findMany({ where: { resultKey: { in: keys } }, select: { resultKey: true } })).map(
        ({ resultKey }) => resultKey ?? '',
      ),
    thumbnails: async (keys) =>
      (await db.record.findMany({ where: { thumbnailKey: { in: keys } }, select: { thumbnailKey: true } })).map(
        ({ thumbnailKey }) => thumbnailKey ?? '',
      ),
    videos: async (keys) =>
      (await db.record.findMany({ where: { videoKey: { in: keys } }, select: { videoKey: true } })).map(
        ({ videoKey }) => videoKey ?? '',
      ),
    crops: async (keys) =>
      (await db.signTrack.findMany({ where: { cropKey: { in: keys } }, select: { cropKey: true } })).map(
        ({ cropKey }) => cropKey ?? '',
      ),
  }
  let removed = 0
  for (const folder of Object.keys(known) as Folder[]) {
    const keys = await files.newestKeys(folder, DAYS)
    for (let i = 0; i < keys.length; i += 500) {
      const some = keys.slice(i, i + 500)
      const rows = new Set(await known[folder](some))
      for (const key of some.filter((candidate) => !rows.has(candidate))) {
        await files.remove(key)
        removed++
      }
    }
  }
  return removed
}
