import Fastify from 'fastify'
import t, { type Test } from 'tap'
import type { Detection, ReviewState, SignVerdict, Statistics, StatisticsQuery } from '../../src/contract/index.ts'
import { statisticsRoutes } from '../../src/statistics/statistics-routes.ts'
import { StatisticsService } from '../../src/statistics/statistics-service.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { startApp } from '../helpers/app.ts'
import { classCodes, openRecords, principal, sign } from '../records/record-fixture.ts'

const analyst = principal(2, 'analyst')
const categories = ['prohibitory', 'mandatory', 'warning', 'other'] as const
const timeZone = 'Asia/Shanghai'
const verdictKinds = ['accepted', 'corrected', 'rejected', 'added'] as const

type Db = Awaited<ReturnType<typeof openRecords>>['db']

function seeded() {
  let seed = 11
  return (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31
    return Math.floor((seed / 2 ** 31) * below)
  }
}

/** Records of three users on five days, some of them reviewed, and tasks that ended in every way. */
async function fill({ db, insert }: Awaited<ReturnType<typeof openRecords>>) {
  const random = seeded()
  for (let i = 0; i < 80; i++) {
    const found = Array.from({ length: random(5) }, () => sign(classCodes[random(4)]!, random(101) / 100))
    const createdAt = `2026-03-0${1 + random(5)}T${10 + random(12)}:00:00Z`
    const recordId = await insert({
      ...{ userId: random(3), detectionType: random(3) ? 'image' : 'video', createdAt, detections: found },
      processingTime: random(5) / 4 + random(100) / 1000,
    })
    const reviewState = (['unreviewed', 'in_progress', 'reviewed'] as const)[random(3)]!
    if (reviewState !== 'unreviewed') await review(db, recordId, reviewState, random)
  }
  const statuses = ['queued', 'processing', 'success', 'failed', 'cancelled'] as const
  for (let i = 0; i < 40; i++) {
    const status = statuses[random(5)]!
    const errorCode = status === 'failed' ? ['IMAGE_UNREADABLE', 'MODEL_ERROR'][random(2)]! : null
    const queuedAt = new Date(`2026-03-0${1 + random(5)}T${10 + random(12)}:00:00Z`)
    const task = { id: `task_s${i}`, userId: random(3), fileName: 'a.jpg', fileSize: 1n, options: {}, estimatedTime: 1 }
    await db.task.create({ data: { ...task, detectionType: 'image', status, errorCode, queuedAt } })
  }
}

/** As a person who says something different of each sign, and adds one now and then. */
async function review(db: Db, recordId: number, state: ReviewState, random: (below: number) => number) {
  const signs = await db.sign.findMany({ where: { recordId }, orderBy: { id: 'asc' } })
  const { userId, day } = await db.record.update({ where: { id: recordId }, data: { reviewState: state } })
  for (const [place, { id, recordId: _, verdict: __, trackId: ___, confidence, ...seen }] of signs.entries()) {
    const verdict = state === 'in_progress' && random(2) ? null : verdictKinds[random(3)]!
    const bbox: Detection['bbox'] = [seen.x1, seen.y1, seen.x2, seen.y2]
    const model = { ...sign(seen.classCode as (typeof classCodes)[number], confidence), bbox }
    const now = verdict === 'corrected' ? namesOf(sign('pl60', 1)) : {}
    const row = { ...seen, ...now, recordId, signKey: `m${place}`, verdict, model, firstClassCode: seen.classCode }
    await db.reviewedSign.create({ data: row })
    if (verdict === 'rejected') await db.sign.delete({ where: { id } })
    else await db.sign.update({ where: { id }, data: { ...now, verdict } })
  }
  if (random(3) === 0) await addSign(db, { id: recordId, userId, day }, random)
  const totalDetections = await db.sign.count({ where: { recordId } })
  await db.record.update({ where: { id: recordId }, data: { totalDetections } })
}

async function addSign(
  db: Db,
  { id: recordId, userId, day }: { id: number; userId: number; day: string },
  random: (below: number) => number,
) {
  const { confidence, class_code, bbox: _, ...kind } = sign(classCodes[random(4)]!, 1)
  const added = { ...namesOf({ class_code, ...kind }), x1: 1, y1: 2, x2: 3, y2: 4, verdict: 'added' as const }
  await db.sign.create({ data: { ...added, recordId, userId, day, confidence } })
  await db.reviewedSign.create({
    data: { ...added, recordId, userId, day, signKey: 'a1', firstClassCode: class_code },
  })
}

function namesOf({ class_code, class_name, class_name_en, category }: Omit<Detection, 'confidence' | 'bbox'>) {
  return { classCode: class_code, className: class_name, classNameEn: class_name_en, category }
}

