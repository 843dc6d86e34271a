import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { encodeRecordCursor } from '../src/records/record-cursor.ts'
import { type Bench, type Row, row } from './bench.ts'
import { Client } from './client.ts'
import { type Filled, fillRecords } from './fill-records.ts'
import { ServerProcess } from './server-process.ts'
import { median, percentile } from './statistics.ts'

/** Queues count before they show a page. */
const targets = {
  page: { atMost: 50 },
  jump: { atMost: 50 },
  counts: { atMost: 150 },
  queue: { atMost: 150 },
  statistics: { atMost: 400 },
}

/** A page of records, the counts, the queue of reviews and the statistics, over HTTP, where there are very many; one client. */
export const records: Bench = {
  name: 'records',
  async run(context) {
    const dir = join(context.dir, 'records')
    mkdirSync(dir)
    const startedMs = performance.now()
    const filled = await fillRecords(`file:${join(dir, 'data.db')}`, context.isQuick ? 10_000 : 100_000)
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0)
    context.log(`${filled.records} records and ${filled.signs} signs written in ${seconds} s`)
    const server = await ServerProcess.start(context, { dir, env: { TASK_RETENTION_DAYS: '36500' } })
    const client = new Client(server.port)
    try {
      const rows: Row[] = []
      for (const [name, path] of Object.entries(pathsOf(filled))) {
        const times: number[] = []
        for (let i = -10; i < (context.isQuick ? 10 : 40); i++) {
          if (i === 0) await server.resetLag()
          const { ms } = await client.get(path)
          if (i >= 0) times.push(ms)
        }
        const target = targets[name.split(':', 1)[0] as keyof typeof targets]
        const { max } = await server.lag()
        const note = `p50 ${median(times).toFixed(1)} ms, event loop held for ${max.toFixed(0)} ms at most`
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
  const deep = encodeRecordCursor('newest', { id: Math.round(total / 10), value: null })
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
    ...jumpsOf({ total, common, userId, month }),
    'counts: all': '/api/detections/counts',
    'counts: common class': `/api/detections/counts?class=${common}`,
    'counts: rare class': `/api/detections/counts?class=${rare}`,
    'counts: one user': `/api/detections/counts?user_id=${userId}`,
    'counts: one month': `/api/detections/counts?${month}`,
    'counts: confident': '/api/detections/counts?min_confidence=0.9',
    'counts: reviewed': '/api/detections/counts?review=reviewed',
    'queue: uncertain': '/api/reviews/queue?order=uncertain',
    'queue: rare': '/api/reviews/queue?order=rare',
    'queue: newest': '/api/reviews/queue?order=newest',
    'queue: oldest': '/api/reviews/queue?order=oldest',
    'queue: uncertain, deep': `/api/reviews/queue?order=uncertain&offset=${Math.round(total / 2)}`,
    'queue: rare, deep': `/api/reviews/queue?order=rare&offset=${Math.round(total / 2)}`,
    'queue: uncertain, one user': `/api/reviews/queue?order=uncertain&user_id=${userId}`,
    'queue: uncertain, common class': `/api/reviews/queue?order=uncertain&class=${common}`,
    'queue: rare, common class': `/api/reviews/queue?order=rare&class=${common}`,
    'queue: uncertain, confident': '/api/reviews/queue?order=uncertain&min_confidence=0.9',
    'queue: rare, one month': `/api/reviews/queue?order=rare&${month}`,
    'queue: rare, file name': '/api/reviews/queue?order=rare&file_name=street-4242',
    'statistics: all': '/api/statistics',
    'statistics: common class': `/api/statistics?class=${common}`,
    'statistics: one user': `/api/statistics?user_id=${userId}`,
    'statistics: one month': `/api/statistics?${month}`,
    'statistics: confident': '/api/statistics?min_confidence=0.9',
    'statistics: file name': '/api/statistics?file_name=42',
  }
}

/** To the middle of what matches, in each order, as somebody who pulls the scroll bar does. */
function jumpsOf({ total, common, userId, month }: { total: number; common: string; userId: number; month: string }) {
  /** With the share of the records that match, roughly. */
  const filters: Record<string, [query: string, share: number]> = {
    all: ['', 1],
    'one user': [`&user_id=${userId}`, 0.05],
    'common class': [`&class=${common}`, 0.35],
    'four classes': [`&class=${common},c1,c2,c3`, 0.65],
    'one category': ['&category=prohibitory', 0.6],
    confident: ['&min_confidence=0.9', 0.4],
    'one month': [`&${month}`, 0.08],
    'not reviewed': ['&review=unreviewed', 0.7],
    'not reviewed, common class': [`&review=unreviewed&class=${common}`, 0.25],
    'file name': ['&file_name=street', 1],
  }
  const orders = ['newest', 'oldest', 'most_signs', 'least_confident']
  return Object.fromEntries(
    orders.flatMap((order) =>
      Object.entries(filters).map(([name, [query, share]]) => {
        const offset = Math.round((total * share) / 2)
        return [`jump: ${order}, ${name}`, `/api/detections?order=${order}&newest_id=${total}&offset=${offset}${query}`]
      }),
    ),
  )
}
