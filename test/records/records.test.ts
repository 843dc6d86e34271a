import t, { type Test } from 'tap'
import type { CountsQuery, RecordPage, RecordQuery, Record as RecordView } from '../../src/contract/index.ts'
import { AppError } from '../../src/errors.ts'
import type { RecordService } from '../../src/records/record-service.ts'
import type { Principal } from '../../src/users/principal.ts'
import { classCodes, openRecords, principal, sign } from './record-fixture.ts'

const user1 = principal(1)
const analyst = principal(2, 'analyst')

async function allOf(records: RecordService, asker: Principal, query: RecordQuery = {}): Promise<RecordView[]> {
  const items: RecordView[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: RecordPage = await records.list(asker, cursor === undefined ? query : { ...query, cursor })
    items.push(...page.items)
    cursor = page.next_cursor
  }
  return items
}

/** Page by page of three, by offsets. */
async function idsByOffsets(records: RecordService, asker: Principal, query: RecordQuery): Promise<number[]> {
  const ids: number[] = []
  for (;;) {
    const page = await records.list(asker, { ...query, offset: ids.length, limit: 3 })
    ids.push(...idsOf(page.items))
    if (page.next_cursor === null) return ids
  }
}

const idsOf = (items: RecordView[]) => items.map((record) => record.record_id)

async function rejects(t: Test, promise: Promise<unknown>, code: string, field?: string) {
  const err = await promise.then(
    () => null,
    (err: unknown) => err,
  )
  t.ok(err instanceof AppError && err.code === code, `${code}: ${err}`)
  if (field !== undefined) t.equal((err as AppError).fields[0]?.field, field)
}

t.test('a record comes back as it was kept, its signs highest confidence first', async (t) => {
  const { insert, app } = await openRecords(t)
  const id = await insert({ userId: 0, detections: [sign('p5', 0.6), sign('pl60', 0.9512), sign('i5', 0.7)] })
  const answer = await app.inject({ url: `/api/detections/${id}`, headers: { 'x-as': '2 analyst' } })
  t.equal(answer.statusCode, 200)
  t.match(answer.json(), {
    record_id: 1,
    task_id: 'task_1',
    user_id: null,
    file_name: 'street1.jpg',
    file_size: 2048,
    mode: 'accurate',
    model_name: 'hz-signs',
    total_detections: 3,
    source_image_url: '/media/uploads/2026-01-02/1.jpg',
    result_image_url: '/media/detection_results/2026-01-02/result_1.jpg',
    thumbnail_url: '/media/thumbnails/2026-01-02/thumb_1.webp',
    detections: [{ class_name: '限速60', confidence: 0.9512, bbox: [10, 20, 30, 40] }, { class_code: 'i5' }, {}],
  })
})

t.test('a record without drawn pictures has no URLs for them', async (t) => {
  const { insert, records } = await openRecords(t)
  const record = await records.get(user1, await insert({ resultKey: null, thumbnailKey: null }))
  t.match(record, { result_image_url: null, thumbnail_url: null, detections: [] })
})

t.test('the day of a record is the one in the configured time zone', async (t) => {
  for (const [timeZone, offsetHours] of [
    ['Pacific/Kiritimati', 14],
    ['Pacific/Pago_Pago', -11],
  ] as const) {
    const { insert, db } = await openRecords(t, { timeZone })
    await insert({ detections: [sign('p5', 0.9)] })
    const { createdAt, day } = await db.record.findFirstOrThrow()
    t.equal(day, new Date(createdAt.getTime() + offsetHours * 3_600_000).toISOString().slice(0, 10))
    t.equal((await db.sign.findFirstOrThrow()).day, day)
  }
})

t.test('a task has one record at most', async (t) => {
  const { insert, db } = await openRecords(t)
  await insert({ taskId: 'task_x', detections: [sign('p5', 0.9)] })
  await t.rejects(insert({ taskId: 'task_x', detections: [sign('p5', 0.9)] }))
  t.equal(await db.record.count(), 1)
  t.equal(await db.sign.count(), 1)
})

