import { once } from 'node:events'
import { readdirSync, readlinkSync, rmSync } from 'node:fs'
import { get as httpGet, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t, { type Test } from 'tap'
import { fillRecords } from '../../bench/fill-records.ts'
import type { SignedIn } from '../../src/contract/index.ts'
import { readLabels } from '../../src/evaluation/labels/read-labels.ts'
import { ZipWriter } from '../../src/exports/zip-writer.ts'
import { eventually, filesIn } from '../helpers/leftovers.ts'
import { sign } from '../records/record-fixture.ts'
import { openExports, unpack } from './export-fixture.ts'
import { readCsv, readZip } from './readers.ts'

/** A server whose database has very many records, and how many of them it has read. */
async function openMany(t: Test, count: number) {
  const dir = t.testdir()
  await fillRecords(`file:${join(dir, 'data.db')}`, count)
  const exports = await openExports(t, { dir })
  const { records } = exports.parts
  const walk = records.walk.bind(records)
  const read = { records: 0, failAt: Number.POSITIVE_INFINITY, held: Promise.resolve(), onWalk: () => {} }
  records.walk = async (...given) => {
    const rows = await walk(...given)
    return (async function* () {
      read.onWalk()
      await read.held
      for await (const batch of rows) {
        if (read.records >= read.failAt) throw new Error('the database is gone')
        read.records += batch.length
        yield batch
      }
    })()
  }
  const drafts = () => filesIn(join(exports.config.mediaDir, '.drafts'))
  return { ...exports, read, drafts }
}

/** Files of the store that this process holds open. */
function openFiles(mediaDir: string): string[] {
  const targets = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return '' // that of the directory itself, closed since
    }
  })
  return targets.filter((path) => path.startsWith(mediaDir) && !path.includes('.lock'))
}

t.test('filters and named records both count', async (t) => {
  const { insert, text, get } = await openExports(t)
  for (const userId of [1, 2, 1, 2]) {
    await insert({ userId, detections: [sign(userId === 1 ? 'p5' : 'i5', 0.9), sign('w57', 0.6)] })
  }
  const ids = async (query: string) => {
    const rows = readCsv(await text(`format=csv&${query}`))
    return [...new Set(rows.map((row) => Number(row.record_id)))]
  }
  t.same(await ids(''), [4, 3, 2, 1])
  t.same(await ids('user_id=1'), [3, 1])
  t.same(await ids('class=i5'), [4, 2])
  t.equal(readCsv(await text('format=csv&class=i5')).length, 4, 'with all their signs')
  t.same(await ids('record_ids=2,4,3,3,99,9999999999'), [4, 3, 2])
  t.same(await ids('record_ids=3,4&class=i5'), [4])
  t.same(await ids('record_ids=9999999999'), [])
  t.same(await ids('review=reviewed'), [])
  const many = Array.from({ length: 500 }, (_, i) => i + 1).join(',')
  t.same(await ids(`record_ids=${many}&from=2020-01-01T00:00:00Z`), [4, 3, 2, 1])
  for (const [query, field] of [
    ['format=xml', 'format'],
    ['', 'format'],
    ['format=csv&record_ids=1,x', 'record_ids'],
    ['format=csv&from=2026-12-31T23:59:60Z', 'from'],
    ['format=csv&cursor=x', 'cursor'],
  ] as const) {
    const answer = await get(query)
    t.equal(answer.status, 400, query)
    t.match(answer.headers.get('content-type'), 'application/problem+json')
    t.notOk(answer.headers.get('content-disposition'))
    t.match(await answer.json(), { code: 'INVALID_REQUEST', errors: [{ field }] })
  }
})

