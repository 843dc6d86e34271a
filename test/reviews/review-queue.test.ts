import { cp, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import t from 'tap'
import type { ReviewQueue } from '../../src/contract/index.ts'
import { type Db, openDb, Prisma } from '../../src/db/index.ts'
import { applyMigrations } from '../../src/db/migrate.ts'
import { packageRoot } from '../../src/package-root.ts'
import { findRarest } from '../../src/reviews/queue-order.ts'
import { waitingConditions } from '../../src/reviews/waiting-records.ts'
import { found, say, startReviews } from './review-fixture.ts'

const orders = ['uncertain', 'rare', 'newest', 'oldest'] as const
const idsOf = ({ items }: ReviewQueue) => items.map(({ record }) => record.record_id)

t.test('each order puts what it is called after first', async (t) => {
  const { insert, queue, save } = await startReviews(t)
  await insert({ detections: [found('p5', 0.9), found('i5', 0.55)] }) // 1
  await insert({ detections: [found('p5', 0.6)] }) // 2
  await insert() // 3: nothing found
  await insert({ detections: [found('w57', 0.99), found('p5', 0.98)] }) // 4
  await insert({ detections: [found('p5', 0.52)] }) // 5
  await insert({ detections: [found('i5', 0.95)] }) // 6
  await insert({ detections: [found('p5', 0.51)] }) // 7: is going to be finished
  await save('alice', 7, { version: 0, state: 'reviewed', signs: [] })
  await save('alice', 6, { version: 0, state: 'in_progress', signs: [] })
  const expected = {
    uncertain: [5, 1, 2, 6, 4, 3],
    rare: [4, 6, 1, 5, 2, 3], // w57 is there once, i5 twice, p5 five times
    newest: [6, 5, 4, 3, 2, 1],
    oldest: [1, 2, 3, 4, 5, 6],
  }
  for (const order of orders) {
    const whole = await queue('ana', `?order=${order}`)
    t.same(idsOf(whole), expected[order], order)
    t.equal(whole.waiting, 6)
    const pages = []
    for (let offset = 0; offset < 8; offset += 2) {
      const page = await queue('ana', `?order=${order}&limit=2&offset=${offset}`)
      t.equal(page.waiting, 6)
      pages.push(...idsOf(page))
    }
    t.same(pages, expected[order], `${order} by pages of two`)
  }
  t.same(idsOf(await queue('ana')), expected.uncertain, 'the uncertain ones where nothing else is asked for')
  const { items } = await queue('ana', '?order=rare')
  t.match(items[0], {
    record: {
      record_id: 4,
      detections: [{ class_code: 'w57' }, { class_code: 'p5' }],
      review: { state: 'unreviewed' },
    },
    lowest_confidence: 0.98,
    rarest_class: { class_code: 'w57', class_name: '注意行人', category: 'warning', signs: 1 },
  })
  t.match(items[2], { lowest_confidence: 0.55, rarest_class: { class_code: 'i5', signs: 2 } })
  t.match(items[5], { lowest_confidence: null, rarest_class: null })
})

t.test('the queue follows what people say', async (t) => {
  const { insert, queue, save } = await startReviews(t)
  const first = await insert({ detections: [found('p5', 0.5), found('i5', 0.9)] })
  const second = await insert({ detections: [found('p5', 0.6)] })
  t.same(idsOf(await queue('alice')), [first, second])
  await save('alice', first, { version: 0, state: 'in_progress', signs: [say('m1', 'rejected')] })
  const after = await queue('alice')
  t.same(idsOf(after), [second, first], 'the doubtful sign was none')
  t.match(after.items[1], { lowest_confidence: 0.9, rarest_class: { class_code: 'i5', signs: 1 } })
  await save('ana', first, { version: 1, state: 'reviewed', signs: [] })
  t.match(await queue('alice'), { waiting: 1, items: [{ record: { record_id: second } }] })
  await save('ana', first, { version: 2, state: 'in_progress', signs: [] })
  t.equal((await queue('alice')).waiting, 2, 'what is taken up again waits again')
})

t.test('filters let through what they let through elsewhere', async (t) => {
  const { insert, queue, ids, ask } = await startReviews(t)
  const at = (day: number) => `2026-03-0${day}T10:00:00.000Z`
  await insert({ fileName: 'Town.jpg', createdAt: at(1), detections: [found('p5', 0.9), found('w57', 0.55)] })
  await insert({ fileName: 'road.jpg', createdAt: at(2), detections: [found('pl60', 0.7)] })
  await insert({ fileName: 'road.png', createdAt: at(3), detectionType: 'video', userId: ids.bob })
  await insert({ createdAt: at(4), detections: [found('p5', 0.5), found('i5', 0.99)], userId: ids.bob })
  // The third is a video: its signs stand on many pictures, and are looked at while it plays.
  const cases: Array<[string, number[]]> = [
    ['', [4, 2, 1]],
    ['class=p5', [4, 1]],
    ['class=p5,pl60&min_confidence=0.6', [2, 1]],
    ['category=mandatory', [4]],
    ['max_confidence=0.55', [4, 1]],
    [`user_id=${ids.bob}`, [4]],
    [`user_id=${ids.bob}&class=p5`, [4]],
    ['detection_type=video', []],
    ['detection_type=image&class=p5&file_name=town', [1]],
    ['file_name=road', [2]],
    [`from=${at(2)}`, [4, 2]],
    [`from=${at(2)}&to=${at(3)}&class=pl60`, [2]],
    [`from=${at(3)}&class=pl60`, []],
    ['from=2027-01-01T00:00:00Z', []],
  ]
  for (const [query, expected] of cases) {
    for (const order of orders) {
      const answer = await queue('ana', `?order=${order}&${query}`)
      t.same(
        idsOf(answer).sort((a, b) => b - a),
        expected,
        `${order} ${query}`,
      )
      t.equal(answer.waiting, expected.length)
    }
  }
  const own = await queue('alice', '?order=rare')
  t.same(idsOf(own), [1, 2], 'users see their own')
  t.match(own.items[0], { rarest_class: { class_code: 'p5', signs: 1 } }, 'and count their own')
  t.equal((await ask('alice', 'GET', `/api/reviews/queue?user_id=${ids.bob}`)).json.code, 'PERMISSION_DENIED')
  for (const [field, query] of [
    ['order', 'order=best'],
    ['limit', 'limit=201'],
    ['offset', 'offset=-1'],
    ['from', 'from=2026-12-31T23:59:60Z'],
    ['review', 'review=reviewed'],
  ] as const) {
    const { json } = await ask('ana', 'GET', `/api/reviews/queue?${query}`)
    t.match(json, { code: 'INVALID_REQUEST', errors: [{ field }] }, query)
  }
})

t.test('the rarest come in one order, however they are looked for', async (t) => {
  const { insert, db, queue } = await startReviews(t)
  const codes = ['p5', 'p5', 'p5', 'pl60', 'pl60', 'i5', 'w57']
  for (let i = 0; i < 60; i++) {
    const detections = Array.from({ length: i % 4 }, (_, n) => found(codes[(i * 5 + n * 3) % 7]!, 0.9))
    await insert({ detections })
  }
  const none = {
    ...{ userId: null, from: null, to: null, detectionType: null, fileName: null, classCodes: [] },
    ...{ category: null, review: null, newestId: null, recordIds: null },
  }
  const condition = await waitingConditions(db, { ...none, minConfidence: null, maxConfidence: null })
  const sorted = idsOf(await queue('ana', '?order=rare&limit=200'))
  t.equal(new Set(sorted).size, 60)
  const classes = await db.sign.groupBy({ by: ['classCode'], _count: true, orderBy: { _count: { id: 'asc' } } })
  const rarest = classes.map(({ classCode }) => classCode)
  for (const [limit, offset] of [
    [5, 0],
    [7, 11],
    [50, 30],
  ] as const) {
    // As many as make it go from class to class.
    const walked = await findRarest(db, { condition: condition!, count: 1_000_000 }, rarest, { limit, offset })
    t.same(walked, sorted.slice(offset, offset + limit), `${limit} from ${offset} on`)
  }
})

t.test('the tenth class is less rare than the second also where numbers are sent as text', async (t) => {
  const { insert, db } = await startReviews(t)
  const codes = Array.from({ length: 12 }, (_, i) => `c${i}`)
  const ids: number[] = []
  for (const code of codes) ids.push(await insert({ detections: [found(code, 0.9)] }))
  // As PostgreSQL's driver does, where nothing else says of what type a parameter is.
  const asText = {
    $queryRaw: (query: Prisma.Sql) => {
      const values = query.values.map((value) => (typeof value === 'number' ? String(value) : value))
      return db.$queryRaw(new Prisma.Sql(query.strings, values))
    },
  } as unknown as Db
  const page = { limit: 50, offset: 0 }
  t.same(await findRarest(asText, { condition: Prisma.sql`1 = 1`, count: 12 }, codes, page), ids)
})

t.test('records of an earlier version are upgraded to unreviewed ones that know their lowest confidence', async (t) => {
  const dir = t.testdir()
  const all = join(packageRoot, 'prisma', 'sqlite', 'migrations')
  const [review = ''] = (await readdir(all)).filter((name) => name.endsWith('_review_and_retention'))
  const earlier = (await readdir(all)).filter((name) => name < review)
  for (const name of earlier) await cp(join(all, name), join(dir, 'migrations', name), { recursive: true })
  const url = `file:${dir}/old.db`
  const client = createClient({ url })
  const applied = await applyMigrations(
    {
      script: (sql) => client.executeMultiple(sql),
      transaction: (sql) => client.executeMultiple(`BEGIN;${sql};COMMIT;`),
      rows: async (sql) => (await client.execute(sql)).rows as unknown as Array<Record<string, unknown>>,
    },
    join(dir, 'migrations'),
  )
  t.same(applied, earlier)
  const record = `"taskId", "userId", "detectionType", "fileName", "fileSize", "sha256", "mediaType", "width", "height", "mode",
    "confidenceThreshold", "modelName", "modelVersion", "processingTime", "totalDetections", "day"`
  const values = `1, 'image', 'a.jpg', 7, 'ab', 'image/jpeg', 640, 480, 'fast', 0.5, 'm', '1', 0.1`
  const sign = `"recordId", "userId", "day", "classCode", "className", "classNameEn", "category", "confidence", "x1", "y1", "x2", "y2"`
  await client.executeMultiple(`
    INSERT INTO "User" ("id", "username") VALUES (1, 'old');
    INSERT INTO "Record" (${record}) VALUES ('task_1', ${values}, 2, '2026-01-02'), ('task_2', ${values}, 0, '2026-01-02');
    INSERT INTO "Sign" (${sign}) VALUES (1, 1, '2026-01-02', 'p5', 'p5', 'p5', 'other', 0.9, 1, 2, 3, 4),
      (1, 1, '2026-01-02', 'i5', 'i5', 'i5', 'other', 0.4, 1, 2, 3, 4);`)
  client.close()

  const db = await openDb(url)
  t.teardown(() => db.$disconnect())
  const unreviewed = { reviewState: 'unreviewed', reviewVersion: 0, reviewerId: null, reviewedAt: null }
  t.match(await db.record.findMany({ orderBy: { id: 'asc' } }), [
    { taskId: 'task_1', totalDetections: 2, lowestConfidence: 0.4, ...unreviewed },
    { taskId: 'task_2', totalDetections: 0, lowestConfidence: null, ...unreviewed },
  ])
  t.match(await db.sign.findMany({ orderBy: { id: 'asc' } }), [{ classCode: 'p5', verdict: null }, { classCode: 'i5' }])
  await db.record.delete({ where: { id: 1 } })
  t.equal(await db.sign.count(), 0, 'the rebuilt table still takes its signs along')
})