/** The slow and simple way: every row, looked at one by one. */
async function byHand(db: Db, userId: number | null, query: StatisticsQuery): Promise<Statistics> {
  const from = new Date(query.from ?? 0)
  const to = new Date(query.to ?? '2100-01-01T00:00:00Z')
  const codes = query.class?.split(',')
  const passes = (code: string, category: string, confidence: number | null) =>
    (codes?.includes(code) ?? true) &&
    category === (query.category ?? category) &&
    (query.min_confidence === undefined || (confidence ?? -1) >= query.min_confidence) &&
    (query.max_confidence === undefined || (confidence ?? 2) <= query.max_confidence)
  const all = (await db.record.findMany({ include: { signs: true, reviewedSigns: true } })).filter(
    (record) =>
      record.userId === (userId ?? record.userId) &&
      record.createdAt >= from &&
      record.createdAt < to &&
      record.detectionType === (query.detection_type ?? record.detectionType) &&
      record.reviewState === (query.review ?? record.reviewState) &&
      record.fileName.includes(query.file_name ?? ''),
  )
  const withSigns = all.map((record) => ({
    ...record,
    signs: record.signs.filter((s) => passes(s.classCode, s.category, s.confidence)),
  }))
  const bySigns = query.class ?? query.category ?? query.min_confidence ?? query.max_confidence
  const records = withSigns.filter(({ signs }) => bySigns === undefined || signs.length > 0)
  const signs = records.flatMap((record) => record.signs)
  const judged = all
    .flatMap((record) => record.reviewedSigns)
    .filter(({ verdict, firstClassCode, category, model }) => {
      const found = model as unknown as Detection | null
      return verdict !== null && passes(firstClassCode, found?.category ?? category, found?.confidence ?? null)
    })
  const days = [...new Set(records.map(({ day }) => day))].sort()
  const tasks = (await db.task.findMany()).filter(
    (task) => task.userId === (userId ?? task.userId) && task.queuedAt >= from && task.queuedAt < to,
  )
  const failed = tasks.flatMap(({ errorCode }) => errorCode ?? [])
  const countOf = <T>(items: T[], is: (item: T) => boolean) => items.filter(is).length
  const inState = (state: ReviewState) => countOf(records, ({ reviewState }) => reviewState === state)
  const verdictsOf = (rows: typeof judged) => {
    const of = (verdict: SignVerdict) => countOf(rows, (row) => row.verdict === verdict)
    return { accepted: of('accepted'), corrected: of('corrected'), rejected: of('rejected'), added: of('added') }
  }
  return {
    time_zone: timeZone,
    records: records.length,
    signs: signs.length,
    by_class: ranked([...new Set(signs.map(({ classCode }) => classCode))], (code) =>
      countOf(signs, ({ classCode }) => classCode === code),
    ).map(([code, count]) => ({ ...kindOf(code), signs: count })),
    by_category: categories.map((category) => ({ category, signs: countOf(signs, (s) => s.category === category) })),
    by_day: days.map((day) => {
      const ofDay = records.filter((record) => record.day === day)
      const seen = ofDay.flatMap((record) => record.signs)
      const of = (category: string) => countOf(seen, (s) => s.category === category)
      return {
        ...{ day, records: ofDay.length, signs: seen.length },
        reviewed: countOf(ofDay, ({ reviewState }) => reviewState === 'reviewed'),
        ...{ prohibitory: of('prohibitory'), mandatory: of('mandatory'), warning: of('warning'), other: of('other') },
      }
    }),
    by_confidence: Array.from({ length: 20 }, (_, bin) => {
      const [low, high] = [bin / 20, (bin + 1) / 20]
      const isIn = (confidence: number) => confidence >= low && (bin === 19 || confidence < high)
      const count = countOf(signs, (s) => s.verdict !== 'added' && isIn(s.confidence))
      return { from: low, to: high, signs: count }
    }),
    review: {
      ...{ unreviewed: inState('unreviewed'), in_progress: inState('in_progress'), reviewed: inState('reviewed') },
      ...verdictsOf(judged),
      by_class: ranked([...new Set(judged.map(({ firstClassCode }) => firstClassCode))], (code) =>
        countOf(judged, ({ firstClassCode }) => firstClassCode === code),
      ).map(([code]) => ({
        ...kindOf(code),
        ...verdictsOf(judged.filter(({ firstClassCode }) => firstClassCode === code)),
      })),
    },
    processing: {
      ...latencyOf(records.map(({ processingTime }) => processingTime)),
      by_day: days.map((day) => ({
        day,
        ...latencyOf(records.filter((record) => record.day === day).map(({ processingTime }) => processingTime)),
      })),
    },
    tasks: {
      queued: countOf(tasks, ({ status }) => status === 'queued'),
      processing: countOf(tasks, ({ status }) => status === 'processing'),
      success: countOf(tasks, ({ status }) => status === 'success'),
      failed: countOf(tasks, ({ status }) => status === 'failed'),
      cancelled: countOf(tasks, ({ status }) => status === 'cancelled'),
      failures: ranked([...new Set(failed)], (code) => countOf(failed, (other) => other === code)).map(
        ([error_code, count]) => ({ error_code, tasks: count }),
      ),
    },
  }
}

/** Most frequent first, then by name. */
function ranked(codes: string[], count: (code: string) => number): Array<[string, number]> {
  return codes
    .map((code): [string, number] => [code, count(code)])
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
}

