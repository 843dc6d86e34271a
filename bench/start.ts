import { join } from 'node:path'
import { type Bench, row } from './bench.ts'
import { ServerProcess } from './server-process.ts'
import { median, spread } from './statistics.ts'

const target = { atMost: 3 }

/** From the start of the process until /health/ready says that it is. */
export const start: Bench = {
  name: 'start',
  async run(context) {
    const first: number[] = []
    const second: number[] = []
    for (let round = 0; round < (context.isQuick ? 1 : 3); round++) {
      const dir = join(context.dir, `start-${round}`)
      for (const times of [first, second]) {
        const server = await ServerProcess.start(context, { dir })
        times.push(server.secondsToReady)
        await server.stop()
      }
    }
    return [
      row('first, in an empty directory', median(first), 's', target, spread(first)),
      row('second', median(second), 's', target, spread(second)),
    ]
  },
}
