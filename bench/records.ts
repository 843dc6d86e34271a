import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { encodeRecordCursor } from '../src/records/record-cursor.ts'
import { type Bench, type Row, row } from './bench.ts'
import { Client } from './client.ts'
import { type Filled, fillRecords } from './fill-records.ts'
import { ServerProcess } from './server-process.ts'
import { median, percentile } from './statistics.ts'

const pageTarget = { atMost: 50 }
const countsTarget = { atMost: 150 }

/** A page of records and the counts, over HTTP, where there are very many; one client. */
export const records: Bench = {
  name: 'records',
  async run(context) {
    const dir = join(context.dir, 'records')
    mkdirSync(dir)
    const startedMs = performance.now()
    const filled = await fillRecords(`file:${join(dir, 'data.db')}`, context.isQuick ? 10_000 : 100_000)
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0)
    context.log(`${filled.records} records and ${filled.signs} signs written in ${seconds} s`)
    const server = await ServerProcess.start(context, { dir })
    const client = new Client(server.port)
    try {
      const rows: Row[] = []
      for (const [name, path] of Object.entries(pathsOf(filled))) {
        const times: number[] = []
        for (let i = -10; i < (context.isQuick ? 10 : 40); i++) {
          const { ms } = await client.get(path)
          if (i >= 0) times.push(ms)
        }
        const target = name.startsWith('counts') ? countsTarget : pageTarget
        const note = `p50 ${median(times).toFixed(1)} ms; ${filled.records} records`
        rows.push(row(`${name}, p95`, percentile(times, 0.95), 'ms', target, note))
      }
      return rows
    } finally {
      client.close()
      await server.stop()
    }
  },
}

function pathsOf({ records: total, common, rare, userId }: Filled): Record<string, string> {
  const deep = encodeRecordCursor(Math.round(total / 10))
  const month = 'from=2026-06-01T00:00:00Z&to=2026-07-01T00:00:00Z'
  return {
    'page: newest': '/api/detections',
    'page: deep': `/api/detections?cursor=${deep}`,
    'page: common class': `/api/detections?class=${common}`,
    'page: rare class': `/api/detections?class=${rare}`,
    'page: one user': `/api/detections?user_id=${userId}`,
    'page: one user, common class, confident': `/api/detections?user_id=${userId}&class=${common}&min_confidence=0.9`,
    'page: one month': `/api/detections?${month}`,
    'page: file name': '/api/detections?file_name=street-4242',
    'counts: all': '/api/detections/counts',
    'counts: common class': `/api/detections/counts?class=${common}`,
    'counts: rare class': `/api/detections/counts?class=${rare}`,
    'counts: one user': `/api/detections/counts?user_id=${userId}`,
    'counts: one month': `/api/detections/counts?${month}`,
    'counts: confident': '/api/detections/counts?min_confidence=0.9',
  }
}
