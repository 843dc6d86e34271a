import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { RetentionPolicy, StreamEvent } from '../../src/contract/index.ts'
import { EventLog } from '../../src/events/event-log.ts'
import { MemoryEventBus } from '../../src/events/memory-event-bus.ts'
import { finishRemovals } from '../../src/records/record-removal.ts'
import { RetentionService, type RetentionServiceDeps } from '../../src/retention/retention-service.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { fixture, formOf, listen, startApp } from '../helpers/app.ts'
import { eventually, filesIn } from '../helpers/leftovers.ts'
import { startWithPeople } from '../helpers/people.ts'
import { openRecords, principal, sign } from '../records/record-fixture.ts'

const DAY_MS = 86_400_000
const NOW = Date.parse('2026-05-01T12:00:00.000Z')
const admin = principal(3, 'administrator')
const daysAgo = (days: number) => new Date(NOW - days * DAY_MS).toISOString()
const policy = (originals_days: number | null, records_days: number | null): RetentionPolicy => ({
  originals_days,
  records_days,
})

/** Records with files of known sizes, and the service with a clock that stands still. */
async function open(t: Test, deps: Partial<RetentionServiceDeps> = {}) {
  const opened = await openRecords(t)
  const { db, files, insert, store } = opened
  const heard: StreamEvent[] = []
  const bus = new MemoryEventBus((err) => t.fail(String(err)))
  bus.subscribe((hint) => hint.kind === 'event' && heard.push(hint.event))
  const clock = { now: NOW }
  const events = new EventLog(db, bus)
  const log = { info: () => {} }
  const onError = (err: unknown) => t.fail(String(err))
  const retention = new RetentionService({ db, events, files, log, onError, now: () => clock.now, ...deps })
  const mediaDir = join(files.pathOf('uploads'), '..')
  /** Made so many days ago, with its three files. */
  const record = async (days: number, options: { userId?: number; source?: string } = {}) => {
    const n = (await db.record.count()) + 1
    const source = `uploads/2026-01-02/${options.source ?? n}.jpg`
    const detections = [sign('p5', 0.9)]
    const id = await insert({ userId: options.userId ?? 1, key: source, createdAt: daysAgo(days), detections })
    const row = await db.record.findUniqueOrThrow({ where: { id } })
    store(source, 'o'.repeat(1000))
    store(row.resultKey as string, 'r'.repeat(100 + id))
    store(row.thumbnailKey as string, 't'.repeat(10 + id))
    return row
  }
  const has = (key: string | null) => key !== null && existsSync(files.pathOf(key))
  return { ...opened, retention, heard, clock, record, has, events, mediaDir }
}

async function bytesIn(dir: string): Promise<number> {
  return (await filesIn(dir)).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0)
}

t.test('originals go when they are old, records and thumbnails stay', async (t) => {
  const { retention, record, has, db, heard } = await open(t)
  const old = await record(31)
  const young = await record(29)
  await retention.change(admin, policy(30, null))
  const outcome = await retention.run(admin)
  t.same(outcome, {
    policy: policy(30, null),
    originals: { records: 1, bytes: 1000 + 101, before: daysAgo(30) },
    records: { records: 0, bytes: 0, before: null },
    reviewed_records: 0,
  })
  t.match(await db.record.findUniqueOrThrow({ where: { id: old.id } }), {
    ...{ sourceKey: null, resultKey: null, thumbnailKey: old.thumbnailKey },
    totalDetections: 1,
  })
  t.same(
    [old.sourceKey, old.resultKey, old.thumbnailKey].map(has),
    [false, false, true],
    'of the old one, the thumbnail',
  )
  t.same([young.sourceKey, young.resultKey, young.thumbnailKey].map(has), [true, true, true])
  t.same(await db.record.findUniqueOrThrow({ where: { id: young.id } }), young, 'untouched')
  t.equal(await db.fileRemoval.count(), 0)
  t.same(heard, [], 'no record is gone')
  t.match(await retention.run(admin), { originals: { records: 0, bytes: 0 } }, 'once is enough')
})

