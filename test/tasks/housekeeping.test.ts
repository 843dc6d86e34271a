import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { withDefaults } from '../../src/contract/index.ts'
import { openDb } from '../../src/db/index.ts'
import { timingKey } from '../../src/tasks/timing-model.ts'
import { ScriptedAnalyzer, untilAborted } from '../helpers/analyzers.ts'
import { fixture, listen, startApp } from '../helpers/app.ts'
import { eventually, leftovers, nothing } from '../helpers/leftovers.ts'
import { type Part, post } from '../helpers/multipart.ts'

const photo = readFileSync(fixture('street-small.jpg'))
const file = (filename = 'street.jpg'): Part => ({ filename, content: photo })
const DAY_MS = 86_400_000

t.test('what was running when the process ended runs once more, and makes one record', async (t) => {
  const dir = t.testdir()
  const hanging = new ScriptedAnalyzer(untilAborted)
  const before = await startApp(t, { dir, analyzer: hanging, env: { SHUTDOWN_GRACE_S: '0' } })
  await post(before, '/api/detections', [file('1.jpg'), file('2.jpg'), file('3.jpg'), file('4.jpg')])
  await hanging.untilBegun(2)
  await before.close()
  const db = await openDb(`file:${dir}/data.db`)
  t.same(await statuses(db), ['queued', 'queued', 'queued', 'queued'], 'a stopping server parks')
  t.equal(await db.task.count({ where: { failures: { gt: 0 } } }), 0, 'which is no failure')
  // As a process that was killed leaves them: one that has done so often, one that has done so too often.
  await db.task.updateMany({ where: { fileName: '1.jpg' }, data: { status: 'processing', attempt: 10 } })
  await db.task.updateMany({ where: { fileName: '2.jpg' }, data: { status: 'processing', attempt: 20 } })
  await db.$disconnect()

  const analyzer = new ScriptedAnalyzer()
  const after = await startApp(t, { dir, analyzer })
  await eventually(
    () => after.parts.db.task.count({ where: { finishedAt: null } }),
    (count) => count === 0,
  )
  t.same(
    analyzer.begun.map(({ fileName }) => fileName),
    ['1.jpg', '3.jpg', '4.jpg'],
    'in the order in which they came',
  )
  t.equal(await after.parts.db.record.count(), 3)
  const hopeless = await after.parts.db.task.findFirstOrThrow({ where: { fileName: '2.jpg' } })
  t.match(hopeless, { status: 'failed', errorCode: 'MODEL_ERROR' })
  t.equal(
    await after.parts.db.event.count({ where: { taskId: hopeless.id, type: 'detection_error' } }),
    2,
    'told once, to both streams',
  )
  await after.close()
})

const statuses = async (db: Awaited<ReturnType<typeof openDb>>) =>
  (await db.task.findMany()).map(({ status }) => status)

t.test('tasks keep their order over a restart, however many', async (t) => {
  const dir = t.testdir()
  const hanging = new ScriptedAnalyzer(untilAborted)
  const before = await startApp(t, { dir, analyzer: hanging, env: { SHUTDOWN_GRACE_S: '0' } })
  const upload = await post(before, '/api/uploads', [file()])
  const { uploadId, ...row } = {
    uploadId: upload.json.upload_id as string,
    ...{ userId: 0, fileSize: 1n, detectionType: 'image' as const, options: {}, estimatedTime: 0 },
  }
  const names = Array.from({ length: 1100 }, (_, n) => `${n}.jpg`)
  await before.parts.db.task.createMany({
    data: names.map((fileName, n) => ({
      ...{ id: `task_${crypto.randomUUID()}`, uploadId, fileName, queuedAt: new Date(1e12 + Math.floor(n / 3)) },
      ...row,
    })),
  })
  await before.close()
  const analyzer = new ScriptedAnalyzer(untilAborted)
  const after = await startApp(t, { dir, analyzer, env: { SHUTDOWN_GRACE_S: '0' } })
  t.equal(after.parts.queue.waiting + after.parts.queue.running, 1100)
  await analyzer.untilBegun(2)
  for (const { fileName } of analyzer.begun) t.ok(Number.parseInt(fileName, 10) < 3, fileName)
  await after.close()
})

t.test('estimates are learnt, differ by mode, and are kept over a restart', async (t) => {
  const dir = t.testdir()
  const takes = { fast: 5, balanced: 5, accurate: 250, max: 5 }
  const analyzer = new ScriptedAnalyzer(async ({ mode }) => sleep(takes[mode], []))
  const before = await startApp(t, { dir, analyzer })
  const estimate = ({ parts: { timing } }: typeof before, mode: 'fast' | 'accurate') =>
    timing.estimate(timingKey(analyzer.model, withDefaults({ mode })), 0.5)
  const first = estimate(before, 'accurate')
  for (let run = 0; run < 4; run++) {
    for (const mode of ['fast', 'accurate']) {
      const { status } = await post(before, '/api/detections?wait=1', [file(), { name: 'mode', content: mode }])
      t.equal(status, 200)
    }
  }
  // The timing is added in the moment after the answer.
  const learnt = await eventually(
    () => estimate(before, 'accurate'),
    (seconds) => seconds > 0.1,
  )
  t.ok(learnt > first, `${first} s at first, then ${learnt} s`)
  t.ok(estimate(before, 'fast') < 0.1, `${estimate(before, 'fast')} s`)
  const { json } = await post(before, '/api/detections', [file()])
  t.ok(json.tasks[0].estimated_time > 0.1)
  await before.close()
  const after = await startApp(t, { dir, analyzer: new ScriptedAnalyzer() })
  t.ok(Math.abs(estimate(after, 'accurate') - learnt) < 0.05, 'kept, and not measured anew')
  const socket = await listen(after)
  const upload = await post(after, '/api/uploads', [file()])
  await socket.command('start_detection', { file_path: upload.json.file_path, detection_type: 'image' })
  t.ok((await socket.until('detection_start')).data.estimated_time > 0.1)
  await after.close()
})

