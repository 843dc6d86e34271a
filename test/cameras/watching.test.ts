import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import type { Camera, CameraList, Record, RecordTracks, Role } from '../../src/contract/index.ts'
import { listen } from '../helpers/app.ts'
import { makeClip } from '../helpers/clips.ts'
import { eventually, filesIn } from '../helpers/leftovers.ts'
import { PASSWORD } from '../helpers/people.ts'
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
    t.match(data.crop_url, new RegExp(`^/api/cameras/${camera.camera_id}/crops/task_`))
  }
  const crops = heard.map(({ data }) => data.crop_url as string)
  for (const url of crops) t.equal(await formatOf(app.origin + url), 'webp', 'a picture of it at once')
  const { items } = (await ask(app, 'GET', '/api/cameras')).json as CameraList
  t.same(items[0]?.latest_signs.map(({ crop_url }) => crop_url).sort(), crops.toSorted(), 'and for who comes later')
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
  for (const url of crops) t.equal(await formatOf(app.origin + url), 'webp', 'by the same address as before')
  const { tracks } = (await ask(app, 'GET', `/api/detections/${kept.record_id}/tracks`)).json as RecordTracks
  t.ok(tracks.every(({ boxes }) => boxes.length > 1))
  await ask(app, 'DELETE', `/api/detections/${kept.record_id}`)
  for (const url of crops) t.equal((await fetch(app.origin + url)).status, 404, 'gone with the record')
  t.same(await filesIn(join(app.dir, 'media')), [], 'and nothing is left')
})

t.test('without save_result no picture of a sign is kept', async (t) => {
  const app = await startCameraApp(t)
  const server = await MjpegServer.start(t, await street())
  const listener = await listen(app)
  const camera = await register(app, { url: server.url, options: { save_result: false } })
  const { data } = await listener.until('camera_sign')
  t.equal(data.crop_url, null)
  await ask(app, 'PATCH', `/api/cameras/${camera.camera_id}`, { enabled: false })
  await listener.until('camera_record')
  t.same(await filesIn(join(app.dir, 'media')), [])
})

t.test('a crop is for whoever may see its camera, and of no other record', async (t) => {
  const app = await startCameraApp(t, { env: { AUTH: 'required' } })
  const tokens = {} as { [role in Role]: string }
  for (const role of ['user', 'analyst', 'administrator'] as const) {
    await app.parts.accounts.users.createUser({ username: role, password: PASSWORD, role })
    tokens[role] = (await app.parts.accounts.sessions.signIn(role, PASSWORD)).access_token
  }
  const server = await MjpegServer.start(t, await street())
  const listener = await listen(app, `?token=${tokens.analyst}`)
  const crops: string[] = []
  for (const audience of ['everyone', 'analysts']) {
    const answer = await fetch(`${app.origin}/api/cameras`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens.administrator}` },
      body: JSON.stringify({ name: 'Gate', url: server.url, audience }),
    })
    const { camera_id } = (await answer.json()) as Camera
    const { data } = await listener.until('camera_sign', (m) => m.data.camera_id === camera_id)
    crops.push(data.crop_url as string)
  }
  const statusFor = async (role: Role, url: string) => (await fetch(`${app.origin}${url}?token=${tokens[role]}`)).status
  const [open = '', inner = ''] = crops
  t.same([await statusFor('user', open), await statusFor('analyst', open)], [200, 200])
  t.same([await statusFor('user', inner), await statusFor('analyst', inner)], [404, 200])
  t.equal((await fetch(app.origin + open)).status, 401)
  const stolen = open.replace(/crops.*/, inner.slice(inner.indexOf('crops')))
  t.same([await statusFor('user', stolen), await statusFor('analyst', stolen)], [404, 404])
  t.equal(await statusFor('user', open.replace(/\d+$/, '99')), 404)
  t.equal(await statusFor('user', open.replace(/task_[^/]+/, '..%2f..')), 400)
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

async function formatOf(url: string): Promise<string | undefined> {
  const answer = await fetch(url)
  return answer.ok ? (await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).format : String(answer.status)
}

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
