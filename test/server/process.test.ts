import { readFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openDb } from '../../src/db/index.ts'
import { fixture, formOf, listen } from '../helpers/app.ts'
import { eventually, filesIn } from '../helpers/leftovers.ts'
import { SpawnedServer } from './spawn-server.ts'

const photo = readFileSync(fixture('street-small.jpg'))
const wide = readFileSync(fixture('street-avenue.jpg'))

/** Throw-away and made before anything that a teardown of the test ends. */
const start = (t: Test, dir: string, env: Record<string, string> = {}) => new SpawnedServer(t, dir, env)

async function submit(server: SpawnedServer, count: number, bytes: Buffer = photo, fields = {}): Promise<string[]> {
  const files = Array.from({ length: count }, (_, n) => ({ bytes, name: `${n}.jpg` }))
  const answer = await fetch(`${server.origin}/api/detections`, { method: 'POST', body: formOf(files, fields) })
  if (answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`)
  return ((await answer.json()) as { task_ids: string[] }).task_ids
}

const inDb = async <T>(dir: string, read: (db: Awaited<ReturnType<typeof openDb>>) => Promise<T>): Promise<T> => {
  const db = await openDb(`file:${dir}/data.db`)
  return read(db).finally(() => db.$disconnect())
}

const unfinished = async ({ origin }: SpawnedServer) => {
  const answer = await fetch(`${origin}/api/tasks?unfinished=true`)
  return ((await answer.json()) as { items: unknown[] }).items.length
}

/** Every file is one that a row names, and every row’s file is there. */
async function checkFiles(t: Test, dir: string): Promise<void> {
  const named = await inDb(dir, async (db) => {
    const uploads = (await db.upload.findMany()).map(({ key }) => key)
    const records = await db.record.findMany()
    return [...uploads, ...records.flatMap(({ resultKey, thumbnailKey }) => [resultKey, thumbnailKey])].filter(Boolean)
  })
  t.same(await filesIn(join(dir, 'media')), named.sort(), 'no file without a row, no row without its file')
}

t.test('SIGTERM says goodbye, parks what runs, exits 0 within 10 s, and the next start goes on', async (t) => {
  const dir = t.testdir()
  const server = await start(t, dir, { SHUTDOWN_GRACE_S: '0.1' }).ready()
  const socket = await listen(server)
  const ids = await submit(server, 6, wide, { mode: 'max' })
  await socket.until('detection_progress')
  const startedMs = Date.now()
  server.process.kill('SIGTERM')
  const goodbye = await socket.until('connection_closing')
  t.ok(goodbye.data.reconnect_after > 0)
  t.equal((await socket.closed).code, 1001)
  t.equal(await server.ended, 0, server.errors)
  t.ok(Date.now() - startedMs < 10_000)
  const before = await inDb(dir, (db) => db.task.findMany())
  t.same(
    [...new Set(before.map(({ status }) => status))].filter((status) => !['queued', 'success'].includes(status)),
    [],
  )
  t.ok(
    before.some(({ status }) => status === 'queued'),
    'some work was left',
  )
  t.equal(Math.max(...before.map(({ failures }) => failures)), 0)

  const next = await start(t, dir).ready()
  const back = await listen(next)
  await eventually(
    () => unfinished(next),
    (count) => count === 0,
    60_000,
  )
  await back.leave()
  next.process.kill('SIGTERM')
  t.equal(await next.ended, 0)
  await inDb(dir, async (db) => {
    t.equal(await db.record.count(), ids.length)
    t.equal(await db.task.count({ where: { status: 'success' } }), ids.length)
  })
  await checkFiles(t, dir)
})

t.test('a client that stalls does not hold up the end', async (t) => {
  const server = await start(t, t.testdir()).ready()
  const stalled = connect(server.port, '127.0.0.1')
  stalled.on('error', () => {})
  stalled.write('POST /api/uploads HTTP/1.1\r\nhost: localhost\r\n')
  await fetch(`${server.origin}/health/live`)
  server.process.kill('SIGTERM')
  t.equal(await server.ended, 0)
})

t.test('kill -9 at any moment loses no accepted task, doubles no record and leaves no orphan', async (t) => {
  const dir = t.testdir()
  const accepted: string[] = []
  for (let round = 0; round < 3; round++) {
    const server = await start(t, dir).ready()
    let isKilled = false
    const killed = new Promise<void>((resolve) => {
      setTimeout(
        () => {
          isKilled = true
          server.process.kill('SIGKILL')
          resolve()
        },
        100 + Math.random() * 900,
      )
    })
    const sending = [1, 2, 3].map(async () => {
      while (!isKilled) {
        accepted.push(...(await submit(server, 2).catch(() => [])))
        const answer = await fetch(`${server.origin}/api/detections?wait=1`, {
          method: 'POST',
          body: formOf([{ bytes: photo }]),
        }).catch(() => null)
        await answer?.text().catch(() => '')
      }
    })
    await killed
    await Promise.all(sending)
    await server.ended
  }
  t.ok(accepted.length > 4, `${accepted.length} accepted`)
  const last = await start(t, dir).ready()
  await eventually(
    () => unfinished(last),
    (count) => count === 0,
    60_000,
  )
  last.process.kill('SIGTERM')
  t.equal(await last.ended, 0)
  await inDb(dir, async (db) => {
    const records = await db.record.findMany({ select: { taskId: true } })
    for (const id of accepted) {
      if (records.filter(({ taskId }) => taskId === id).length !== 1) t.fail(`${id} has not exactly one record`)
      const ends = await db.event.count({ where: { taskId: id, stream: 'all', type: 'detection_complete' } })
      if (ends !== 1) t.fail(`${id} has ended ${ends} times`)
    }
    t.equal(await db.task.count({ where: { status: { not: 'success' } } }), 0)
    t.equal(records.length, await db.task.count())
  })
  await checkFiles(t, dir)
})

t.test('what cannot work is said in a sentence, at the start, with exit code 1', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  t.teardown(() => taken.close())
  const port = String((taken.address() as AddressInfo).port)
  const cases: Array<[string, Record<string, string>, RegExp]> = [
    ['a port that is no number', { PORT: 'eighty' }, /PORT=eighty/],
    ['a limit below the least', { QUEUE_LIMIT: '0' }, /QUEUE_LIMIT=0/],
    [
      'two wrong settings',
      { LOG_LEVEL: 'loud', DETECTION_TIMEOUT_S: '-1' },
      /LOG_LEVEL=loud[\s\S]*|DETECTION_TIMEOUT_S=-1/,
    ],
    ['an unknown time zone', { TIME_ZONE: 'Mars/Olympus' }, /TIME_ZONE=Mars\/Olympus/],
    ['another database', { DATABASE_URL: 'mysql://x' }, /DATABASE_URL/],
    ['everyone let in from everywhere', { AUTH: 'open', HOST: '0.0.0.0' }, /AUTH=open.*HOST=0\.0\.0\.0/],
    ['a model that is not there', { MODEL_DIR: '/nowhere/model' }, /\/nowhere\/model/],
    ['a port in use', { PORT: port }, new RegExp(`${port}.*(EADDRINUSE|in use)`)],
  ]
  for (const [what, env, sentence] of cases) {
    const dir = t.testdirName
    const server = start(t, process.cwd(), {
      DATABASE_URL: `file:${dir}-wrong/data.db`,
      MEDIA_DIR: `${dir}-wrong/media`,
      ...env,
    })
    t.equal(await server.ended, 1, what)
    t.match(server.errors, sentence, what)
    t.notMatch(server.errors, /\n {4}at /, `${what}: no stack`)
    t.equal(server.output.includes('ready'), false)
  }
  const { rmSync } = await import('node:fs')
  rmSync(`${t.testdirName}-wrong`, { recursive: true, force: true })
})

t.test('a second server on the same directory is sent away, and leaves the first alone', async (t) => {
  const dir = t.testdir()
  const first = await start(t, dir).ready()
  const second = start(t, dir)
  t.equal(await second.ended, 1)
  t.match(second.errors, /Another server is using the directory .*media/)
  t.equal((await fetch(`${first.origin}/health/ready`)).status, 200)
})