t.test('the wait for a detector does not count as time of work', async (t) => {
  const analyzer = new ScriptedAnalyzer(async () => [])
  const analyze = analyzer.analyze.bind(analyzer)
  const free = sleep(300)
  analyzer.analyze = async (job, signal, onStep) => {
    if (job.thumbnailPath !== null) await free
    return analyze(job, signal, onStep)
  }
  const app = await startApp(t, { analyzer })
  const { json } = await post(app, '/api/detections?wait=1', [file()])
  t.ok(json.processing_time < 0.25, `${json.processing_time} s`)
})

t.test('old tasks go with their events, unused uploads go, records stay', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const { db, housekeeping } = app.parts
  await post(app, '/api/detections?wait=1', [file()])
  await post(app, '/api/uploads', [file('unused.jpg')])
  t.match(await leftovers(app), { uploads: 2, tasks: 1, records: 1 })

  await housekeeping.purge(Date.now() + DAY_MS / 2)
  t.match(await leftovers(app), { uploads: 2, tasks: 1, records: 1 }, 'half a day is too short for anything')
  await housekeeping.purge(Date.now() + 2 * DAY_MS)
  t.match(await leftovers(app), { uploads: 1, tasks: 1, records: 1 }, 'after a day, unused uploads')
  t.equal((await leftovers(app)).files.length, 3)
  t.ok((await db.event.count()) > 0)
  await housekeeping.purge(Date.now() + 31 * DAY_MS)
  t.match(await leftovers(app), { tasks: 0, records: 1 }, 'after a month, tasks')
  t.equal(await db.event.count(), 0)
  t.equal((await leftovers(app)).files.length, 3, 'the record still shows its source')
  const record = await db.record.findFirstOrThrow()
  t.equal((await fetch(`${app.origin}/media/${record.sourceKey}`)).status, 200)
  t.equal((await fetch(`${app.origin}/api/detections/${record.id}`, { method: 'DELETE' })).status, 204)
  t.same(await leftovers(app), nothing)
})

t.test('uploads that records show do not keep unused ones from being purged', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const { db, housekeeping } = app.parts
  await fetch(`${app.origin}/api/tasks`) // Makes the local user.
  const picture = {
    fileName: 'a.jpg',
    fileSize: 7n,
    sha256: 'ab',
    mediaType: 'image/jpeg',
    width: 1,
    height: 1,
    userId: 0,
  }
  const keys = Array.from({ length: 620 }, (_, n) => `uploads/2026-01-02/${String(n).padStart(4, '0')}.jpg`)
  const createdAt = new Date(0)
  await db.upload.createMany({ data: keys.map((key, n) => ({ id: `up_${n}`, key, createdAt, ...picture })) })
  const found = {
    mode: 'fast',
    confidenceThreshold: 0.5,
    modelName: 'm',
    modelVersion: '1',
    processingTime: 1,
    totalDetections: 0,
  }
  const rows = keys
    .slice(0, 600)
    .map((sourceKey, n) => ({ taskId: `task_${n}`, sourceKey, day: '2026-01-02', ...picture, ...found }))
  await db.record.createMany({ data: rows.map((row) => ({ ...row, detectionType: 'image' as const })) })
  await housekeeping.purge(Date.now())
  t.equal(await db.upload.count(), 0)
  t.equal(await db.record.count(), 600)
  t.equal(await db.fileRemoval.count(), 0)
})

t.test('files whose rows were never written go at the start, and those of records stay', async (t) => {
  const dir = t.testdir()
  const before = await startApp(t, { dir, analyzer: new ScriptedAnalyzer() })
  await post(before, '/api/detections?wait=1', [file()])
  const kept = (await leftovers(before)).files
  await before.close()
  const { mkdir, writeFile } = await import('node:fs/promises')
  const today = new Date().toISOString().slice(0, 10)
  await mkdir(`${dir}/media/.drafts`, { recursive: true })
  for (const name of [
    '.drafts/half',
    `uploads/${today}/a.jpg`,
    `detection_results/${today}/result_a.jpg`,
    `thumbnails/${today}/thumb_a.webp`,
  ]) {
    await writeFile(`${dir}/media/${name}`, 'orphan')
  }
  const after = await startApp(t, { dir, analyzer: new ScriptedAnalyzer() })
  t.same((await leftovers(after)).files, kept)
  await after.close()
})
