import { existsSync } from 'node:fs'
import t from 'tap'
import type { Db } from '../../src/db/index.ts'
import { finishRemovals } from '../../src/records/record-removal.ts'
import { openRecords, principal, sign } from './record-fixture.ts'

const key = 'uploads/2026-01-02/shared.jpg'
const result = (n: number) => `detection_results/2026-01-02/result_${n}.jpg`
const thumbnail = (n: number) => `thumbnails/2026-01-02/thumb_${n}.webp`

function upload(db: Db, userId = 1) {
  const picture = { fileName: 'a.jpg', fileSize: 7n, sha256: 'ab', mediaType: 'image/jpeg', width: 1, height: 1 }
  return db.upload.create({ data: { id: 'upl_1', key, userId, ...picture } })
}

function task(db: Db, status: 'queued' | 'success') {
  const options = { options: {}, estimatedTime: 1, status, detectionType: 'image' as const }
  return db.task.create({
    data: { id: 'task_t', userId: 1, uploadId: 'upl_1', fileName: 'a.jpg', fileSize: 7n, ...options },
  })
}

t.test('deleting a record deletes its signs and all its files', async (t) => {
  const { db, files, store, insert, app } = await openRecords(t)
  await upload(db)
  await task(db, 'success')
  const id = await insert({ key, detections: [sign('p5', 0.9), sign('i5', 0.8)] })
  for (const name of [key, result(1), thumbnail(1)]) store(name)
  const request = { method: 'DELETE', url: `/api/detections/${id}`, headers: { 'x-as': '1 user' } } as const
  const answer = await app.inject(request)
  t.equal(answer.statusCode, 204)
  t.equal(answer.body, '')
  t.equal(await db.record.count(), 0)
  t.equal(await db.sign.count(), 0)
  t.equal(await db.upload.count(), 0)
  t.equal(await db.fileRemoval.count(), 0)
  t.equal((await db.task.findFirstOrThrow()).uploadId, null, 'its task stays, without the file')
  for (const name of [key, result(1), thumbnail(1)]) t.notOk(existsSync(files.pathOf(name)), name)
  t.equal((await app.inject(request)).json().code, 'RECORD_NOT_FOUND')
})

t.test('a source stays as long as another record shows it or an unfinished task needs it', async (t) => {
  const { db, files, store, insert, records } = await openRecords(t)
  await upload(db)
  const waiting = await task(db, 'queued')
  const first = await insert({ key })
  const second = await insert({ key })
  store(key)
  await records.remove(principal(1), first)
  t.ok(existsSync(files.pathOf(key)), 'the other record shows it')
  await records.remove(principal(1), second)
  t.ok(existsSync(files.pathOf(key)), 'the queued task needs it')
  t.equal(await db.upload.count(), 1)
  await db.task.update({ where: { id: waiting.id }, data: { status: 'success' } })
  await records.remove(principal(1), await insert({ key }))
  t.notOk(existsSync(files.pathOf(key)))
  t.equal(await db.upload.count(), 0)
})

t.test('owners delete their own, administrators any, analysts not those of others', async (t) => {
  const { insert, app, db } = await openRecords(t)
  for (const userId of [1, 1, 2]) await insert({ userId })
  const remove = async (id: number, as: string) => {
    const answer = await app.inject({ method: 'DELETE', url: `/api/detections/${id}`, headers: { 'x-as': as } })
    return answer.statusCode === 204 ? 204 : answer.json().code
  }
  t.equal(await remove(1, '3 user'), 'RECORD_NOT_FOUND')
  t.equal(await remove(1, '2 analyst'), 'PERMISSION_DENIED')
  t.equal(await remove(3, '2 analyst'), 204)
  t.equal(await remove(1, '1 user'), 204)
  t.equal(await remove(2, '3 administrator'), 204)
  t.equal(await db.record.count(), 0)
})