t.test('users see their own records, analysts and administrators all', async (t) => {
  const { insert, records, app } = await openRecords(t)
  for (const userId of [1, 2, 3, 0]) await insert({ userId })
  t.same(idsOf(await allOf(records, user1)), [1])
  t.same(idsOf(await allOf(records, analyst)), [4, 3, 2, 1])
  t.same(idsOf(await allOf(records, principal(9, 'administrator'))), [4, 3, 2, 1])
  t.same(idsOf(await allOf(records, analyst, { user_id: 3 })), [3])
  t.same(idsOf(await allOf(records, analyst, { user_id: 0 })), [4], '0 is the local user')
  t.same(idsOf(await allOf(records, principal(0))), [4])
  t.same(idsOf(await allOf(records, user1, { user_id: 1 })), [1])
  await rejects(t, records.list(user1, { user_id: 2 }), 'PERMISSION_DENIED')
  await rejects(t, records.counts(user1, { user_id: 2 }), 'PERMISSION_DENIED')
  t.equal((await records.get(analyst, 1)).record_id, 1)
  for (const id of [2, 99]) {
    const answer = await app.inject({ url: `/api/detections/${id}`, headers: { 'x-as': '1 user' } })
    t.equal(answer.statusCode, 404)
    t.match(answer.json(), { code: 'RECORD_NOT_FOUND', record_id: id }, 'nobody learns whether it exists')
  }
})

t.test('each filter', async (t) => {
  const { insert, records } = await openRecords(t)
  await insert({
    fileName: 'Town 100%_a.JPG',
    createdAt: '2026-03-01T10:00:00.000Z',
    detections: [sign('p5', 0.9), sign('w57', 0.55)],
  })
  await insert({ fileName: 'road!.png', createdAt: '2026-03-02T10:00:00.000Z', detections: [sign('pl60', 0.7)] })
  await insert({ fileName: '街道.jpg', detectionType: 'video', createdAt: '2026-03-03T10:00:00.000Z' })
  await insert({
    fileName: 'ROAD.png',
    createdAt: '2026-03-04T10:00:00.000Z',
    detections: [sign('p5', 0.5), sign('i5', 0.99), sign('p5', 0.6)],
  })
  const cases: Array<[RecordQuery, number[]]> = [
    [{}, [4, 3, 2, 1]],
    [{ class: 'p5' }, [4, 1]],
    [{ class: 'pl60, p5,' }, [4, 2, 1]],
    [{ class: 'nothing' }, []],
    [{ class: '' }, [4, 3, 2, 1]],
    [{ category: 'warning' }, [1]],
    [{ category: 'prohibitory' }, [4, 2, 1]],
    [{ min_confidence: 0.9 }, [4, 1]],
    [{ max_confidence: 0.5 }, [4]],
    [{ min_confidence: 0.55, max_confidence: 0.7 }, [4, 2, 1]],
    [{ class: 'p5', min_confidence: 0.95 }, []],
    [{ class: 'p5', category: 'mandatory' }, []],
    [{ class: 'p5', category: 'prohibitory', min_confidence: 0.8 }, [1]],
    [{ from: '2026-03-02T10:00:00.000Z' }, [4, 3, 2]],
    [{ to: '2026-03-02T10:00:00Z' }, [1]],
    [{ from: '2026-03-02T18:00:00+08:00', to: '2026-03-03T10:00:00.001Z' }, [3, 2]],
    [{ from: '2027-01-01T00:00:00Z' }, []],
    [{ from: '2026-03-02T00:00:00Z', class: 'p5' }, [4]],
    [{ detection_type: 'video' }, [3]],
    [{ detection_type: 'image', class: 'p5' }, [4, 1]],
    [{ detection_type: 'video', class: 'p5' }, []],
    [{ file_name: 'road' }, [4, 2]],
    [{ file_name: '%' }, [1]],
    [{ file_name: '_A' }, [1]],
    [{ file_name: '!' }, [2]],
    [{ file_name: '街' }, [3]],
    [{ file_name: "'; DROP TABLE" }, []],
    [{ file_name: 'road', class: 'p5' }, [4]],
  ]
  for (const [query, expected] of cases) {
    const label = JSON.stringify(query)
    t.same(idsOf(await allOf(records, analyst, query)), expected, label)
    t.same(idsOf(await allOf(records, user1, { ...query, limit: 1 })), expected, `${label} by pages of one`)
    const { cursor: _, limit: __, ...counted } = query
    t.equal((await records.counts(analyst, counted)).records, expected.length, `${label} counted`)
  }
})

const orders = ['newest', 'oldest', 'most_signs', 'least_confident'] as const

const least = (record: RecordView) => Math.min(2, ...record.detections.map(({ confidence }) => confidence))
const comparisons: Record<(typeof orders)[number], (a: RecordView, b: RecordView) => number> = {
  newest: (a, b) => b.record_id - a.record_id,
  oldest: (a, b) => a.record_id - b.record_id,
  most_signs: (a, b) => b.total_detections - a.total_detections || b.record_id - a.record_id,
  least_confident: (a, b) => least(a) - least(b) || a.record_id - b.record_id,
}

