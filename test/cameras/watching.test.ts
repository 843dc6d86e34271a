import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Record, RecordTracks } from '../../src/contract/index.ts'
import { listen } from '../helpers/app.ts'
import { makeClip } from '../helpers/clips.ts'
import { eventually } from '../helpers/leftovers.ts'
import { ask, register, startCameraApp, stateOf, street } from './camera-fixture.ts'
import { MjpegServer } from './mjpeg-server.ts'

t.test('the signs that a camera sees are told as they are seen, and become a record', async (t) => {
  const app = await startCameraApp(t)
  const server = await MjpegServer.start(t, await street())
  const listener = await listen(app)
  const camera = await register(app, { url: server.url })
  t.match(camera, { name: 'Gate', enabled: true, audience: 'analysts', options: { mode: 'fast' }, url: server.url })

  const codes = ['i12', 'pl60']
  const heard = await Promise.all(
    codes.map((code) => listener.until('camera_sign', (m) => m.data.sign.class_code === code)),
  )
  for (const { data } of heard) {
    t.match(data, { camera_id: camera.camera_id, name: 'Gate', sign: { track: { crop_url: null } } })
  }
  const live = await stateOf(listener, camera, ({ state, fps }) => state === 'live' && fps > 1)
  t.match(live.data, { width: 640, height: 480, last_error: null, next_try_at: null })
  t.ok(live.data.latency !== null && live.data.latency < 5)
  t.ok(live.data.last_frame_at !== null)
  const [pid] = app.parts.cameras.pids
  t.ok(pid !== undefined && isRunning(pid), 'in a process of its own')

  const metrics = await (await fetch(`${app.origin}/metrics`)).text()
  t.match(metrics, /hzsystem_cameras\{state="live"\} 1/)
  t.match(metrics, /hzsystem_camera_signs 2/)

  const { json } = await ask(app, 'PATCH', `/api/cameras/${camera.camera_id}`, { enabled: false })
  t.match(json, { state: 'disabled', enabled: false })
  t.same(app.parts.cameras.pids, [])
  t.notOk(isRunning(pid as number), 'disabling it ends its process')

  const { data: kept } = await listener.until('camera_record')
  t.match(kept, { camera_id: camera.camera_id, name: 'Gate', total_detections: 2 })
  const record = (await ask(app, 'GET', `/api/detections/${kept.record_id}`)).json as Record
  t.match(record, { detection_type: 'realtime', file_name: 'Gate', mode: 'fast', source_image_url: null })
  t.same(record.detections.map(({ class_code }) => class_code).sort(), codes, 'each sign once')
  for (const { track } of record.detections) {
    t.equal((await fetch(app.origin + track?.crop_url)).status, 200, 'with a picture of it')
  }
  t.equal((await fetch(app.origin + record.result_image_url)).status, 200)
  t.equal((await fetch(app.origin + record.thumbnail_url)).status, 200)
  const { tracks } = (await ask(app, 'GET', `/api/detections/${kept.record_id}/tracks`)).json as RecordTracks
  t.ok(tracks.every(({ boxes }) => boxes.length > 1))
})

t.test('a stream that breaks off is connected to again, later and later', async (t) => {
  const app = await startCameraApp(t)
  const server = await MjpegServer.start(t, await street())
  const { port } = server
  const listener = await listen(app)
  const camera = await register(app, { url: server.url })
  await stateOf(listener, camera, ({ state }) => state === 'live')
  await server.stop()
  const first = await stateOf(listener, camera, ({ state }) => state === 'waiting')
  t.match(first.data.last_error, { code: 'CAMERA_STREAM_ENDED', message: /ended/, message_zh: /结束/ })
  const second = await stateOf(listener, camera, ({ last_error }) => last_error?.code === 'CAMERA_UNREACHABLE')
  t.match(second.data, { state: 'waiting', last_error: { message: /ECONNREFUSED/ } })
  const waitMs = ({ data, timestamp }: typeof first) => Date.parse(data.next_try_at ?? '') - Date.parse(timestamp)
  t.ok(waitMs(first) > 900 && waitMs(first) <= 1500, 'a second, and something by chance')
  t.ok(waitMs(second) > 1900 && waitMs(second) <= 3000, 'twice as long')
  const again = await MjpegServer.start(t, await street(), port)
  await stateOf(listener, camera, ({ state, since }) => state === 'live' && since > second.data.since)
  t.equal(again.requests.length, 1)
})