function kindOf(code: string) {
  const { confidence: _, bbox: __, ...kind } = sign(code as (typeof classCodes)[number], 1)
  return kind
}

function latencyOf(seconds: number[]) {
  const sorted = seconds.toSorted((a, b) => a - b)
  const n = sorted.length
  if (n === 0) return { records: 0, median_seconds: null, p95_seconds: null }
  const median = n % 2 === 1 ? sorted[(n - 1) / 2]! : (sorted[n / 2 - 1]! + sorted[n / 2]!) / 2
  return { records: n, median_seconds: median, p95_seconds: sorted[Math.ceil(0.95 * n) - 1]! }
}

/** Sums of floating-point numbers depend on their order in the last digit. */
const rounded = (value: unknown) =>
  JSON.parse(JSON.stringify(value, (_, item) => (typeof item === 'number' ? Math.round(item * 1e9) / 1e9 : item)))

const queries: StatisticsQuery[] = [
  {},
  { class: 'p5' },
  { class: 'p5,i5', min_confidence: 0.3 },
  { category: 'prohibitory', max_confidence: 0.6 },
  { category: 'warning' },
  { min_confidence: 1 },
  { detection_type: 'video' },
  { review: 'reviewed' },
  { review: 'in_progress', class: 'p5' },
  { file_name: 'street1', category: 'warning' },
  { from: '2026-03-02T20:00:00Z', to: '2026-03-04T04:00:00Z' },
  { from: '2026-03-02T20:00:00Z', class: 'w57' },
  { from: '2027-01-01T00:00:00Z' },
  { to: '2020-01-01T00:00:00Z', class: 'p5' },
]

t.test('figures are what counting by hand gives', async (t) => {
  const fixture = await openRecords(t)
  await fill(fixture)
  const { db } = fixture
  // One query for all, a day in each, and a few days in each.
  for (const spanRecords of [20_000, 1, 30]) {
    const statistics = new StatisticsService({ db, timeZone, spanRecords })
    for (const query of queries) {
      const figures = await statistics.figures(analyst, query)
      t.same(rounded(figures), rounded(await byHand(db, null, query)), `${spanRecords} ${JSON.stringify(query)}`)
      const own = await statistics.figures(principal(1), query)
      t.same(rounded(own), rounded(await byHand(db, 1, query)), `${spanRecords} own ${JSON.stringify(query)}`)
    }
  }
  const all = await byHand(db, null, {})
  for (const verdict of verdictKinds) t.ok(all.review[verdict] > 0, `the data has ${verdict} signs`)
  const counts = await fixture.records.counts(analyst, {})
  t.match(all, { records: counts.records, signs: counts.signs, by_class: counts.by_class })
})

t.test('users get the figures of their own records only, and what is wrong with a query is said by name', async (t) => {
  const fixture = await openRecords(t)
  await fill(fixture)
  const get = await routesOf(t, new StatisticsService({ db: fixture.db, timeZone }))
  t.same((await get('?user_id=1', '1 user')).json(), (await get('', '1 user')).json())
  t.same((await get('?user_id=1', '3 analyst')).json(), (await get('', '1 user')).json())
  t.match((await get('?user_id=2', '1 user')).json(), { code: 'PERMISSION_DENIED' })
  t.match((await get('?from=2026-12-31T23:59:60Z', '1 user')).json(), { errors: [{ field: 'from' }] })
  for (const query of ['min_confidence=2', 'category=red', 'from=yesterday', 'nonsense=1', 'limit=5', 'user_id=-1']) {
    t.equal((await get(`?${query}`, '1 user')).statusCode, 400, query)
  }
})

async function routesOf(t: Test, statistics: StatisticsService) {
  const app = Fastify({ ajv: { customOptions: { removeAdditional: false } } })
  app.decorateRequest('principal')
  app.addHook('onRequest', async (request) => {
    const [userId, role] = String(request.headers['x-as']).split(' ')
    request.principal = principal(Number(userId), role as 'user')
  })
  app.setErrorHandler<Error & { statusCode?: number; code?: string; fields?: unknown }>((err, _request, reply) =>
    reply.code(err.statusCode ?? 400).send({ code: err.code, errors: err.fields }),
  )
  await app.register(statisticsRoutes, { statistics })
  t.teardown(() => app.close())
  return (query: string, as: string) => app.inject({ url: `/api/statistics${query}`, headers: { 'x-as': as } })
}

t.test('an empty server has figures, too, and says in which field a query is wrong', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const figures = (await (await fetch(`${app.origin}/api/statistics`)).json()) as Statistics
  t.match(figures, { records: 0, signs: 0, by_class: [], by_day: [], processing: { median_seconds: null } })
  t.equal(figures.by_confidence.length, 20)
  t.same(figures.tasks, { queued: 0, processing: 0, success: 0, failed: 0, cancelled: 0, failures: [] })
  const wrong = await fetch(`${app.origin}/api/statistics?min_confidence=2`)
  t.match(await wrong.json(), { status: 400, errors: [{ field: 'min_confidence' }] })
})
