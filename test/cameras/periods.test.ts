import { randomUUID } from 'node:crypto'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { taskPrefixOf } from '../../src/cameras/camera-crops.ts'
import type { Camera, RecordPage } from '../../src/contract/index.ts'
import { Period } from '../../src/streams/period.ts'
import { ScriptedAnalyzer, stopSign } from '../helpers/analyzers.ts'
import type { RunningApp } from '../helpers/app.ts'
import { filesIn } from '../helpers/leftovers.ts'
import { bugsIn, captureLog } from '../helpers/log.ts'
import { ask, register, startCameraApp } from './camera-fixture.ts'

const PICTURES = ['crop-1.webp', 'poster.jpg', 'thumbnail.webp']

const startServer = (t: Parameters<typeof startCameraApp>[0], dir?: string) =>
  startCameraApp(t, { analyzer: new ScriptedAnalyzer(), ...(dir !== undefined && { dir }) })

/** A camera that is not connected to. */
const registerIdle = (app: RunningApp, name: string) =>
  register(app, { name, url: 'http://127.0.0.1:9/', enabled: false })

/** A folder as a process of a camera leaves it, before there is a period in it. */
const workDirOf = (app: RunningApp, { camera_id }: Camera) =>
  join(app.config.mediaDir, '.work', `${camera_id}-${randomUUID()}`)

/** A period in which one sign was seen. @returns its folder */
async function leavePeriod(parentDir: string, { camera_id }: Camera): Promise<string> {
  const options = { mode: 'fast' as const, confidenceThreshold: 0.5, model: { name: 'scripted', version: '1' } }
  const period = new Period({ parentDir, taskPrefix: taskPrefixOf(camera_id), isDrawn: true, ...options })
  const picture = { data: Buffer.alloc(64 * 48 * 3), width: 64, height: 48 }
  for (let at = 1; at <= 5; at++) period.add(period.startedAtMs + at * 100, picture, [stopSign], 0.01)
  await period.save()
  return period.dir
}

async function recordsOf(app: RunningApp, name: string) {
  const { items } = (await ask(app, 'GET', '/api/detections?limit=100')).json as RecordPage
  return items.filter(({ file_name }) => file_name === name)
}

const hasPictures = (app: RunningApp, record: { record_id: number; thumbnail_url: string | null }) =>
  app.parts.db.signTrack
    .findFirst({ where: { recordId: record.record_id } })
    .then((track) => track?.cropKey !== null && record.thumbnail_url !== null)

t.test('a period that is damaged holds up neither the start of the server nor the other periods', async (t) => {
  const app = await startServer(t)
  const remove = (names: string[]) => async (dir: string) => {
    for (const name of names) await rm(join(dir, name))
  }
  const write = (content: string) => (dir: string) => writeFile(join(dir, 'period.json'), content)
  // How many records there are of two periods of which one is damaged; whether those have all their pictures.
  const cases: Array<[string, (dir: string) => Promise<void>, number, boolean]> = [
    ['a crop that was never written', remove(['crop-1.webp']), 2, false],
    ['a poster that has gone', remove(['poster.jpg', 'thumbnail.webp']), 2, false],
    ['no picture at all', remove(PICTURES), 2, false],
    ['nothing but pictures', (dir) => rm(join(dir, 'period.json')), 1, true],
    ['a file that a power cut left empty', write(''), 1, true],
    ['a file that a power cut left half', write('{"taskId":"task_'), 1, true],
    ['a file that is none of ours', write('{"taskId":"task_none"}'), 1, true],
  ]
  const cameras = new Map<string, Camera>()
  for (const [name] of cases) cameras.set(name, await registerIdle(app, name))
  for (const [name, damage] of cases) {
    const camera = cameras.get(name) as Camera
    const workDir = workDirOf(app, camera)
    await leavePeriod(workDir, camera)
    await damage(await leavePeriod(workDir, camera))
  }
  await app.close()

  const again = await startServer(t, app.dir)
  for (const [name, , count, isWhole] of cases) {
    const records = await recordsOf(again, name)
    t.equal(records.length, count, name)
    const whole = await Promise.all(records.map((record) => hasPictures(again, record)))
    t.same(whole.toSorted(), count === 1 ? [true] : [isWhole, true], name)
  }
  const left = await readdir(join(app.dir, 'media', '.work'))
  const odd = cameras.get('a file that is none of ours')?.camera_id ?? ''
  t.equal(left.length, 1, 'what is kept, or cannot be read, leaves no folder')
  t.ok(left[0]?.startsWith(odd), 'what could not be kept is left for the next start')
})

t.test('what cannot be kept is logged, with its camera', async (t) => {
  const app = await startCameraApp(t, { analyzer: new ScriptedAnalyzer(), env: { LOG_LEVEL: 'error' } })
  const camera = await registerIdle(app, 'Gate')
  const dir = await leavePeriod(workDirOf(app, camera), camera)
  await writeFile(join(dir, 'period.json'), '{"taskId":"task_none"}')
  const lines = captureLog(app.app.log)
  await app.parts.cameras.recover()
  t.match(bugsIn(lines), [/could not be kept/])
  t.ok(lines[0]?.includes(camera.camera_id))
  t.same(await recordsOf(app, 'Gate'), [])
})

t.test('a period whose transaction fails is kept whole at the next try', async (t) => {
  const app = await startServer(t)
  const { cameras, events } = app.parts
  const camera = await registerIdle(app, 'Gate')
  await leavePeriod(workDirOf(app, camera), camera)
  const original = events.transact
  events.transact = () => Promise.reject(new Error('the database is locked'))
  await cameras.recover()
  t.equal((await filesIn(app.config.mediaDir)).length, PICTURES.length + 1, 'what there was, and nothing else')
  events.transact = original
  await cameras.recover()
  const [record] = await recordsOf(app, 'Gate')
  t.ok(record !== undefined && (await hasPictures(app, record)))
  t.equal((await filesIn(app.config.mediaDir)).length, PICTURES.length)
})

t.test('a period that was being kept when the server was killed is kept whole at the next start', async (t) => {
  const app = await startServer(t)
  const { cameras, events } = app.parts
  const camera = await registerIdle(app, 'Gate')
  await leavePeriod(workDirOf(app, camera), camera)
  await new Promise<void>((resolve) => {
    events.transact = () => {
      resolve()
      return new Promise(() => {})
    }
    void cameras.recover()
  })
  await app.close()
  const again = await startServer(t, app.dir)
  const [record] = await recordsOf(again, 'Gate')
  t.ok(record !== undefined && (await hasPictures(again, record)))
  t.equal((await filesIn(app.config.mediaDir)).length, PICTURES.length, 'with no second copy')
})