t.test('records go whole, and each owner hears which', async (t) => {
  const { retention, record, has, db, heard } = await open(t)
  const gone = [await record(91), await record(400, { userId: 2 }), await record(91)]
  const kept = await record(89)
  await db.record.update({ where: { id: gone[0]!.id }, data: { reviewState: 'in_progress' } })
  await db.record.update({ where: { id: gone[1]!.id }, data: { reviewState: 'reviewed' } })
  await retention.change(admin, policy(null, 90))
  const outcome = await retention.run(admin)
  t.match(outcome, { records: { records: 3, before: daysAgo(90) }, originals: { records: 0 }, reviewed_records: 2 })
  t.same(
    (await db.record.findMany()).map(({ id }) => id),
    [kept.id],
  )
  t.equal(await db.sign.count(), 1)
  for (const row of gone) t.same([row.sourceKey, row.resultKey, row.thumbnailKey].map(has), [false, false, false])
  t.same([kept.sourceKey, kept.resultKey, kept.thumbnailKey].map(has), [true, true, true])
  const told = heard
    .filter(({ stream }) => stream.startsWith('user:'))
    .map(({ stream, type, data }) => [stream, type, data])
  t.match(told.sort(), [
    ['user:1', 'records_removed', { record_ids: [gone[0]!.id, gone[2]!.id] }],
    ['user:2', 'records_removed', { record_ids: [gone[1]!.id] }],
  ])
})

t.test('a source that a younger record shows or an unfinished task reads stays', async (t) => {
  const { retention, record, has, db } = await open(t)
  const shared = await record(40, { source: 'shared' })
  await record(2, { source: 'shared' })
  const awaited = await record(41, { source: 'awaited' })
  const done = await record(42, { source: 'done' })
  const picture = { fileName: 'a.jpg', fileSize: 1000n, sha256: 'ab', mediaType: 'image/jpeg', width: 1, height: 1 }
  for (const [id, { sourceKey }, status] of [
    ['up_awaited', awaited, 'queued'],
    ['up_done', done, 'success'],
  ] as const) {
    await db.upload.create({ data: { id, key: sourceKey as string, userId: 1, ...picture } })
    const task = { id: `task_${id}`, userId: 1, uploadId: id, fileName: 'a.jpg', fileSize: 1n, options: {} }
    await db.task.create({ data: { ...task, status, detectionType: 'image', estimatedTime: 1 } })
  }
  const preview = await retention.preview(admin, policy(30, null))
  await retention.change(admin, policy(30, null))
  t.same(await retention.run(admin), preview)
  t.equal(preview.originals.bytes, 1000 + 101 + 103 + 104, 'one source, and three drawn pictures')
  t.same(
    [shared, awaited, done].map(({ sourceKey }) => has(sourceKey)),
    [true, true, false],
  )
  t.same(
    (await db.upload.findMany()).map(({ id }) => id),
    ['up_awaited'],
  )
})

t.test('a preview says what a run then does, to the byte', async (t) => {
  const policies = [
    policy(30, null),
    policy(null, 60),
    policy(30, 60),
    policy(60, 30),
    policy(null, null),
    policy(1, 1),
  ]
  for (const chosen of policies) {
    const { retention, record, db, mediaDir } = await open(t)
    let seed = 3
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31
      return Math.floor((seed / 2 ** 31) * below)
    }
    for (let i = 0; i < 60; i++) {
      const shared = random(3) === 0 ? { source: `shared${random(6)}` } : {}
      const { id } = await record(random(90), { userId: 1 + random(2), ...shared })
      if (random(4) === 0) await db.record.update({ where: { id }, data: { reviewState: 'reviewed' } })
    }
    const before = await bytesIn(mediaDir)
    const rows = await db.record.findMany()
    const preview = await retention.preview(admin, chosen)
    t.equal(await bytesIn(mediaDir), before, 'a preview changes nothing')
    t.same(await db.record.findMany(), rows)
    await retention.change(admin, chosen)
    t.same(await retention.run(admin), preview, JSON.stringify(chosen))
    t.equal(before - (await bytesIn(mediaDir)), preview.originals.bytes + preview.records.bytes, 'the bytes are true')
    const isOld = ({ createdAt }: { createdAt: Date }, days: number | null) =>
      days !== null && createdAt.getTime() < NOW - days * DAY_MS
    const gone = rows.filter((row) => isOld(row, chosen.records_days))
    t.equal(preview.records.records, gone.length)
    t.equal(preview.reviewed_records, gone.filter(({ reviewState }) => reviewState === 'reviewed').length)
    const left = rows.filter((row) => !gone.includes(row))
    t.equal(preview.originals.records, left.filter((row) => isOld(row, chosen.originals_days)).length)
    t.equal(await db.record.count(), left.length)
  }
})

