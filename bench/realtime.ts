import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { frameMessage } from '../src/client/frame-message.ts'
import type { HzCamera } from '../src/client/index.ts'
import { HzClient } from '../src/client/node.ts'
import { type Bench, type Row, row } from './bench.ts'
import { ServerProcess } from './server-process.ts'
import { median, percentile, spread } from './statistics.ts'

const size = { width: 640, height: 384 }

/**
 * A browser's camera, on localhost: how long from sending a frame until its answer is there, one at a time; then the same
 * while twice as many frames are sent as can be looked at.
 */
export const realtime: Bench = {
  name: 'realtime',
  async run(context) {
    const [photo] = await context.photos()
    const frame = await sharp(photo?.path)
      .resize({ ...size, fit: 'cover' })
      .jpeg({ quality: 80 })
      .toBuffer()
    const server = await ServerProcess.start(context, { dir: join(context.dir, 'realtime') })
    const client = new HzClient({ origin: server.origin })
    try {
      client.socket.connect()
      await client.socket.whenConnected()
      const camera = await client.startRealtime()
      const frames = context.isQuick ? 40 : 300
      await oneAtATime(camera, frame, 20) // the first warm up
      const alone = await oneAtATime(camera, frame, frames)
      const possible = await asManyAsPossible(camera, frame, frames)
      const flood = await sendAtRate(client, camera, frame, { perSecond: possible * 2, seconds: frames / 30 })
      await camera.stop()
      return rowsOf({ alone, possible, flood, frame })
    } finally {
      client.close()
      await server.stop()
    }
  },
}

interface Flood {
  latencies: number[]
  sent: number
  dropped: number
}

async function oneAtATime(camera: HzCamera, frame: Buffer, count: number): Promise<number[]> {
  const latencies: number[] = []
  for (let sent = 0; sent < count; sent++) {
    const answered = camera.until('answer')
    const startedMs = performance.now()
    camera.sendFrame(frame)
    await answered
    latencies.push(performance.now() - startedMs)
  }
  return latencies
}

/** Frames a second with two under way. */
async function asManyAsPossible(camera: HzCamera, frame: Buffer, count: number): Promise<number> {
  const startedMs = performance.now()
  for (let sent = 0; sent < count; sent++) {
    await camera.whenReady()
    camera.sendFrame(frame)
  }
  await camera.whenReady()
  return (count * 1000) / (performance.now() - startedMs)
}

/** Past the client's own restraint. */
async function sendAtRate(
  client: HzClient,
  camera: HzCamera,
  frame: Buffer,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<Flood> {
  const sentMs = new Map<number, number>()
  const latencies: number[] = []
  const droppedBefore = camera.droppedFrames
  let dropped = 0
  const off = client.socket.on('detection_progress', ({ data }) => {
    const startedMs = sentMs.get(data.frame_id ?? -1)
    if (startedMs === undefined) return
    latencies.push(performance.now() - startedMs)
    dropped = (data.dropped_frames ?? 0) - droppedBefore
  })
  const total = Math.round(perSecond * seconds)
  const firstId = 1_000_000
  const beganMs = performance.now()
  for (let sent = 0; sent < total; sent++) {
    await sleep(Math.max(0, beganMs + (sent * 1000) / perSecond - performance.now()))
    const frameId = firstId + sent
    sentMs.set(frameId, performance.now())
    client.socket.sendBytes(frameMessage(camera.terms.session, { frameId, capturedAt: Date.now() }, frame))
  }
  await sleep(1000)
  off()
  return { latencies, sent: total, dropped }
}

function rowsOf({ alone, possible, flood, frame }: { alone: number[]; possible: number; flood: Flood; frame: Buffer }) {
  const { latencies, sent, dropped } = flood
  const kilobytes = `${Math.round(frame.length / 1024)} KiB a frame`
  const rows: Row[] = [
    row('one frame at a time, p50', median(alone), 'ms', { atMost: 80 }, `${spread(alone, 0)}; ${kilobytes}`),
    row('one frame at a time, p95', percentile(alone, 0.95), 'ms'),
    row('two frames under way', possible, 'frames/s'),
    row(
      'twice as many sent, p95',
      percentile(latencies, 0.95),
      'ms',
      { atMost: 250 },
      `p50 ${median(latencies).toFixed(0)}`,
    ),
    row('of them dropped', dropped, 'frames', null, `of ${sent}, ${latencies.length} answered`),
  ]
  return rows
}
