import { join } from 'node:path'
import { type Bench, type Context, type Row, row } from './bench.ts'
import { Client } from './client.ts'
import { ServerProcess } from './server-process.ts'
import { SocketCrowd } from './socket-crowd.ts'
import { percentile } from './statistics.ts'

const sizes = [
  { sockets: 1000, target: { atMost: 50 } },
  { sockets: 5000, target: null },
]

/** One notification to everyone: from the moment its request is sent until each socket has it. */
export const broadcast: Bench = {
  name: 'broadcast',
  async run(context) {
    const rows: Row[] = []
    for (const { sockets, target } of sizes) {
      const { delays, missing } = await measure(context, sockets)
      const name = `${sockets} sockets`
      const note = missing === 0 ? `${delays.length} receipts` : `${missing} receipts missing`
      rows.push(
        row(`${name}: p50`, percentile(delays, 0.5), 'ms'),
        row(`${name}: p99`, percentile(delays, 0.99), 'ms', target, note),
        row(`${name}: max`, Math.max(...delays), 'ms'),
      )
    }
    return rows
  },
}

async function measure(context: Context, sockets: number) {
  const server = await ServerProcess.start(context, { dir: join(context.dir, `broadcast-${sockets}`) })
  const crowd = new SocketCrowd(context, server.port)
  const client = new Client(server.port)
  try {
    await crowd.open(sockets)
    context.log(`${sockets} sockets are open`)
    const delays: number[] = []
    let missing = 0
    for (let round = -2; round < (context.isQuick ? 3 : 10); round++) {
      let sentMs = 0
      const marker = `bench-${round}-${Date.now()}`
      const { receivedMs, open } = await crowd.hear(marker, async () => {
        sentMs = Number(process.hrtime.bigint()) / 1e6
        await client.postJson('/api/notifications', notice(marker))
      })
      if (round < 0) continue // compiling and growing buffers
      for (const at of receivedMs) delays.push(at - sentMs)
      missing += sockets - receivedMs.length + (sockets - open)
    }
    return { delays, missing }
  } finally {
    client.close()
    await crowd.close()
    await server.stop()
  }
}

function notice(marker: string) {
  const expires_at = new Date(Date.now() + 600_000).toISOString()
  return { title: '系统维护通知', message: `系统将于今晚升级维护 ${marker}`, category: 'maintenance', expires_at }
}
