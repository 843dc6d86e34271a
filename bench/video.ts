import { openAsBlob } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ModelList, Precision, Task } from '../src/contract/index.ts'
import { packageRoot } from '../src/package-root.ts'
import type { BareVideoMessage } from './bare-video-process.ts'
import { type Bench, type Context, type Row, row } from './bench.ts'
import { messageFrom } from './children.ts'
import { childrenOf, memoryOf, sum } from './process-stats.ts'
import { ServerProcess } from './server-process.ts'
import { median, spread } from './statistics.ts'
import { clipRate, clipSeconds, loop, makeDrive } from './video-clips.ts'

/** Signs are in sight all the time, so the server looks this often. */
const looksPerSecond = 10
const speedClipSeconds = 20
const pollMs = 100
const env = { MAX_UPLOAD_BYTES: String(4 * 1024 ** 3), DETECTOR_PROCESSES: '0' }
const ways = ['bare', 'plain', 'drawn'] as const
type Way = (typeof ways)[number]
const titles = { plain: 'save_result=false', drawn: 'save_result=true (default)' }

/**
 * Videos through the whole server, from the start of their task to its record, beside the bare pipeline; the ways take turns.
 * Then the memory of all processes together while a long one is analysed and drawn.
 */
export const video: Bench = {
  name: 'video',
  async run(context) {
    context.log('making clips …')
    const clip = await makeDrive(join(context.dir, 'clip.mp4'))
    const drive = await loop(clip, join(context.dir, 'drive.mp4'), speedClipSeconds / clipSeconds)
    const server = await ServerProcess.start(context, { dir: join(context.dir, 'video'), env })
    try {
      const rows = await measureSpeed(context, server, drive)
      const minutes = context.videoMinutes ?? (context.isQuick ? 0.5 : 2)
      const long = await loop(clip, join(context.dir, 'long.mp4'), (minutes * 60) / clipSeconds)
      return [...rows, ...(await measureMemory(context, server, long, minutes))]
    } finally {
      await server.stop()
    }
  },
}

async function measureSpeed(context: Context, server: ServerProcess, drive: string): Promise<Row[]> {
  const precision = await precisionOf(server)
  await analyze(server, drive, { isDrawn: false }) // warms up, and brings the file into memory
  const rounds: Array<Record<Way, number>> = []
  for (let turn = 0; turn < (context.isQuick ? 1 : 4); turn++) {
    const round: Partial<Record<Way, number>> = {}
    for (let i = 0; i < ways.length; i++) {
      const way = ways[(i + turn) % ways.length]!
      round[way] = await framesPerSecond({ context, server, drive, precision }, way)
    }
    rounds.push(round as Record<Way, number>)
    context.log(ways.map((way) => `${way} ${round[way]?.toFixed(1)}`).join(', '))
  }
  const of = (way: Way) => rounds.map((round) => round[way])
  const rows = [row('bare pipeline', median(of('bare')), 'frames/s', null, spread(of('bare'), 1))]
  for (const way of ['plain', 'drawn'] as const) {
    const ratios = rounds.map((round) => round[way] / round.bare)
    const speeds = of(way).map((each) => each / clipRate)
    const atLeast = way === 'plain' ? 1.5 : 1
    // The bare pipeline draws and encodes nothing.
    const ofBare = way === 'plain' ? { atLeast: 0.85 } : null
    rows.push(
      row(`${titles[way]}: server`, median(of(way)), 'frames/s', null, spread(of(way), 1)),
      row(`${titles[way]}: server / bare`, median(ratios), '', ofBare, spread(ratios)),
      row(`${titles[way]}: server / real time`, median(speeds), '', { atLeast }, spread(speeds)),
    )
  }
  return rows
}

/** The one that the server found to be the faster here. */
async function precisionOf(server: ServerProcess): Promise<Precision> {
  const { items } = (await (await fetch(`${server.origin}/api/models`)).json()) as ModelList
  const active = items.flatMap((model) => model.active ?? [])[0]
  if (active === undefined) throw new Error('The server runs no model')
  return active.precision
}

interface Race {
  context: Context
  server: ServerProcess
  drive: string
  precision: Precision
}

async function framesPerSecond({ context, server, drive, precision }: Race, way: Way): Promise<number> {
  if (way !== 'bare') {
    const { seconds } = await analyze(server, drive, { isDrawn: way === 'drawn' })
    return (speedClipSeconds * clipRate) / seconds
  }
  // A process for each video is started here and there.
  const startedMs = performance.now()
  const args = [drive, join(packageRoot, 'models', 'hz-signs'), String(looksPerSecond), precision]
  const child = context.children.fork('./bare-video-process.js', { args })
  const { frames } = await messageFrom<BareVideoMessage, 'done'>(child, 'done')
  const seconds = (performance.now() - startedMs) / 1000
  await context.children.end(child)
  return frames / seconds
}

async function measureMemory(context: Context, server: ServerProcess, long: string, minutes: number): Promise<Row[]> {
  const looks: Record<'all' | 'server' | 'video', number[]> = { all: [], server: [], video: [] }
  const { seconds } = await analyze(server, long, { isDrawn: true }, () => {
    const children = childrenOf(server.pid).map((pid) => ({ pid, kib: pssOf([pid]) }))
    const own = pssOf([server.pid])
    looks.server.push(own)
    looks.video.push(Math.max(0, ...children.map(({ kib }) => kib)))
    looks.all.push(own + children.reduce((total, { kib }) => total + kib, 0))
  })
  context.log(`${minutes} minutes took ${seconds.toFixed(0)} s`)
  const quarter = Math.ceil(looks.all.length / 4)
  // Not the start, in which processes load.
  const first = looks.all.slice(Math.min(quarter - 1, 50), quarter)
  const growth = median(looks.all.slice(-quarter)) / median(first)
  const mib = (values: number[]) => Math.max(...values) / 1024
  const note = `PSS; server ${mib(looks.server).toFixed(0)}, video process ${mib(looks.video).toFixed(0)} MiB`
  return [
    row(`all processes, ${minutes} minutes drawn: peak`, mib(looks.all), 'MiB', { atMost: 600 }, note),
    row('last quarter / first quarter', growth, '', { atMost: 1.05 }, 'medians'),
  ]
}

/** Zero where the process has just ended. */
function pssOf(pids: number[]): number {
  try {
    return sum(pids.map(memoryOf)).pss
  } catch {
    return 0
  }
}

/** Sends a video and waits for its record. @returns the seconds from the start of its task to its end. */
async function analyze(
  server: ServerProcess,
  path: string,
  { isDrawn }: { isDrawn: boolean },
  onPoll: () => void = () => {},
): Promise<{ seconds: number }> {
  const form = new FormData()
  form.set('save_result', String(isDrawn))
  form.set('mode', 'fast')
  form.set('file', await openAsBlob(path), 'drive.mp4')
  const answer = await fetch(`${server.origin}/api/detections`, { method: 'POST', body: form })
  const text = await answer.text()
  const taskId = /"task_id":\s*"([^"]+)"/.exec(text)?.[1]
  if (taskId === undefined) throw new Error(`${answer.status} ${text}`)
  for (;;) {
    const task = (await (await fetch(`${server.origin}/api/tasks/${taskId}`)).json()) as Task
    if (task.status === 'failed') throw new Error(`${task.error_code}: ${task.error_message}`)
    if (task.status === 'success') {
      return { seconds: (Date.parse(task.finished_at ?? '') - Date.parse(task.started_at ?? '')) / 1000 }
    }
    onPoll()
    await sleep(pollMs)
  }
}
