import t, { type Test } from 'tap'
import type { FrameAnswer, HzClient } from '../../src/client/index.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { startApp } from '../helpers/app.ts'
import { frameOf, GatedAnalyzer } from '../helpers/camera.ts'
import { makeClient } from './client-fixture.ts'

async function connect(t: Test, app: { origin: string }): Promise<HzClient> {
  const client = makeClient(t, { origin: app.origin })
  client.socket.connect()
  await client.socket.whenConnected()
  return client
}

const picture = Buffer.from('picture')

/** Numbers of the frames that were answered. */
function answersOf(camera: Awaited<ReturnType<HzClient['startRealtime']>>): FrameAnswer[] {
  const answers: FrameAnswer[] = []
  camera.on('answer', (answer) => answers.push(answer))
  return answers
}

t.test('a camera sends, hears of each frame with its own latency, and stops with the result', async (t) => {
  const client = await connect(t, await startApp(t, { analyzer: new ScriptedAnalyzer() }))
  const camera = await client.startRealtime({ confidence_threshold: 0.4 })
  t.equal(camera.state, 'live')
  const answers = answersOf(camera)
  const begunAt = Date.now()
  for (const kind of [picture, new Blob([picture]), Uint8Array.from(picture).buffer, picture]) {
    const heard = camera.until('answer')
    camera.sendFrame(kind, { capturedAt: begunAt + answers.length * 100 })
    await heard
  }
  t.same(
    answers.map(({ frameId }) => frameId),
    [0, 1, 2, 3],
  )
  t.equal(answers[3]?.capturedAt, begunAt + 300)
  t.match(answers[3], { width: 64, height: 48, droppedFrames: 0, detections: [{ track_id: 1, is_seen: true }] })
  t.equal(answers.flatMap(({ newDetections }) => newDetections).length, 1)
  const { results } = await camera.stop()
  t.equal(results.total_detections, 1)
  t.equal(camera.state, 'ended')
  t.equal(camera.sendFrame(picture), false)
  t.equal(await camera.whenReady(), false)
  t.match(await camera.ended, { kind: 'complete' })
})

t.test('two frames are under way at most; the newest waits, and those that it replaced are counted', async (t) => {
  const analyzer = new GatedAnalyzer()
  const client = await connect(t, await startApp(t, { analyzer }))
  const camera = await client.startRealtime()
  const answers = answersOf(camera)
  t.equal(camera.sendFrame(picture), true)
  await analyzer.untilSeen(1)
  t.equal(camera.sendFrame(picture), true)
  t.equal(camera.isReady, false)
  for (let at = 0; at < 3; at++) t.equal(camera.sendFrame(picture), false)
  t.equal(camera.droppedFrames, 2)
  const ready = camera.whenReady()
  for (let seen = 1; seen <= 3; seen++) {
    await analyzer.untilSeen(seen)
    analyzer.release(frameOf())
  }
  t.equal(await ready, true)
  if (answers.length < 3) await camera.until('answer', { fits: ({ frameId }) => frameId === 4 })
  t.same(
    answers.map(({ frameId }) => frameId),
    [0, 1, 4],
  )
  await camera.cancel()
  t.match(await camera.ended, { kind: 'error', data: { error_code: 'TASK_CANCELLED' } })
})

t.test('a camera goes on with its session over a new connection', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const client = await connect(t, app)
  const camera = await client.startRealtime()
  const states: string[] = []
  camera.on('state', (state) => states.push(state))
  const heard = camera.until('answer')
  camera.sendFrame(picture)
  await heard
  client.socket.connect()
  t.equal(camera.state, 'waiting')
  t.equal(camera.sendFrame(picture), false, 'what is sent meanwhile waits')
  const next = await camera.until('answer')
  t.match(next, { frameId: 1, message: { frames_done: 2 } })
  t.same(states, ['waiting', 'live'])
  t.ok((await camera.stop()).record_id > 0)
})

t.test('a camera hears of an end that came while it was away', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), env: { REALTIME_RESUME_S: '0.1' } })
  const client = await connect(t, app)
  const other = await connect(t, app)
  const camera = await client.startRealtime()
  const heard = camera.until('answer')
  camera.sendFrame(picture)
  await heard
  const over = other.socket.until('detection_complete')
  client.socket.close()
  await over
  client.socket.connect()
  t.match(await camera.ended, { kind: 'complete', data: { task_id: camera.taskId } })
})

t.test('what the server refuses is told, and the next frame goes out', async (t) => {
  const app = await startApp(t)
  const client = await connect(t, app)
  const camera = await client.startRealtime()
  const refused = camera.until('refused')
  camera.sendFrame(picture)
  t.match(await refused, { frameId: 0, error: { code: 'FRAME_UNREADABLE' } })
  t.equal(await camera.whenReady(), true)
  await t.rejects(camera.stop(), { code: 'NO_FRAMES' })
  await t.rejects(client.startRealtime({ confidence_threshold: 7 }), { code: 'INVALID_OPTION' })
})