t.test('every order is the same by cursors, by offsets and sorted by hand, whatever the filter', async (t) => {
  const { insert, records, db } = await openRecords(t)
  let seed = 3
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31
    return Math.floor((seed / 2 ** 31) * below)
  }
  for (let i = 1; i <= 40; i++) {
    const detections = Array.from({ length: random(4) }, () => sign(classCodes[random(4)] ?? 'p5', random(5) / 4))
    await insert({
      ...{ userId: 1 + random(2), detections, fileName: `street${i}.jpg` },
      createdAt: new Date(Date.UTC(2026, 2, 1, i)).toISOString(),
    })
  }
  await db.record.updateMany({ where: { id: { in: [3, 5, 8, 13, 21, 34] } }, data: { reviewState: 'reviewed' } })
  const all = await allOf(records, analyst)
  const has = (fits: (sign: RecordView['detections'][number]) => boolean) => (record: RecordView) =>
    record.detections.some(fits)
  const filters: Array<[RecordQuery, (record: RecordView) => boolean]> = [
    [{}, () => true],
    [{ user_id: 2 }, (record) => record.user_id === 2],
    [{ newest_id: 25 }, (record) => record.record_id <= 25],
    [{ class: 'p5' }, has(({ class_code }) => class_code === 'p5')],
    [{ class: 'p5,i5,w57', newest_id: 30 }, (r) => has((s) => s.class_code !== 'pl60')(r) && r.record_id <= 30],
    [{ category: 'prohibitory', user_id: 1 }, (r) => has((s) => s.category === 'prohibitory')(r) && r.user_id === 1],
    [{ min_confidence: 0.5 }, has(({ confidence }) => confidence >= 0.5)],
    [{ review: 'reviewed' }, (record) => record.review.state === 'reviewed'],
    [{ review: 'in_progress' }, () => false],
    [
      { review: 'unreviewed', class: 'p5,i5' },
      (r) => r.review.state === 'unreviewed' && has((s) => ['p5', 'i5'].includes(s.class_code))(r),
    ],
    [{ file_name: 'street1' }, (record) => record.file_name.startsWith('street1')],
    [{ file_name: 'street1', class: 'p5' }, (r) => r.file_name.startsWith('street1') && /"p5"/.test(JSON.stringify(r))],
    [{ from: '2026-03-01T10:00:00Z', to: '2026-03-02T06:00:00Z' }, (r) => r.record_id >= 10 && r.record_id < 30],
  ]
  for (const order of orders) {
    for (const [filter, fits] of filters) {
      const query = { ...filter, order }
      const expected = idsOf(all.filter(fits).sort(comparisons[order]))
      const label = JSON.stringify(query)
      t.same(idsOf(await allOf(records, analyst, query)), expected, label)
      t.same(idsOf(await allOf(records, analyst, { ...query, limit: 2 })), expected, `${label} by cursors`)
      t.same(await idsByOffsets(records, analyst, query), expected, `${label} by offsets`)
      const { order: _, newest_id, ...counted } = query
      if (newest_id === undefined) t.equal((await records.counts(analyst, counted)).records, expected.length, label)
    }
    const beyond = await records.list(analyst, { order, offset: 2147483647 })
    t.same(beyond, { items: [], next_cursor: null }, 'beyond the end there is nothing')
  }
})

t.test('far offsets into several classes find what near ones do', async (t) => {
  const { records, db, insert } = await openRecords(t)
  await insert({ detections: [sign('p5', 0.9), sign('i5', 0.8)] })
  const { id: _, ...record } = await db.record.findFirstOrThrow()
  const signs = await db.sign.findMany()
  for (let from = 2; from <= 5100; from += 500) {
    const ids = Array.from({ length: Math.min(500, 5101 - from) }, (_, i) => from + i)
    const data = ids.map((id) => ({ ...record, id, taskId: `task_${id}`, resultKey: null, thumbnailKey: null }))
    await db.record.createMany({ data })
    await db.sign.createMany({
      data: ids.flatMap((recordId) => signs.map(({ id: _, ...one }) => ({ ...one, recordId }))),
    })
  }
  for (const offset of [4990, 5000, 5001, 5010]) {
    const page = await records.list(analyst, { class: 'p5,i5', order: 'oldest', offset, limit: 2 })
    t.same(idsOf(page.items), [offset + 1, offset + 2])
  }
})

