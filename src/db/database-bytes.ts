import { stat } from 'node:fs/promises'
import { pathOf } from './open-db.ts'

/** Bytes of a database's files: SQLite keeps what is new in a log beside it, and an index of the log. */
export async function databaseBytes(url: string): Promise<number> {
  const path = pathOf(url)
  const sizes = await Promise.all([path, `${path}-wal`, `${path}-shm`].map(sizeOf))
  return sizes.reduce((sum, size) => sum + size, 0)
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw err
  }
}