t.test('several records go in one request, and their owners hear of it', async (t) => {
  const { db, files, store, insert, app } = await openRecords(t)
  await upload(db)
  for (const userId of [1, 2, 1, 1]) await insert({ userId, ...(userId === 1 ? { key } : {}) })
  for (const name of [key, result(1), result(2), result(3), result(4)]) store(name)
  const remove = async (record_ids: unknown[], as: string) => {
    const payload = { record_ids }
    const answer = await app.inject({ method: 'POST', url: '/api/detections/delete', headers: { 'x-as': as }, payload })
    return answer.json()
  }
  t.same(await remove([4, 2, 99, 1], '1 user'), {
    removed: [4, 1],
    refused: [
      { record_id: 2, code: 'RECORD_NOT_FOUND' },
      { record_id: 99, code: 'RECORD_NOT_FOUND' },
    ],
  })
  t.same(
    [1, 2, 3, 4].map((n) => existsSync(files.pathOf(result(n)))),
    [false, true, true, false],
  )
  t.ok(existsSync(files.pathOf(key)), 'record 3 shows the same upload')
  t.same(await remove([3], '2 analyst'), { removed: [], refused: [{ record_id: 3, code: 'PERMISSION_DENIED' }] })
  t.same(await remove([3, 2], '3 administrator'), { removed: [3, 2], refused: [] })
  t.notOk(existsSync(files.pathOf(key)))
  t.same([await db.record.count(), await db.upload.count(), await db.fileRemoval.count()], [0, 0, 0])
  const events = await db.event.findMany({ where: { stream: { startsWith: 'user:' } }, orderBy: { at: 'asc' } })
  t.same(
    events.map(({ stream, type, data }) => [stream, type, (data as { record_ids: number[] }).record_ids.sort()]).sort(),
    [
      ['user:1', 'records_removed', [1, 4]],
      ['user:1', 'records_removed', [3]],
      ['user:2', 'records_removed', [2]],
    ],
  )
  for (const wrong of [[], ['x'], [1, 1], [0], Array.from({ length: 501 }, (_, i) => i + 1)]) {
    t.equal((await remove(wrong, '1 user')).code, 'OTHER', `${wrong.length} ids`)
  }
})

t.test('a removal and its event happen both or neither', async (t) => {
  const { insert, records, db } = await openRecords(t)
  const id = await insert()
  await db.$executeRaw`CREATE TRIGGER "refuse" BEFORE INSERT ON "Event" BEGIN SELECT RAISE(ABORT, 'no'); END`
  await t.rejects(records.remove(principal(1), id))
  await t.rejects(records.removeAll(principal(1), [id]))
  t.same([await db.record.count(), await db.event.count(), await db.fileRemoval.count()], [1, 0, 0])
  await db.$executeRaw`DROP TRIGGER "refuse"`
  await records.remove(principal(1), id)
  t.match(await db.event.findMany({ where: { stream: 'user:1' } }), [
    { type: 'records_removed', userId: 1, data: { record_ids: [id] } },
  ])
})

t.test('five hundred records go in one request and one event, and of none the signs stay', async (t) => {
  const { insert, records, db } = await openRecords(t)
  const ids: number[] = []
  for (let i = 0; i < 500; i++) ids.push(await insert({ detections: [sign('p5', 0.9)] }))
  const { removed } = await records.removeAll(principal(1), ids)
  t.same(removed, ids)
  t.same([await db.record.count(), await db.sign.count(), await db.fileRemoval.count()], [0, 0, 0])
  t.equal(await db.event.count(), 2, 'one event, in the streams user:1 and all')
})