t.test('offsets stay what they were while records arrive', async (t) => {
  const { insert, records } = await openRecords(t)
  for (let i = 0; i < 6; i++) await insert({ detections: [sign('p5', 0.5)] })
  for (const order of orders) {
    const before = await records.list(user1, { order, newest_id: 6 })
    await insert({ detections: [sign('p5', 0.1), sign('p5', 0.9)] })
    t.same(await records.list(user1, { order, newest_id: 6 }), before)
    t.same((await records.list(user1, { order, newest_id: 6, offset: 2, limit: 2 })).items, before.items.slice(2, 4))
    t.equal((await records.list(user1, { order, offset: 6 })).items.length > 0, true)
  }
})

t.test('a cursor belongs to its order', async (t) => {
  const { insert, records } = await openRecords(t)
  for (let i = 0; i < 3; i++) await insert({ detections: [sign('p5', 0.5)] })
  for (const order of orders) {
    const { next_cursor } = await records.list(user1, { order, limit: 1 })
    for (const other of orders) {
      const page = records.list(user1, { order: other, cursor: next_cursor as string })
      if (other === order) t.equal((await page).items.length, 2)
      else await rejects(t, page, 'INVALID_CURSOR')
    }
    await rejects(
      t,
      records.list(user1, { order, cursor: next_cursor as string, offset: 0 }),
      'INVALID_REQUEST',
      'offset',
    )
  }
  const forged = ['most_signs:1:', 'most_signs:1:1.5', 'least_confident:1:7', 'least_confident:1:-', 'newest:1:5']
  for (const text of forged) {
    const cursor = Buffer.from(text).toString('base64url')
    const order = text.split(':')[0] as (typeof orders)[number]
    await rejects(t, records.list(user1, { order, cursor }), 'INVALID_CURSOR')
  }
})

t.test('a span of time is exact where ids do not follow it', async (t) => {
  const { insert, records } = await openRecords(t)
  for (const hour of ['05', '01', '03', '02', '04']) {
    await insert({ createdAt: `2026-03-01T${hour}:00:00Z`, detections: [sign('p5', 0.9)] })
  }
  const query = { from: '2026-03-01T02:00:00Z', to: '2026-03-01T04:30:00Z' }
  t.same(idsOf(await allOf(records, analyst, query)), [5, 4, 3])
  const narrow = { from: '2026-03-01T01:00:00Z', to: '2026-03-01T02:30:00Z' }
  t.same(idsOf(await allOf(records, analyst, narrow)), [4, 2])
  t.same(idsOf(await allOf(records, analyst, { ...narrow, class: 'p5' })), [4, 2])
  t.match(await records.counts(analyst, narrow), { records: 2, signs: 2, by_class: [{ class_code: 'p5', signs: 2 }] })
  t.match(await records.counts(analyst, { ...narrow, class: 'p5' }), { records: 2, signs: 2 })
})

t.test('a walk looks its span of time up once, however long it is', async (t) => {
  const { insert, records, db } = await openRecords(t)
  for (let i = 0; i < 250; i++) await insert()
  let spans = 0
  const queryRaw = db.$queryRaw.bind(db)
  Object.assign(db, {
    $queryRaw: (query: TemplateStringsArray, ...values: unknown[]) => {
      if (String(query).includes('MIN(r."id")')) spans++
      return queryRaw(query, ...values)
    },
  })
  const ids: number[] = []
  for await (const batch of await records.walk(analyst, { from: '2020-01-01T00:00:00Z' }, null)) {
    ids.push(...batch.map(({ id }) => id))
  }
  t.equal(ids.length, 250)
  t.equal(spans, 1)
  for await (const _batch of await records.walk(analyst, { to: '2020-01-01T00:00:00Z' }, null)) t.fail('it is empty')
})

t.test('pages neither repeat nor skip a record while others come and go', async (t) => {
  const { insert, records } = await openRecords(t)
  for (let i = 0; i < 9; i++) await insert({ detections: [sign('p5', 0.9), sign('p5', 0.8)] })
  for (const query of [{}, { class: 'p5,i5' }]) {
    const first = await records.list(user1, { ...query, limit: 4 })
    const newer = await insert({ detections: [sign('p5', 0.9)] })
    await records.remove(user1, first.items.at(-1)?.record_id as number)
    const second = await records.list(user1, { ...query, limit: 4, cursor: first.next_cursor as string })
    const before = Math.min(...idsOf(first.items))
    t.notOk(idsOf(second.items).includes(newer))
    t.same(
      idsOf(second.items),
      idsOf(await allOf(records, user1))
        .filter((id) => id < before)
        .slice(0, 4),
    )
  }
  const last = await records.list(user1, { limit: 200 })
  t.equal(last.next_cursor, null)
})

