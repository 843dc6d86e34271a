import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunningApp } from './app.ts'

export const nothing = { files: [], uploads: 0, tasks: 0, records: 0 }

/** All that requests have left behind: files, drafts included, by their place in the media directory, and rows. */
export async function leftovers({ config, parts: { db } }: Pick<RunningApp, 'config' | 'parts'>) {
  const [uploads, tasks, records] = await Promise.all([db.upload.count(), db.task.count(), db.record.count()])
  return { files: await filesIn(config.mediaDir), uploads, tasks, records }
}

export async function filesIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const names = files.map((entry) => relative(dir, join(entry.parentPath, entry.name)))
  // The store's own lock says which server uses the directory, and stays.
  return names.filter((name) => !name.startsWith('.lock')).sort()
}

/** Asks again until the answer fits, for what no message tells of; fails after `limitMs`. */
export async function eventually<T>(
  ask: () => Promise<T> | T,
  fits: (answer: T) => boolean,
  limitMs = 10_000,
): Promise<T> {
  const deadline = Date.now() + limitMs
  for (;;) {
    const answer = await ask()
    if (fits(answer)) return answer
    if (Date.now() > deadline) throw new Error(`not within ${limitMs} ms; at last ${JSON.stringify(answer)}`)
    await sleep(10)
  }
}
