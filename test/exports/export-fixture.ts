import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import type { RecordPage, Record as RecordView } from '../../src/contract/index.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { type AppOptions, startApp } from '../helpers/app.ts'
import { inserter } from '../records/record-fixture.ts'
import { readZip, type ZipEntry } from './readers.ts'

/** A server with users 1 to 3 beside the local one, whom its records may belong to. */
export async function openExports(t: Test, options: AppOptions = {}) {
  const running = await startApp(t, { analyzer: new ScriptedAnalyzer(), ...options })
  const { db, records } = running.parts
  for (const id of [1, 2, 3]) {
    await db.user.upsert({ where: { id }, create: { id, username: `user${id}` }, update: {} })
  }
  const store = (key: string, content: string | Uint8Array = `picture ${key}`) => {
    const path = join(running.config.mediaDir, key)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }
  const get = (query: string, headers: Record<string, string> = {}) =>
    fetch(`${running.origin}/api/exports?${query}`, { headers })
  const bytes = async (query: string, headers?: Record<string, string>) => {
    const answer = await get(query, headers)
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`)
    return Buffer.from(await answer.arrayBuffer())
  }
  const listed = async (): Promise<RecordView[]> => {
    const answer = await fetch(`${running.origin}/api/detections?limit=200`)
    return ((await answer.json()) as RecordPage).items
  }
  return {
    ...running,
    db,
    store,
    get,
    listed,
    insert: inserter(db, records),
    text: async (query: string) => (await bytes(query)).toString('utf8'),
    json: async (query: string) => JSON.parse((await bytes(query)).toString('utf8')),
    unzip: async (query: string) => entriesByName(readZip(await bytes(query))),
  }
}

export type Exports = Awaited<ReturnType<typeof openExports>>

function entriesByName(entries: ZipEntry[]): Map<string, ZipEntry> {
  const byName = new Map(entries.map((entry) => [entry.name, entry]))
  if (byName.size !== entries.length) throw new Error('a name appears twice')
  return byName
}

/** Unpacks an archive as people do. */
export function unpack(dir: string, entries: Map<string, ZipEntry>): void {
  for (const { name, bytes } of entries.values()) {
    mkdirSync(dirname(join(dir, name)), { recursive: true })
    writeFileSync(join(dir, name), bytes, { flag: 'wx' })
  }
}