t.test('what is wrong with a query is said by name', async (t) => {
  const { records, app } = await openRecords(t)
  for (const cursor of ['', 'x', '%%%', Buffer.from('newest:99999999999:').toString('base64url'), '0'.repeat(200)]) {
    await rejects(t, records.list(user1, { cursor }), 'INVALID_CURSOR')
  }
  await rejects(t, records.list(user1, { from: '2026-12-31T23:59:60Z' }), 'INVALID_REQUEST', 'from')
  await rejects(t, records.counts(user1, { to: '2026-12-31T23:59:60Z' }), 'INVALID_REQUEST', 'to')
  const refused = [
    'limit=0',
    'limit=201',
    'order=random',
    'offset=-1',
    'newest_id=x',
    'review=done',
    'min_confidence=2',
    'category=red',
    'from=yesterday',
    'nonsense=1',
    'user_id=-1',
  ]
  for (const query of refused) {
    const answer = await app.inject({ url: `/api/detections?${query}`, headers: { 'x-as': '1 user' } })
    t.equal(answer.statusCode, 400, query)
  }
  for (const id of ['0', 'x', '99999999999']) {
    const answer = await app.inject({ url: `/api/detections/${id}`, headers: { 'x-as': '1 user' } })
    t.equal(answer.statusCode, 400, id)
  }
})

t.test('counts are what counting by hand gives', async (t) => {
  const { insert, records, app } = await openRecords(t)
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31
    return Math.floor((seed / 2 ** 31) * below)
  }
  for (let i = 0; i < 60; i++) {
    const detections = Array.from({ length: random(4) }, () => sign(classCodes[random(4)]!, random(100) / 100))
    const createdAt = `2026-03-0${1 + random(5)}T${10 + random(12)}:00:00Z`
    await insert({ userId: random(3), detectionType: random(3) ? 'image' : 'video', createdAt, detections })
  }
  const queries: CountsQuery[] = [
    {},
    { class: 'p5' },
    { class: 'p5,i5', min_confidence: 0.3 },
    { category: 'prohibitory', max_confidence: 0.6 },
    { detection_type: 'video' },
    { file_name: 'street1', category: 'warning' },
    { from: '2026-03-02T20:00:00Z', to: '2026-03-04T04:00:00Z' },
    { from: '2026-03-02T20:00:00Z', class: 'w57' },
  ]
  for (const asker of [user1, analyst]) {
    for (const query of queries) {
      t.same(
        await records.counts(asker, query),
        byHand(await allOf(records, asker, query), query),
        JSON.stringify(query),
      )
    }
  }
  const answer = await app.inject({ url: '/api/detections/counts?class=p5', headers: { 'x-as': '1 user' } })
  t.same(answer.json(), await records.counts(user1, { class: 'p5' }))
})

function byHand(found: RecordView[], query: CountsQuery) {
  const codes = query.class?.split(',')
  const days = new Map<string, { day: string; records: number; signs: number }>()
  const kinds = new Map<string, { class_code: string; signs: number }>()
  for (const record of found) {
    const day = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date(record.created_at))
    const signs = record.detections.filter(
      ({ class_code, category, confidence }) =>
        (codes?.includes(class_code) ?? true) &&
        category === (query.category ?? category) &&
        confidence >= (query.min_confidence ?? 0) &&
        confidence <= (query.max_confidence ?? 1),
    )
    const entry = days.get(day) ?? { day, records: 0, signs: 0 }
    days.set(day, { day, records: entry.records + 1, signs: entry.signs + signs.length })
    for (const { confidence: _, bbox: __, verdict: ___, ...kind } of signs) {
      kinds.set(kind.class_code, { ...kind, signs: (kinds.get(kind.class_code)?.signs ?? 0) + 1 })
    }
  }
  const by_day = [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1))
  const by_class = [...kinds.values()].sort((a, b) => b.signs - a.signs || (a.class_code < b.class_code ? -1 : 1))
  return { records: found.length, signs: by_class.reduce((sum, kind) => sum + kind.signs, 0), by_class, by_day }
}
