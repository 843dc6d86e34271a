import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { fixture, type RunningApp, startApp } from '../helpers/app.ts'
import { eventually, filesIn, leftovers, nothing } from '../helpers/leftovers.ts'
import { bugsIn, captureLog } from '../helpers/log.ts'
import { SpawnedServer } from '../server/spawn-server.ts'
import { checksum, created, head, openPatch, patch, tus } from './tus-requests.ts'

const photo = readFileSync(fixture('street-small.jpg'))
const start = (t: Test, options: Parameters<typeof startApp>[1] = {}) =>
  startApp(t, { analyzer: new ScriptedAnalyzer(), ...options })
const idOf = (path: string) => path.split('/').at(-1) as string

/** Until this many bytes are on the disk, which nobody is told of. */
const arrived = ({ parts }: RunningApp, path: string, bytes: number) =>
  eventually(
    () => parts.partial.stateOf(idOf(path)),
    (state) => state.bytes >= bytes,
  )

t.test('what a client sent before it left is kept, and it goes on from there', async (t) => {
  const app = await start(t, { env: { LOG_LEVEL: 'info' } })
  const log = captureLog(app.app.log)
  const path = await created(app, photo.length)
  let offset = 0
  for (const bytes of [1, 7000, 15_000]) {
    const piece = photo.subarray(offset, offset + bytes)
    const open = openPatch(app, path, offset, photo.length - offset)
    await open.write(piece)
    await arrived(app, path, offset + bytes)
    open.leave()
    offset += bytes
    t.equal((await head(app, path)).offset, offset)
  }
  t.match(await patch(app, path, offset, photo.subarray(offset)), { status: 204, offset: photo.length })
  const { json } = await tus(app, 'GET', `/api/uploads/${idOf(path)}`)
  t.equal(`sha256 ${Buffer.from(json.sha256, 'hex').toString('base64')}`, checksum('sha256', photo))
  t.same(bugsIn(log), [])
})

t.test('of bytes that were to be checked, half do not count', async (t) => {
  const app = await start(t)
  const path = await created(app, photo.length)
  await patch(app, path, 0, photo.subarray(0, 100))
  const open = openPatch(app, path, 100, 10_000, { 'upload-checksum': checksum('sha1', photo.subarray(100, 10_100)) })
  await open.write(photo.subarray(100, 5000))
  await arrived(app, path, 5000)
  open.leave()
  t.equal((await head(app, path)).offset, 100)
  t.match(await patch(app, path, 100, photo.subarray(100)), { status: 204, offset: photo.length })
})

t.test('of two requests that write at once, one wins', async (t) => {
  const app = await start(t)
  const path = await created(app, photo.length)
  const first = openPatch(app, path, 0, photo.length)
  await first.write(photo.subarray(0, 10_000))
  await arrived(app, path, 10_000)
  const refused = await patch(app, path, 0, Buffer.alloc(photo.length))
  t.match(refused, { status: 423, json: { code: 'UPLOAD_BUSY', retry_available: true } })
  await first.write(photo.subarray(10_000))
  t.equal(await first.status, 204)
  t.equal((await head(app, path)).offset, photo.length)

  const other = await created(app, photo.length)
  const statuses = (await Promise.all(Array.from({ length: 8 }, () => patch(app, other, 0, photo)))).map(
    ({ status }) => status,
  )
  t.equal(statuses.filter((status) => status === 204).length, 1, statuses.join(' '))
  t.ok(
    statuses.every((status) => [204, 409, 423].includes(status)),
    statuses.join(' '),
  )
  const { json } = await tus(app, 'GET', `/api/uploads/${idOf(other)}`)
  t.equal(`sha256 ${Buffer.from(json.sha256, 'hex').toString('base64')}`, checksum('sha256', photo))
})

t.test('whoever asks takes over from a request that hangs', async (t) => {
  const app = await start(t)
  const path = await created(app, photo.length)
  const hanging = openPatch(app, path, 0, photo.length)
  await hanging.write(photo.subarray(0, 10_000))
  await arrived(app, path, 10_000)
  t.match(await head(app, path), { status: 200, offset: 10_000 })
  t.equal(await hanging.status, 423)
  t.match(await patch(app, path, 10_000, photo.subarray(10_000)), { status: 204 })

  const given = await created(app, photo.length)
  const hangingToo = openPatch(app, given, 0, photo.length)
  await hangingToo.write(photo.subarray(0, 10_000))
  await arrived(app, given, 10_000)
  t.equal((await tus(app, 'DELETE', given)).status, 204)
  t.equal(await hangingToo.status, 423)
  t.equal((await leftovers(app)).files.length, 1, 'only what is complete')
})

