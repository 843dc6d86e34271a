import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Bench, type Context, type Row, row } from './bench.ts'
import { Client } from './client.ts'
import { childrenOf, type Memory, memoryOf, sum } from './process-stats.ts'
import { ServerProcess } from './server-process.ts'
import { SocketCrowd } from './socket-crowd.ts'
import { inTurn } from './statistics.ts'

const sockets = 1000
/** Opened before the first look: what the first sockets of a process load and compile is not theirs. */
const firstSockets = 100
const sampleEveryMs = 200

/** What the server and its detectors hold at rest, for each idle socket, and under load. */
export const memory: Bench = {
  name: 'memory',
  async run(context) {
    const server = await ServerProcess.start(context, { dir: join(context.dir, 'memory') })
    try {
      await server.settle()
      const rest = look(server.pid)
      const rows = rowsOf('at rest', rest)
      rows.push(...(await measureSockets(context, server)))
      rows.push(...rowsOf('peak under load', await peakUnderLoad(context, server)))
      await server.settle()
      rows.push(...rowsOf('at rest after the load', look(server.pid)))
      return rows
    } finally {
      await server.stop()
    }
  },
}

interface Look {
  server: Memory
  detectors: Memory
}

function look(pid: number): Look {
  return { server: memoryOf(pid), detectors: sum(childrenOf(pid).map(memoryOf)) }
}

async function measureSockets(context: Context, server: ServerProcess): Promise<Row[]> {
  const crowd = new SocketCrowd(context, server.port)
  try {
    await crowd.open(firstSockets)
    await server.settle()
    const before = memoryOf(server.pid)
    await crowd.open(sockets)
    await server.settle()
    const after = memoryOf(server.pid)
    const pss = (after.pss - before.pss) / sockets
    const note = `RSS ${((after.rss - before.rss) / sockets).toFixed(1)} KiB; ${sockets} sockets, garbage collected`
    return [row('each idle socket, PSS', pss, 'KiB', { atMost: 40 }, note)]
  } finally {
    await crowd.close()
  }
}

async function peakUnderLoad(context: Context, server: ServerProcess): Promise<Look> {
  const photos = await context.photos()
  const client = new Client(server.port)
  const jobs = Array.from({ length: context.isQuick ? 18 : 72 }, (_, i) => photos[i % photos.length]!)
  let isOver = false
  const load = inTurn(jobs, 8, async (photo) => {
    await client.detect(photo, { mode: 'accurate', saveResult: true })
  }).finally(() => {
    isOver = true
  })
  const peak = look(server.pid)
  while (!isOver) {
    const now = look(server.pid)
    if (now.server.pss > peak.server.pss) peak.server = now.server
    if (now.detectors.pss > peak.detectors.pss) peak.detectors = now.detectors
    await Promise.race([load, sleep(sampleEveryMs)])
  }
  await load
  client.close()
  return peak
}

function rowsOf(when: string, { server, detectors }: Look): Row[] {
  const mib = (what: string, { rss, pss }: Memory) =>
    row(`${when}: ${what}, PSS`, pss / 1024, 'MiB', null, `RSS ${(rss / 1024).toFixed(0)} MiB`)
  return [mib('server', server), mib('all detectors', detectors)]
}
