import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Camera, CameraList, RecordPage } from '../../src/contract/index.ts'
import { listen } from '../helpers/app.ts'
import { eventually, filesIn } from '../helpers/leftovers.ts'
import { copyModel } from '../helpers/models.ts'
import { SpawnedServer } from '../server/spawn-server.ts'
import { register, startCameraApp, street } from './camera-fixture.ts'
import { MjpegServer } from './mjpeg-server.ts'

const LIMIT_MS = 40_000
/** Processes are looked at where Linux shows them. */
const needsProc = process.platform === 'linux' ? {} : { skip: 'needs /proc' }

async function ask<T>(origin: string, method: string, path: string, body?: object): Promise<T> {
  const json = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const answer = await fetch(origin + path, { method, ...json })
  const text = await answer.text()
  return (text === '' ? null : JSON.parse(text)) as T
}

const records = async (origin: string) => (await ask<RecordPage>(origin, 'GET', '/api/detections')).items
const cameraOf = async (origin: string) => (await ask<CameraList>(origin, 'GET', '/api/cameras')).items[0] as Camera

/** Processes that watch cameras, of one parent. */
function watchersOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const [, parentOf] = /\) \w (\d+)/.exec(read(`/proc/${pid}/stat`)) ?? []
      return Number(parentOf) === parent && read(`/proc/${pid}/cmdline`).includes('stream-process')
    })
    .map(Number)
}

/** '' of a process that has gone meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

t.test('a server that is killed leaves no process and no file behind, and watches again', needsProc, async (t) => {
  const dir = t.testdir()
  const camera = await MjpegServer.start(t, await street())
  const env = { CAMERA_PRIVATE_RANGES: '127.0.0.0/8', MODEL_PRECISION: 'fp32' }
  const first = await new SpawnedServer(t, dir, env).ready()
  await ask(first.origin, 'POST', '/api/cameras', { name: 'Gate', url: camera.url })
  const isSaved = (names: string[]) => names.some((name) => name.endsWith('period.json'))
  await eventually(() => filesIn(join(dir, 'media')), isSaved, LIMIT_MS)
  const watchers = watchersOf(first.process.pid as number)
  t.equal(watchers.length, 1)
  first.process.kill('SIGKILL')
  await first.ended
  // Taken in by init: by its name, as its number may be another's by now.
  const isGone = () => watchers.every((pid) => !read(`/proc/${pid}/cmdline`).includes('stream-process'))
  await eventually(isGone, (gone) => gone, LIMIT_MS)

  const second = await new SpawnedServer(t, dir, env).ready()
  t.match(
    await records(second.origin),
    [{ file_name: 'Gate', detection_type: 'realtime' }],
    'what was saved is a record',
  )
  const { camera_id } = await eventually(
    () => cameraOf(second.origin),
    ({ state, latest_signs }) => state === 'live' && latest_signs.length > 0,
    LIMIT_MS,
  )
  await ask(second.origin, 'PATCH', `/api/cameras/${camera_id}`, { enabled: false })
  t.same(watchersOf(second.process.pid as number), [])
  const kept = await records(second.origin)
  t.equal(kept.length, 2)
  for (const { record_id } of kept) await ask(second.origin, 'DELETE', `/api/detections/${record_id}`)
  t.same(await filesIn(join(dir, 'media')), [], 'each file was of a record')
  second.process.kill('SIGTERM')
  t.equal(await second.ended, 0)
})

t.test('a switch of the model begins the stream anew with it, and loses nothing', async (t) => {
  const dir = t.testdir()
  await copyModel(join(dir, 'models'), '9.9.9')
  const app = await startCameraApp(t, { dir })
  const server = await MjpegServer.start(t, await street())
  const listener = await listen(app)
  const camera = await register(app, { url: server.url })
  await listener.until('camera_sign')
  const [before] = app.parts.cameras.pids
  const told = listener.of('camera_sign').length
  await ask(app.origin, 'PUT', '/api/models/active', { model_id: '9.9.9' })
  const { data: first } = await listener.until('camera_record')
  await listener.until('camera_sign', (sign) => listener.of('camera_sign').indexOf(sign) >= told)
  const [after] = app.parts.cameras.pids
  t.ok(after !== undefined && after !== before, 'a process of its own, with the new model')
  t.match(await cameraOf(app.origin), { state: 'live', last_error: null })
  await ask(app.origin, 'PATCH', `/api/cameras/${camera.camera_id}`, { enabled: false })
  await listener.until('camera_record', ({ data }) => data.record_id !== first.record_id)
  const versions = (await records(app.origin)).map(({ model_version }) => model_version)
  t.equal(versions.length, 2)
  t.equal(versions[0], '9.9.9', 'the newest')
  t.not(versions[1], '9.9.9', 'what was seen before names the model that saw it')
})