t.test('what a crash left in the middle of a run is finished later', async (t) => {
  const stuck: string[] = []
  let reach = () => {}
  const reached = new Promise<void>((resolve) => {
    reach = resolve
  })
  // As a process that is killed between the commit of a batch and the removal of its files.
  const dying = {
    sizeOf: async () => 0,
    remove: (key: string) => {
      stuck.push(key)
      reach()
      return new Promise<never>(() => {})
    },
  }
  const { retention, record, db, files, events, mediaDir } = await open(t, { files: dying })
  for (let i = 0; i < 60; i++) await record(50)
  const young = await record(1)
  await retention.change(admin, policy(null, 30))
  void retention.run(admin)
  await reached
  t.equal(await db.record.count(), 11, 'one batch is gone, whole')
  t.equal((await db.fileRemoval.count()) > 0, true, 'its files are noted')
  t.equal((await retention.state(admin)).last_run_at, null)

  const onError = (err: unknown) => t.fail(String(err))
  const next = new RetentionService({ db, events, files, log: { info: () => {} }, onError, now: () => NOW })
  await finishRemovals(db, files, onError)
  t.match(await next.runIfDue(), { records: { records: 10 } }, 'a start goes on with the rest')
  t.equal((await next.state(admin)).last_run_at, new Date(NOW).toISOString())
  t.same(
    (await db.record.findMany()).map(({ id }) => id),
    [young.id],
  )
  t.same(await filesIn(mediaDir), [young.resultKey, young.thumbnailKey, young.sourceKey].toSorted())
})

t.test('a file that cannot be removed does not stop a run, and is removed later', async (t) => {
  const errors: unknown[] = []
  const failing = { sizeOf: async () => 5, remove: () => Promise.reject(new Error('the disk is gone')) }
  const { retention, record, db, files, mediaDir } = await open(t, {
    files: failing,
    onError: (err) => errors.push(err),
  })
  for (let i = 0; i < 3; i++) await record(50)
  await retention.change(admin, policy(10, null))
  t.match(await retention.run(admin), { originals: { records: 3 } })
  t.equal(errors.length, 1)
  t.equal(await db.fileRemoval.count(), 6)
  t.equal(await finishRemovals(db, files, (err) => t.error(err)), 6)
  t.equal((await filesIn(mediaDir)).length, 3)
})

t.test('a run by itself comes after the start, then once a day, and a day after a change', async (t) => {
  const { retention, record, clock, db } = await open(t)
  t.match(await retention.runIfDue(), { policy: policy(null, null), records: { records: 0 } }, 'nothing is set yet')
  t.equal(await retention.runIfDue(), null)
  await record(50)
  await retention.change(admin, policy(null, 1))
  t.equal(await retention.runIfDue(), null, 'a mistake can be taken back')
  await retention.change(admin, policy(null, null))
  clock.now += DAY_MS
  t.match(await retention.runIfDue(), { records: { records: 0 } })
  await retention.change(admin, policy(null, 1))
  clock.now += DAY_MS - 1
  t.equal(await retention.runIfDue(), null)
  clock.now += 1
  t.match(await retention.runIfDue(), { records: { records: 1 } })
  t.equal(await db.record.count(), 0)
  t.equal((await retention.state(admin)).last_run_at, new Date(clock.now).toISOString())
})

t.test('a run ends where its policy is changed or the server stops', async (t) => {
  for (const interrupt of ['change', 'stop'] as const) {
    let reach = () => {}
    const reached = new Promise<void>((resolve) => {
      reach = resolve
    })
    const files = { sizeOf: async () => 0, remove: async () => reach() }
    const { retention, record, db } = await open(t, { files })
    for (let i = 0; i < 60; i++) await record(50)
    await retention.change(admin, policy(null, 30))
    const run = retention.run(admin)
    await reached
    if (interrupt === 'change') await retention.change(admin, policy(null, null))
    else await retention.stop()
    const { records } = await run
    t.ok(records.records < 60, `${records.records} by ${interrupt}`)
    t.equal(await db.record.count(), 60 - records.records)
    t.equal((await retention.state(admin)).last_run_at, null, 'it was not applied to the end')
    t.equal(await retention.runIfDue(), null)
  }
})

