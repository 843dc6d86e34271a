import { join } from 'node:path'
import Database from 'libsql'

/**
 * Holds a directory for one server at a time: a second one would take the first one's drafts for leftovers. The lock is
 * SQLite's on an empty database, so the operating system ends it with the process, however that ends.
 * @returns what gives it back.
 * @throws Error in a sentence for people where another process holds it
 */
export function lockDirectory(dir: string): () => void {
  const lock = new Database(join(dir, '.lock'))
  try {
    lock.exec('PRAGMA busy_timeout = 0')
    lock.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    throw new Error(`Another server is using the directory ${dir}`, { cause })
  }
  return () => lock.close()
}
