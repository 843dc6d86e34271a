import { join } from 'node:path'
import type { DetectionMode } from '../src/contract/index.ts'
import { BareLoop } from './bare-loop.ts'
import { type Bench, type Context, type Row, row } from './bench.ts'
import { Client } from './client.ts'
import type { Photo } from './photos.ts'
import { childrenOf, cpuSecondsOf } from './process-stats.ts'
import { ServerProcess } from './server-process.ts'
import { inTurn, median, percentile, spread } from './statistics.ts'

const clients = 8
const modes: DetectionMode[] = ['accurate', 'fast']
/** The bare loop; the server with save_result=false; the server with save_result=true, which is the default. */
const ways = ['bare', 'plain', 'drawn'] as const
type Way = (typeof ways)[number]

const titles = { drawn: 'save_result=true (default)', plain: 'save_result=false' }

/** One way of running all jobs, once. */
interface Lap {
  perSecond: number
  /** Of each request, in milliseconds. */
  waits: number[]
  /** Milliseconds of one core for each image. */
  cpu: { detectors: number; server: number; clients: number }
}

type Round = Record<Way, Lap>

interface Runners {
  server: ServerProcess
  bare: BareLoop
  client: Client
}

/**
 * Images a second through the whole server, beside the bare loop. The two take turns, round by round and in another
 * order each time, and each round gives one ratio, so that a machine that slows down slows both.
 */
export const throughput: Bench = {
  name: 'throughput',
  async run(context) {
    const photos = await context.photos()
    const server = await ServerProcess.start(context, { dir: join(context.dir, 'throughput') })
    const bare = await BareLoop.start(context, context.processes)
    const client = new Client(server.port)
    const runners = { server, bare, client }
    try {
      const rows: Row[] = []
      for (const mode of modes) {
        const jobs = Array.from({ length: jobsOf(context, mode) }, (_, i) => photos[i % photos.length]!)
        await runRound(runners, photos, mode, 0) // warms up
        const rounds: Round[] = []
        for (let turn = 0; turn < (context.isQuick ? 2 : 6); turn++) {
          rounds.push(await runRound(runners, jobs, mode, turn))
          context.log(describe(mode, rounds.at(-1)!))
        }
        rows.push(...rowsOf(mode, rounds))
      }
      return rows
    } finally {
      client.close()
      await Promise.all([bare.stop(), server.stop()])
    }
  },
}

function jobsOf({ isQuick }: Context, mode: DetectionMode): number {
  return (isQuick ? 12 : 36) * (mode === 'fast' ? 2 : 1)
}

async function runRound(runners: Runners, jobs: Photo[], mode: DetectionMode, turn: number): Promise<Round> {
  const laps: Partial<Round> = {}
  for (let i = 0; i < ways.length; i++) {
    const way = ways[(i + turn) % ways.length]!
    laps[way] = await runLap(runners, jobs, mode, way)
  }
  return laps as Round
}

async function runLap(runners: Runners, jobs: Photo[], mode: DetectionMode, way: Way): Promise<Lap> {
  const waits: number[] = []
  const before = cpuOf(runners, way)
  const startedMs = performance.now()
  if (way === 'bare') await runners.bare.run(jobs.map(({ path }) => ({ path, mode })))
  else {
    await inTurn(jobs, clients, async (photo) => {
      waits.push((await runners.client.detect(photo, { mode, saveResult: way === 'drawn' })).ms)
    })
  }
  const seconds = (performance.now() - startedMs) / 1000
  const after = cpuOf(runners, way)
  const each = (part: keyof typeof after) => ((after[part] - before[part]) * 1000) / jobs.length
  const cpu = { detectors: each('detectors'), server: each('server'), clients: each('clients') }
  return { perSecond: jobs.length / seconds, waits, cpu }
}

/** Core seconds so far of what takes part. */
function cpuOf({ server, bare }: Runners, way: Way): Lap['cpu'] {
  const detectors = way === 'bare' ? bare.pids : childrenOf(server.pid)
  return {
    detectors: detectors.map(cpuSecondsOf).reduce((sum, seconds) => sum + seconds, 0),
    server: cpuSecondsOf(server.pid),
    clients: cpuSecondsOf(process.pid),
  }
}

function describe(mode: DetectionMode, round: Round): string {
  return `${mode}: ${ways.map((way) => `${way} ${round[way].perSecond.toFixed(2)}`).join(', ')} images/s`
}

function rowsOf(mode: DetectionMode, rounds: Round[]): Row[] {
  const rates = (way: Way) => rounds.map((round) => round[way].perSecond)
  const bareCpu = median(rounds.map(({ bare }) => bare.cpu.detectors))
  const bareNote = `${spread(rates('bare'))}; ${bareCpu.toFixed(0)} ms of a core each`
  const rows = [row(`${mode}: bare loop`, median(rates('bare')), 'images/s', null, bareNote)]
  for (const way of ['drawn', 'plain'] as const) {
    const name = `${mode}, ${titles[way]}`
    const ratios = rounds.map((round) => round[way].perSecond / round.bare.perSecond)
    const waits = rounds.flatMap((round) => round[way].waits)
    rows.push(
      row(`${name}: server`, median(rates(way)), 'images/s', null, `${spread(rates(way))}; ${cpuNote(rounds, way)}`),
      row(`${name}: server / bare`, median(ratios), '', { atLeast: 0.85 }, spread(ratios)),
      row(`${name}: CPU of bare / all`, median(rounds.map((round) => cpuRatio(round, way))), '', null, cpuHint),
      row(`${name}: p50 of ${clients} clients`, percentile(waits, 0.5), 'ms'),
      row(`${name}: p95 of ${clients} clients`, percentile(waits, 0.95), 'ms'),
    )
  }
  return rows
}

const cpuHint = 'the ratio that cores without other work would give; steadier on a busy machine'

function cpuRatio(round: Round, way: Way): number {
  const { detectors, server, clients: ours } = round[way].cpu
  return round.bare.cpu.detectors / (detectors + server + ours)
}

/** Where the cores' time goes; what is not the detectors' is what the bare loop saves. */
function cpuNote(rounds: Round[], way: Way): string {
  const each = (part: keyof Lap['cpu']) => median(rounds.map((round) => round[way].cpu[part])).toFixed(0)
  return `detectors ${each('detectors')} + server ${each('server')} + clients ${each('clients')} ms of a core each`
}
