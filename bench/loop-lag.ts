import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Bench, row } from './bench.ts'
import { Client } from './client.ts'
import { ServerProcess } from './server-process.ts'
import { inTurn, percentile } from './statistics.ts'

const pingEveryMs = 20

/** How late the server's event loop is while every detector is busy and eight clients upload. */
export const loopLag: Bench = {
  name: 'loop-lag',
  async run(context) {
    const photos = await context.photos()
    const server = await ServerProcess.start(context, { dir: join(context.dir, 'loop-lag') })
    const client = new Client(server.port)
    const jobs = Array.from({ length: context.isQuick ? 24 : 96 }, (_, i) => photos[i % photos.length]!)
    const detect = (count: number) =>
      inTurn(jobs.slice(0, count), 8, async (photo) => {
        await client.detect(photo, { mode: 'fast', saveResult: true })
      })
    try {
      await detect(12)
      await server.resetLag()
      const load = detect(jobs.length)
      const pings = await pingUntil(load, server.port)
      const { p50, p99, max } = await server.lag()
      const note = `p50 ${p50.toFixed(1)} ms, max ${max.toFixed(1)} ms; sampled every millisecond in the process`
      return [
        row('event loop, p99', p99, 'ms', { atMost: 50 }, note),
        row('GET /health/live, p50', percentile(pings, 0.5), 'ms', null, `${pings.length} requests`),
        row('GET /health/live, p99', percentile(pings, 0.99), 'ms', null, 'the wait for a core included'),
      ]
    } finally {
      client.close()
      await server.stop()
    }
  },
}

/** What an outsider sees of it: how long the cheapest request takes. */
async function pingUntil(end: Promise<void>, port: number): Promise<number[]> {
  const client = new Client(port)
  const pings: number[] = []
  let isOver = false
  const over = end.finally(() => {
    isOver = true
  })
  while (!isOver) {
    pings.push((await client.get('/health/live')).ms)
    await sleep(pingEveryMs)
  }
  await over
  client.close()
  return pings
}