t.test('of two requests to delete one record, one succeeds', async (t) => {
  const { insert, records } = await openRecords(t)
  const id = await insert()
  const outcomes = await Promise.allSettled([records.remove(principal(1), id), records.remove(principal(1), id)])
  t.same(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

t.test('files that a crash left after the commit are removed at the next start', async (t) => {
  const errors: unknown[] = []
  const broken = { remove: () => Promise.reject(new Error('the disk is gone')) }
  const { insert, records, db, files, store } = await openRecords(t, {
    files: broken,
    onError: (err) => errors.push(err),
  })
  const id = await insert()
  store(result(1))
  await records.remove(principal(1), id)
  t.equal(errors.length, 1)
  t.equal(await db.record.count(), 0, 'the record is gone all the same')
  t.equal(await db.fileRemoval.count(), 3)
  t.equal(await finishRemovals(db, files, (err) => t.error(err)), 3)
  t.notOk(existsSync(files.pathOf(result(1))))
  t.equal(await finishRemovals(db, files, (err) => t.error(err)), 0)
})

t.test('pictures follow the access rules of their record', async (t) => {
  const { db, insert, store, app } = await openRecords(t)
  await insert({ key })
  await upload(db)
  await db.upload.create({
    data: { ...(await db.upload.findFirstOrThrow()), id: 'upl_2', key: 'uploads/2026-01-02/only.png', userId: 1 },
  })
  for (const name of [key, result(1), thumbnail(1), 'uploads/2026-01-02/only.png', result(9)]) store(name)
  const get = async (path: string, as: string) => (await app.inject({ url: path, headers: { 'x-as': as } })).statusCode
  for (const name of [key, result(1), thumbnail(1)]) {
    t.equal(await get(`/media/${name}`, '1 user'), 200, `${name} to its owner`)
    t.equal(await get(`/media/${name}`, '2 analyst'), 200, `${name} to an analyst`)
    t.equal(await get(`/media/${name}`, '3 user'), 404, `${name} to somebody else`)
  }
  t.equal(await get('/media/uploads/2026-01-02/only.png', '1 user'), 200, 'an upload to its owner')
  t.equal(await get('/media/uploads/2026-01-02/only.png', '2 administrator'), 404, 'to nobody else yet')
  t.equal(await get(`/media/${result(9)}`, '2 administrator'), 404, 'a file that no row knows')
})

t.test('pictures come with type, ETag and Range, and are kept by the browser', async (t) => {
  const { insert, store, app } = await openRecords(t)
  await insert()
  store(result(1), '0123456789')
  store(thumbnail(1))
  const url = `/media/${result(1)}`
  const whole = await app.inject({ url, headers: { 'x-as': '1 user' } })
  t.equal(whole.body, '0123456789')
  t.match(whole.headers, {
    'content-type': 'image/jpeg',
    'content-length': '10',
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
    'content-disposition': 'inline',
    'cache-control': 'private, max-age=31536000, immutable',
  })
  const etag = String(whole.headers.etag)
  const kept = await app.inject({ url, headers: { 'x-as': '1 user', 'if-none-match': etag } })
  t.equal(kept.statusCode, 304)
  t.equal(kept.body, '')
  const part = await app.inject({ url, headers: { 'x-as': '1 user', range: 'bytes=2-4' } })
  t.equal(part.statusCode, 206)
  t.equal(part.body, '234')
  t.equal(part.headers['content-range'], 'bytes 2-4/10')
  const beyond = await app.inject({ url, headers: { 'x-as': '1 user', range: 'bytes=50-' } })
  t.equal(beyond.statusCode, 416)
  const head = await app.inject({ method: 'HEAD', url, headers: { 'x-as': '1 user' } })
  t.equal(head.statusCode, 200)
  t.equal(head.headers['content-length'], '10')
  t.equal(head.body, '')
  const small = await app.inject({ url: `/media/${thumbnail(1)}`, headers: { 'x-as': '1 user' } })
  t.equal(small.headers['content-type'], 'image/webp')
})

t.test('no path leads out of the store, and an answer of 404 is not kept by the browser', async (t) => {
  const { insert, app, store } = await openRecords(t)
  await insert()
  store(thumbnail(1))
  const paths = [
    '/media/',
    '/media/../x.db',
    '/media/..%2fx.db',
    '/media/%2e%2e/x.db',
    '/media/uploads/..%2f..%2fx.db',
    `/media/${thumbnail(1)}%00`,
    `/media/${thumbnail(1)}/`,
    `/media/.%2f${thumbnail(1)}`,
    `/media//${thumbnail(1)}`,
    '/media/..%5cx.db',
    '/media/.drafts/x',
    `/media/${'a/'.repeat(400)}`,
    `/media/${result(1)}`,
  ]
  for (const url of paths) {
    const answer = await app.inject({ url, headers: { 'x-as': '1 administrator' } })
    t.equal(answer.statusCode, 404, url)
    t.equal(answer.json().code, 'NOT_FOUND', url)
    t.notOk(answer.headers['cache-control'], url)
  }
})
