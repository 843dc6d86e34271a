import { join } from 'node:path'
import { BareLoop } from './bare-loop.ts'
import { type Bench, type Row, row } from './bench.ts'
import { Client } from './client.ts'
import { ServerProcess } from './server-process.ts'
import { groupBy, median, percentile } from './statistics.ts'

const mode = 'accurate'

interface Sample {
  size: string
  saveResult: boolean
  bareMs: number
  addedMs: number
}

/**
 * What the server adds for one client at a time: the time of the whole request, upload and answer included, less what
 * decoding and detecting the same photo took in a bare process just before.
 */
export const latency: Bench = {
  name: 'latency',
  async run(context) {
    const photos = await context.photos()
    const server = await ServerProcess.start(context, { dir: join(context.dir, 'latency') })
    const bare = await BareLoop.start(context, 1)
    const client = new Client(server.port)
    try {
      const samples: Sample[] = []
      for (let round = -1; round < (context.isQuick ? 2 : 8); round++) {
        for (const { size, path, ...rest } of photos) {
          for (const saveResult of [false, true]) {
            const bareMs = await bare.time({ path, mode })
            const { ms } = await client.detect({ size, path, ...rest }, { mode, saveResult })
            if (round >= 0) samples.push({ size, saveResult, bareMs, addedMs: ms - bareMs }) // the first warms up
          }
        }
      }
      return rowsOf(samples)
    } finally {
      client.close()
      await Promise.all([bare.stop(), server.stop()])
    }
  },
}

function rowsOf(samples: Sample[]): Row[] {
  const rows: Row[] = []
  for (const saveResult of [false, true]) {
    const ours = samples.filter((sample) => sample.saveResult === saveResult)
    const name = saveResult ? 'result drawn and kept (default)' : 'save_result=false'
    const added = ours.map(({ addedMs }) => addedMs)
    const p95 = `p95 ${percentile(added, 0.95).toFixed(1)} ms`
    rows.push(row(`${name}: added, p50`, median(added), 'ms', { atMost: 15 }, p95))
    for (const [size, group] of groupBy(ours, (sample) => sample.size)) {
      const bareMs = median(group.map((sample) => sample.bareMs))
      const addedMs = median(group.map((sample) => sample.addedMs))
      rows.push(row(`${name}: ${size}, added, p50`, addedMs, 'ms', null, `over ${bareMs.toFixed(0)} ms bare`))
    }
  }
  return rows
}