t.test('a server that is killed loses nothing that it has acknowledged', async (t) => {
  const dir = t.testdir()
  const content = Buffer.concat([photo, randomBytes(4_000_000)])
  const first = await new SpawnedServer(t, dir).ready()
  const path = await created(first, content.length)
  let acknowledged = 0
  for (const to of [1000, 500_000, 1_200_000]) {
    acknowledged = (await patch(first, path, acknowledged, content.subarray(acknowledged, to))).offset
  }
  t.equal(acknowledged, 1_200_000)
  const whole = await created(first, photo.length)
  await patch(first, whole, 0, photo)
  const checked = await created(first, content.length)
  await patch(first, checked, 0, content.subarray(0, 1000))
  const sum = { 'upload-checksum': checksum('sha256', content.subarray(1000, 900_000)) }
  // Both of them in the middle of something.
  const open = [openPatch(first, path, acknowledged, 2_000_000), openPatch(first, checked, 1000, 899_000, sum)]
  await Promise.all(open.map((request) => request.write(content.subarray(1_200_000, 2_000_000))))
  await eventually(
    () => filesIn(join(dir, 'media', '.partial')),
    (names) => names.some((name) => name.endsWith('.unchecked')),
  )
  first.process.kill('SIGKILL')
  await first.ended

  const second = await new SpawnedServer(t, dir).ready()
  const { status, offset } = await head(second, path)
  t.equal(status, 200)
  t.ok(offset >= acknowledged && offset <= 2_000_000, `${offset}`)
  t.equal((await head(second, checked)).offset, 1000, 'what was not checked does not count')
  t.match(await head(second, whole), { status: 200, offset: photo.length, headers: { 'upload-id': idOf(whole) } })
  t.match(await patch(second, path, offset, content.subarray(offset)), { status: 204, offset: content.length })
  const { json } = await tus(second, 'GET', `/api/uploads/${idOf(path)}`)
  t.equal(`sha256 ${Buffer.from(json.sha256, 'hex').toString('base64')}`, checksum('sha256', content))
})

t.test('a server that is told to stop does not wait for what hangs, and keeps it', async (t) => {
  const app = await start(t)
  const path = await created(app, photo.length)
  const hanging = openPatch(app, path, 0, photo.length)
  await hanging.write(photo.subarray(0, 10_000))
  await arrived(app, path, 10_000)
  await app.close()
  const again = await start(t, { dir: app.dir })
  t.equal((await head(again, path)).offset, 10_000)
  t.match(await patch(again, path, 10_000, photo.subarray(10_000)), { status: 204 })
})

t.test('a file that was whole when the server died is completed by whoever asks', async (t) => {
  const dir = t.testdir()
  const partial = join(dir, 'media', '.partial')
  await mkdir(partial, { recursive: true })
  const id = `up_${crypto.randomUUID()}`
  await writeFile(join(partial, id), photo)
  await writeFile(
    join(partial, `${id}.json`),
    JSON.stringify({ id, userId: 0, fileName: 'a.jpg', length: photo.length }),
  )
  // Remains of which nothing can come.
  for (const name of [`up_${crypto.randomUUID()}`, `${id}.json.tmp`, 'up_x.json', 'README'])
    await writeFile(join(partial, name), '{}')
  const app = await start(t, { dir })
  const path = `/api/uploads/tus/${id}`
  t.match(await head(app, path), { status: 200, offset: photo.length, headers: { 'upload-id': id } })
  t.equal((await tus(app, 'GET', `/api/uploads/${id}`)).status, 200)
  const left = await leftovers(app)
  t.equal(left.uploads, 1)
  t.equal(left.files.length, 1)
  t.match(left.files[0], /^uploads/)
})

t.test('unfinished uploads go when nothing has come for hours, and not before', async (t) => {
  const app = await start(t, { env: { UPLOAD_RESUME_HOURS: '2' } })
  const [old, young] = [await created(app, 100), await created(app, 100)]
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000)
  const age = (path: string, hours: number) =>
    utimes(join(app.config.mediaDir, '.partial', idOf(path)), hoursAgo(hours), hoursAgo(hours))
  await age(old, 2.1)
  await age(young, 1.9)
  t.equal((await head(app, old)).status, 404, 'it has expired already')
  t.equal(await app.parts.resumable.sweep(Date.now()), 1)
  t.equal((await head(app, young)).status, 200)
  t.equal((await leftovers(app)).files.length, 2)
  await age(young, 2.1)
  await app.close()
  const again = await start(t, { dir: app.dir, env: { UPLOAD_RESUME_HOURS: '2' } })
  t.same(await leftovers(again), nothing, 'at the start, too')
})