t.test('a link in the browser exports what its user may see, and nothing else', async (t) => {
  const { insert, get, origin, parts } = await openExports(t, { env: { AUTH: 'required' } })
  const password = 'a long password'
  const cookieOf = async (username: string, role: 'user' | 'analyst') => {
    const { id } = await parts.accounts.users.createUser({ username, password, role })
    const body = JSON.stringify({ username, password })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${origin}/api/auth/login`, { method: 'POST', headers, body })
    return { id, cookie: `hz_access=${((await answer.json()) as SignedIn).access_token}` }
  }
  const own = await cookieOf('li', 'user')
  const analyst = await cookieOf('an', 'analyst')
  for (const userId of [own.id, 1, own.id]) await insert({ userId })
  const ids = async (query: string, cookie: string) => {
    const answer = await get(`format=json&${query}`, { cookie })
    const body = (await answer.json()) as Array<{ record_id: number }> & { code: string }
    return answer.ok ? body.map((record) => record.record_id) : body.code
  }
  t.same(await ids('', own.cookie), [3, 1])
  t.same(await ids('record_ids=1,2', own.cookie), [1], 'what is not theirs is not there')
  t.equal(await ids('user_id=1', own.cookie), 'PERMISSION_DENIED')
  t.same(await ids('', analyst.cookie), [3, 2, 1])
  t.same(await ids('user_id=1', analyst.cookie), [2])
  t.equal(await ids('', 'hz_access=wrong'), 'AUTHENTICATION_FAILED')
})

t.test('whatever a file was called, its name in an archive is safe on any system, and the only one', async (t) => {
  const exports = await openExports(t)
  const names = [
    ...[
      '../../etc/passwd.jpg',
      '..\\..\\windows\\win.ini',
      '/etc/x.jpg',
      'C:\\x.jpg',
      'CON.jpg',
      'nul',
      'a:b|c?*<>.jpg',
    ],
    ...[
      'x\u0000y.jpg',
      '\u202egpj.exe',
      'new\nline.jpg',
      '.hidden',
      'trailing. ',
      ' ',
      '',
      '...',
      '.jpg',
      '~',
      '-rf.jpg',
    ],
    ...[
      'A.jpg',
      'a.jpg',
      'a.jpg',
      '长'.repeat(200),
      '😀'.repeat(199),
      '\ud800.jpg',
      '"q".jpg',
      "'s.jpg",
      '%2e%2e%2f#.jpg',
    ],
  ]
  for (const [i, fileName] of names.entries()) {
    const key = `uploads/2026-01-02/${i + 1}.jpg`
    await exports.insert({ fileName, key, detections: [sign('p5', 0.9)] })
    exports.store(key)
  }
  const types = ['image/png', 'image/webp', 'video/x-unknown']
  for (const [i, mediaType] of types.entries()) {
    await exports.db.record.update({ where: { id: i + 1 }, data: { mediaType } })
  }
  const archive = await exports.unzip('format=yolo&pictures=true')
  const paths = [...archive.keys()].filter((path) => path.includes('/'))
  t.equal(paths.length, 2 * names.length)
  for (const path of paths) {
    t.match(path, /^(images|labels)\/\d+(-[^\p{C}\p{Z}/\\<>:"|?*']+)?\.(jpg|png|webp|bin|txt)$/u, JSON.stringify(path))
    t.ok(Buffer.byteLength(path) < 200)
  }
  t.equal(new Set(paths.map((path) => path.toLowerCase())).size, paths.length)
  t.ok(archive.has('images/1-etc_passwd.png'))
  const dir = join(exports.dir, 'unpacked')
  unpack(dir, archive)
  const options = { format: null, labelFile: null, classFile: null, unlabelledAreEmpty: false, isSignFree: false }
  const labels = await readLabels(dir, options)
  t.same(
    [labels.photos.length, labels.missing],
    [names.length - 1, ['labels/3-etc_x.txt']],
    'all but the .bin are photos',
  )
})

t.test('originals that are gone are left out and listed', async (t) => {
  const { insert, db, store, unzip, json } = await openExports(t)
  for (let i = 1; i <= 3; i++) await insert({ fileName: `${i}.jpg` })
  store('uploads/2026-01-02/2.jpg')
  await db.record.update({ where: { id: 3 }, data: { sourceKey: null } })
  for (const format of ['csv', 'json', 'coco', 'yolo', 'label-studio']) {
    const archive = await unzip(`format=${format}&pictures=true`)
    t.same(
      [...archive.keys()].filter((name) => name.startsWith('images/')),
      ['images/2-2.jpg'],
      format,
    )
    t.equal(String(archive.get('missing.txt')?.bytes), 'images/3-3.jpg\nimages/1-1.jpg\n')
  }
  t.equal((await json('format=label-studio'))[0].data.image, null)
})

t.test('memory does not grow with the records', async (t) => {
  setFlagsFromString('--expose_gc')
  const collect: () => void = runInNewContext('gc')
  const count = 20_000
  const { get, read } = await openMany(t, count)
  for (const query of ['format=csv', 'format=json', 'format=coco', 'format=label-studio', 'format=yolo']) {
    read.records = 0
    const answer = await get(query)
    const held: number[] = []
    for await (const _chunk of answer.body as ReadableStream<Uint8Array>) {
      if (read.records < (held.length + 1) * (count / 10)) continue
      collect()
      const { heapUsed, external } = process.memoryUsage()
      held.push(heapUsed + external)
    }
    t.equal(read.records, count)
    // The least of three, as what is on its way comes and goes.
    const grown = (Math.min(...held.slice(-3)) - Math.min(...held.slice(0, 3))) / 1024 / 1024
    t.ok(held.length >= 8, `${held.length} measurements`)
    t.ok(grown < 8, `${query}: ${grown.toFixed(1)} MiB more at the end than at the beginning`)
    t.comment(`${query}: ${grown.toFixed(1)} MiB`)
  }
})

t.test('a client that leaves ends its export, and nothing of it stays', async (t) => {
  const { port, db, store, config, read, drafts } = await openMany(t, 5000)
  const key = 'uploads/2026-01-02/large.jpg'
  store(key, Buffer.alloc(8 * 1024 * 1024))
  for (const query of ['format=json', 'format=coco', 'format=json&pictures=true', 'format=coco&pictures=true']) {
    read.records = 0
    if (query.includes('pictures')) await db.record.updateMany({ data: { sourceKey: key } })
    const request = httpGet({ host: '127.0.0.1', port, path: `/api/exports?${query}` })
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    await once(answer, 'readable')
    if (query !== 'format=json') t.not((await drafts()).length, 0, `${query}: something waits on disk`)
    request.destroy()
    await eventually(drafts, (left) => left.length === 0)
    await eventually(
      () => openFiles(config.mediaDir),
      (left) => left.length === 0,
    )
    const stoppedAt = read.records
    t.ok(stoppedAt < 4000, `${query}: ${stoppedAt} of 5000 records were read`)
    await db.user.count()
    t.equal(read.records, stoppedAt, 'and none after that')
  }
})

t.test('a client that leaves before the first byte is not read for either', async (t) => {
  const { app, port, read, drafts } = await openMany(t, 5000)
  for (const query of ['format=json', 'format=yolo', 'format=coco&pictures=true']) {
    read.records = 0
    let goOn = () => {}
    read.held = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const walking = new Promise<void>((resolve) => {
      read.onWalk = resolve
    })
    const connected = once(app.server, 'connection')
    const request = httpGet({ host: '127.0.0.1', port, path: `/api/exports?${query}`, agent: false })
    request.on('error', () => {})
    const [socket] = await connected
    await walking
    const left = once(socket, 'close')
    request.destroy()
    await left
    goOn()
    await eventually(
      () => read.records,
      (records) => records > 0,
    )
    await eventually(drafts, (files) => files.length === 0)
    const stoppedAt = read.records
    await app.parts.db.user.count()
    t.same([stoppedAt < 1000, read.records], [true, stoppedAt], query)
  }
})

t.test('nobody can have an export made without taking it', async (t) => {
  const { origin, read } = await openMany(t, 300)
  const answer = await fetch(`${origin}/api/exports?format=json`, { method: 'HEAD' })
  t.equal(answer.status, 404)
  t.equal(read.records, 0)
})

t.test('an export that fails before its first byte is a problem, later a broken download', async (t) => {
  const { get, read, drafts, config } = await openMany(t, 5000)
  for (const query of ['format=coco', 'format=yolo', 'format=json&pictures=true']) {
    read.records = 0
    read.failAt = 1000
    const answer = await get(query)
    if (query.includes('pictures')) {
      // No picture is there, so nothing was sent yet.
      t.match(await answer.json(), { status: 500, code: 'INTERNAL' })
      t.notOk(answer.headers.get('content-disposition'))
    } else {
      t.equal(answer.status, 200)
      await t.rejects(answer.arrayBuffer(), query)
    }
    await eventually(drafts, (left) => left.length === 0)
    t.same(openFiles(config.mediaDir), [])
  }
})

t.test('a picture that is removed while it is being sent arrives whole', async (t) => {
  const { insert, store, config, port } = await openExports(t)
  const content = Buffer.alloc(16 * 1024 * 1024, 'x')
  await insert({ fileName: 'a.jpg' })
  store('uploads/2026-01-02/1.jpg', content)
  const request = httpGet({ host: '127.0.0.1', port, path: '/api/exports?format=json&pictures=true' })
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  rmSync(join(config.mediaDir, 'uploads/2026-01-02/1.jpg'))
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  const [picture] = readZip(Buffer.concat(chunks))
  t.equal(picture?.name, 'images/1-a.jpg')
  t.ok(picture?.bytes.equals(content))
})

t.test('an archive of more than 65,535 entries says so in the form of Zip64', async (t) => {
  const zip = new ZipWriter()
  const chunks: Uint8Array[] = []
  const entries = 66_000
  for (let i = 0; i < entries; i++) {
    const options = { name: `${i}.txt`, modifiedAt: new Date('2026-01-02T03:04:05Z'), deflate: false }
    for await (const chunk of zip.add(options, [String(i)])) chunks.push(chunk)
  }
  for (const chunk of zip.end()) chunks.push(chunk)
  const read = readZip(Buffer.concat(chunks))
  t.equal(read.length, entries)
  t.match(read.at(-1), { name: '65999.txt', isDeflated: false })
  t.equal(String(read.at(-1)?.bytes), '65999')
})
