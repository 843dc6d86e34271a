/** `npm run bench -- [names] [--quick] [--json FILE] [--minutes N] [--cpu-prof DIR]`; README.md says what is measured. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { packageRoot } from '../src/package-root.ts'
import { type Bench, type Context, isReached, type Row } from './bench.ts'
import { broadcast } from './broadcast.ts'
import { Children } from './children.ts'
import { latency } from './latency.ts'
import { loopLag } from './loop-lag.ts'
import { memory } from './memory.ts'
import { drawPhotos, type Photo } from './photos.ts'
import { realtime } from './realtime.ts'
import { records } from './records.ts'
import { start } from './start.ts'
import { tableOf } from './table.ts'
import { throughput } from './throughput.ts'
import { video } from './video.ts'
import { webScroll } from './web-scroll.ts'

const benches: Bench[] = [start, throughput, latency, realtime, loopLag, broadcast, records, webScroll, video, memory]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean' },
    json: { type: 'string' },
    minutes: { type: 'string' },
    'cpu-prof': { type: 'string' },
  },
})
const unknown = positionals.find((name) => !benches.some((bench) => bench.name === name))
if (unknown !== undefined) {
  process.stderr.write(`There is no bench ${unknown}; there are ${benches.map(({ name }) => name).join(', ')}.\n`)
  process.exit(2)
}

const children = new Children()
const dir = mkdtempSync(join(tmpdir(), 'hzsystem-bench-'))
const startedAt = new Date()
process.on('exit', () => {
  children.killAll()
  rmSync(dir, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

const results: Record<string, Row[]> = {}
const context = makeContext()
for (const bench of benches) {
  if (positionals.length > 0 && !positionals.includes(bench.name)) continue
  context.log(`${bench.name} …`)
  results[bench.name] = await bench.run(context)
  process.stdout.write(`\n${bench.name}\n${tableOf(results[bench.name]!)}\n\n`)
}
writeResults()
process.exit()

function makeContext(): Context {
  let photos: Promise<Photo[]> | null = null
  return {
    isQuick: values.quick === true,
    dir,
    children,
    processes: cpus().length,
    videoMinutes: values.minutes === undefined ? null : Number(values.minutes),
    cpuProfileDir: values['cpu-prof'] === undefined ? null : resolve(values['cpu-prof']),
    photos: () => {
      photos ??= drawPhotos(dir)
      return photos
    },
    log: (text) => process.stderr.write(`  ${text}\n`),
  }
}

function writeResults(): void {
  const name = `${startedAt.toISOString().replaceAll(':', '-').slice(0, 19)}.json`
  const path = values.json === undefined ? join(packageRoot, 'bench', 'results', name) : resolve(values.json)
  const machine = { cores: cpus().length, cpu: cpus()[0]?.model ?? '', node: process.version }
  const rows = Object.entries(results).flatMap(([bench, all]) =>
    all.map((row) => ({ bench, ...row, reached: isReached(row) })),
  )
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify({ startedAt, isQuick: values.quick === true, machine, rows }, null, 2)}\n`)
  process.stdout.write(`Written to ${path}\n`)
}