t.test('a camera that falls silent is connected to anew, and one that crashes costs only itself', async (t) => {
  const app = await startCameraApp(t)
  const [server, other] = [await MjpegServer.start(t, await street()), await MjpegServer.start(t, await street())]
  const listener = await listen(app)
  const camera = await register(app, { url: server.url })
  const crashing = await register(app, { url: other.url, name: 'Bridge' })
  await stateOf(listener, camera, ({ state }) => state === 'live')
  await stateOf(listener, crashing, ({ state }) => state === 'live')
  server.isSending = false
  const { data } = await stateOf(listener, camera, ({ state }) => state === 'waiting')
  t.match(data.last_error, { code: 'CAMERA_SILENT', message: 'The camera sent no picture for 2 s' })
  server.isSending = true
  await stateOf(listener, camera, ({ state, since }) => state === 'live' && since > data.since)

  const [, pid] = app.parts.cameras.pids
  process.kill(pid as number, 'SIGKILL')
  const died = await stateOf(listener, crashing, ({ state }) => state === 'waiting')
  t.match(died.data.last_error, { code: 'CAMERA_PROCESS_DIED' })
  await stateOf(listener, crashing, ({ state, since }) => state === 'live' && since > died.data.since)
  const { json } = await ask(app, 'GET', '/api/cameras')
  t.match(json, {
    items: [
      { name: 'Gate', state: 'live' },
      { name: 'Bridge', state: 'live' },
    ],
    limit: 2,
  })
})

t.test('an MPEG-TS stream over HTTP is watched, with a password that is not sent in the clear', async (t) => {
  const app = await startCameraApp(t)
  const server = await MjpegServer.start(t, await street())
  const clip = await readFile(await makeClip(join(app.dir, 'clip.ts'), { seconds: 6 }))
  server.answer = ({ headers, method, url }, response) => {
    const [, cnonce] = /cnonce="(\w+)"/.exec(headers.authorization ?? '') ?? []
    const proof = `${md5('viewer:camera:secret')}:n1:00000001:${cnonce}:auth:${md5(`${method}:${url}`)}`
    if (headers.authorization?.includes(`response="${md5(proof)}"`)) response.write(clip)
    else response.writeHead(401, { 'www-authenticate': 'Digest realm="camera", nonce="n1", qop="auth"' }).end()
  }
  const listener = await listen(app)
  const camera = await register(app, { url: server.url.replace('://', '://viewer:secret@') })
  const { data } = await stateOf(listener, camera, ({ state }) => state === 'live')
  t.match(data, { width: 640, height: 480 })
  await stateOf(listener, camera, ({ last_error }) => last_error?.code === 'CAMERA_SILENT')
  t.ok(server.requests.every(({ headers }) => !/basic/i.test(headers.authorization ?? '')))
})

t.test('more cameras than processes wait for a place', async (t) => {
  const app = await startCameraApp(t, { env: { CAMERA_PROCESSES: '1' } })
  const server = await MjpegServer.start(t, await street())
  const listener = await listen(app)
  const first = await register(app, { url: server.url })
  const second = await register(app, { url: server.url, name: 'Bridge' })
  const { data } = await stateOf(listener, second, ({ state }) => state === 'waiting')
  t.match(data, { next_try_at: null, last_error: { code: 'CAMERA_LIMIT' } })
  await stateOf(listener, first, ({ state }) => state === 'live')
  t.equal((await ask(app, 'DELETE', `/api/cameras/${first.camera_id}`)).status, 204)
  await stateOf(listener, second, ({ state }) => state === 'live')
  t.equal((await ask(app, 'DELETE', `/api/cameras/${first.camera_id}`)).status, 404)
})

t.test('what a camera has seen outlives the server', async (t) => {
  const app = await startCameraApp(t)
  const server = await MjpegServer.start(t, await street())
  const listener = await listen(app)
  await register(app, { url: server.url })
  await listener.until('camera_sign')
  await app.close()
  const again = await startCameraApp(t, { dir: app.dir })
  const { json } = await ask(again, 'GET', '/api/detections')
  t.match(json, { items: [{ detection_type: 'realtime', file_name: 'Gate' }] })
  const live = (answer: { json: unknown }) => JSON.stringify(answer.json).includes('"state":"live"')
  await eventually(() => ask(again, 'GET', '/api/cameras'), live, 20_000)
})

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