t.test('administrators set the policy, and it is known who did', async (t) => {
  const { app, people, headersOf, call } = await startWithPeople(t)
  const unset = { policy: policy(null, null), changed_by: null, changed_at: null, last_run_at: null }
  t.same((await call('administrator', 'GET', '/api/retention')).json, unset)
  const body = policy(30, 365)
  for (const who of ['user', 'analyst'] as const) {
    for (const [method, path] of [
      ['GET', '/api/retention'],
      ['PUT', '/api/retention'],
      ['POST', '/api/retention/preview'],
      ['POST', '/api/retention/run'],
    ] as const) {
      const answer = await call(who, method, path, method === 'GET' || path.endsWith('run') ? undefined : body)
      t.match(answer, { status: 403, json: { code: 'PERMISSION_DENIED' } }, `${who} ${method} ${path}`)
    }
  }
  for (const [wrong, field] of [
    [{ ...body, originals_days: 0 }, 'originals_days'],
    [{ ...body, records_days: 1.5 }, 'records_days'],
    [{ ...body, records_days: 36501 }, 'records_days'],
    [{ records_days: 3 }, 'originals_days'],
    [{ ...body, days: 3 }, 'days'],
  ] as const) {
    for (const [method, path] of [
      ['PUT', '/api/retention'],
      ['POST', '/api/retention/preview'],
    ] as const) {
      const answer = await call('administrator', method, path, wrong)
      t.match(answer, { status: 400, json: { errors: [{ field }] } }, `${field} ${path}`)
    }
  }
  t.same((await call('administrator', 'GET', '/api/retention')).json, unset, 'nothing has changed')
  const { json } = await call('administrator', 'PUT', '/api/retention', body)
  t.match(json, { policy: body, changed_by: { user_id: people.administrator.id, username: 'administrator' } })
  t.ok(Math.abs(Date.parse(json.changed_at) - Date.now()) < 60_000)

  const record_id = await detect(app, headersOf('user'))
  const { db } = app.parts
  await db.record.update({ where: { id: record_id }, data: { createdAt: new Date(Date.now() - 366 * DAY_MS) } })
  const owner = await listen(app, `?token=${people.user.token}`)
  const stranger = await listen(app, `?token=${people.stranger.token}`)
  const preview = await call('administrator', 'POST', '/api/retention/preview', body)
  t.match(preview.json, { records: { records: 1 }, originals: { records: 0 } })
  const run = await call('administrator', 'POST', '/api/retention/run')
  const isTimeless = ({ records, ...rest }: typeof run.json) => ({ ...rest, records: { ...records, before: null } })
  t.same(isTimeless(run.json).records, isTimeless(preview.json).records)
  t.same((await owner.until('records_removed')).data, { record_ids: [record_id] })
  t.same(stranger.of('records_removed'), [])
  t.same(await filesIn(app.config.mediaDir), [])
  t.ok((await call('administrator', 'GET', '/api/retention')).json.last_run_at)

  const off = await call('administrator', 'PUT', '/api/retention', policy(null, null))
  t.match(off.json, { policy: policy(null, null), changed_by: { username: 'administrator' } })
  t.match(await db.retentionPolicy.findMany(), [{ originalsDays: 30, recordsDays: 365 }, { originalsDays: null }])
  await eventually(
    () => db.fileRemoval.count(),
    (count) => count === 0,
  )
})

t.test('a server that starts deletes what has become old while it was down', async (t) => {
  const dir = t.testdir()
  const env = { AUTH: 'open' }
  const before = await startApp(t, { dir, env, analyzer: new ScriptedAnalyzer() })
  const [old, young] = [await detect(before), await detect(before)]
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify(policy(null, 10))
  const set = await fetch(`${before.origin}/api/retention`, { method: 'PUT', headers, body })
  t.match(await set.json(), { changed_by: { user_id: null, username: 'local' } })
  const createdAt = new Date(Date.now() - 11 * DAY_MS)
  await before.parts.db.record.update({ where: { id: old }, data: { createdAt } })
  await before.close()
  const after = await startApp(t, { dir, env, analyzer: new ScriptedAnalyzer() })
  const left = await eventually(
    () => after.parts.db.record.findMany(),
    (records) => records.length < 2,
  )
  t.same(
    left.map(({ id }) => id),
    [young],
  )
})

/** @returns the record of one picture that has been looked at. */
async function detect(app: { origin: string }, headers: Record<string, string> = {}): Promise<number> {
  const body = formOf([{ bytes: readFileSync(fixture('street-small.jpg')) }])
  const answer = await fetch(`${app.origin}/api/detections?wait=1`, { method: 'POST', headers, body })
  return ((await answer.json()) as { record_id: number }).record_id
}
