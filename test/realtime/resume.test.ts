import t from 'tap'
import type { ServerMessage } from '../../src/contract/index.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { startApp } from '../helpers/app.ts'
import { Gate, Laws, listen, upload } from './strict-listener.ts'

const DAY_MS = 86_400_000
const resumeFrom = (laws: Laws, query = '') => `?user_id=7&resume=${encodeURIComponent(laws.cursor)}${query}`
const kinds = (events: ServerMessage[]) => events.map(({ type }) => type)

t.test('a client that was away gets what it missed, once and in order, then what happens', async (t) => {
  const gate = new Gate()
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(gate.script) })
  const filePath = await upload(app, '?user_id=7')
  const laws = new Laws()

  const first = await listen(t, app, '?user_id=7', { laws })
  t.equal(first.greeting.recovered, false)
  await first.leave()
  const watcher = await listen(t, app, '?user_id=7')
  const taskId = await watcher.start(filePath)
  await watcher.until('detection_start')

  const second = await listen(t, app, resumeFrom(laws), { laws })
  t.equal(second.greeting.recovered, true, 'from the cursor of the greeting')
  t.match((await second.until('detection_start')).data, { task_id: taskId })
  await second.leave()

  gate.open()
  await watcher.until('detection_complete')
  const third = await listen(t, app, resumeFrom(laws), { laws })
  t.match((await third.until('detection_complete')).data, { task_id: taskId })
  await third.leave()

  const fourth = await listen(t, app, resumeFrom(laws), { laws })
  await fourth.start(filePath)
  await fourth.until('detection_complete')
  const both = ['detection_start', 'detection_complete', 'detection_start', 'detection_complete']
  t.same(kinds(laws.events), both)
  t.equal(fourth.greeting.recovered, true)
  t.same(fourth.of('snapshot'), [], 'who has missed nothing is told nothing twice')
})

t.test('a client resumes over a restart of the server, and its task with it', async (t) => {
  const gate = new Gate()
  const analyzer = () => new ScriptedAnalyzer(gate.script)
  const app = await startApp(t, { analyzer: analyzer(), env: { SHUTDOWN_GRACE_S: '0' } })
  const laws = new Laws()
  const client = await listen(t, app, '?user_id=7', { laws })
  const taskId = await client.start(await upload(app, '?user_id=7'))
  await client.until('detection_start')
  await gate.untilArrived(1)
  await app.close()
  t.same(await client.closed, { code: 1001, reason: 'server_shutdown' })

  const again = await startApp(t, { dir: app.dir, analyzer: analyzer() })
  await gate.untilArrived(2)
  const back = await listen(t, again, resumeFrom(laws), { laws })
  t.equal(back.greeting.recovered, true)
  gate.open()
  const { data } = await back.until('detection_complete')
  t.equal(data.task_id, taskId)
  t.same(kinds(laws.events), ['detection_start', 'detection_complete'])
  t.equal(await again.parts.db.record.count(), 1)
})

t.test('who cannot be given everything is told so, and gets a snapshot first', async (t) => {
  const gate = new Gate()
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(gate.script) })
  const { notifications, housekeeping } = app.parts
  const admin = { userId: 7, role: 'administrator', tokenId: null, expiresAtMs: null } as const
  const laws = new Laws()
  const client = await listen(t, app, '?user_id=7', { laws })
  await notifications.create(admin, { title: 'for all', message: 'x' })
  const filePath = await upload(app, '?user_id=7')
  gate.open()
  await client.start(filePath)
  await client.until('detection_complete')
  await client.until('system_notification')
  gate.shut()
  const running = await client.start(filePath)
  await client.until('detection_start', ({ data }) => data.task_id === running)
  await client.leave()

  const other = await listen(t, app, '?user_id=8')
  const ofAnother = other.greeting.cursor
  const future = `c1.${Buffer.from('user:7=99;role:administrator=0;everyone=0').toString('base64url')}`
  const sql = encodeURIComponent("c1.'; DROP TABLE Event; --")
  for (const cursor of ['garbage', 'c1.', sql, 'x'.repeat(5000), future, ofAnother]) {
    const lost = await listen(t, app, `?user_id=7&resume=${cursor}`)
    const name = cursor.slice(0, 40)
    t.equal(lost.greeting.recovered, false, name)
    await lost.until('system_notification')
    t.same(kinds(lost.heard).slice(0, 3), ['connection_established', 'snapshot', 'system_notification'], name)
    t.match(
      lost.of('snapshot')[0]?.data.tasks,
      [{ task_id: running, status: 'processing', current_step_index: 2 }],
      name,
    )
    t.equal(lost.of('system_notification')[0]?.snapshot, true, name)
    await lost.leave()
  }

  const before = client.greeting.cursor
  t.equal((await listen(t, app, `?user_id=7&resume=${before}`)).greeting.recovered, true, 'all is still there')
  await housekeeping.purge(Date.now() + 31 * DAY_MS)
  const lost = await listen(t, app, `?user_id=7&resume=${before}`)
  t.equal(lost.greeting.recovered, false, 'some has been purged')
  t.match((await lost.until('snapshot')).data.tasks, [{ task_id: running }])
  const current = await listen(t, app, resumeFrom(laws))
  t.equal(current.greeting.recovered, true, 'nothing of what is purged came after this cursor')
  gate.open()
  await Promise.all([lost.until('detection_complete'), current.until('detection_complete')])
})

t.test('watchers of everybody hear each event once, their own among them', async (t) => {
  const gate = new Gate()
  gate.open()
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(gate.script) })
  const laws = new Laws()
  const watcher = await listen(t, app, '?user_id=1&scope=all', { laws })
  const users = await Promise.all([1, 2, 3].map((id) => listen(t, app, `?user_id=${id}`)))
  for (const [at, user] of users.entries()) await user.start(await upload(app, `?user_id=${at + 1}`))
  await Promise.all(users.map((user) => user.until('detection_complete')))
  for (const [at, user] of users.entries()) {
    await user.command('ping')
    t.same(kinds(user.laws.events), ['detection_start', 'detection_complete'])
    t.ok(user.laws.events.every((event) => event.user_id === at + 1 && 'stream' in event && event.stream === 'user'))
  }
  await watcher.until('detection_complete', (event) => event.seq === 6)
  await watcher.leave()
  const back = await listen(t, app, `?user_id=1&scope=all&resume=${laws.cursor}`, { laws })
  t.equal(back.greeting.recovered, true)
  await back.command('ping')
  const ids = laws.events.map((event) => ('event_id' in event ? event.event_id : ''))
  const expected = users.flatMap((user) => user.laws.events.map((event) => ('event_id' in event ? event.event_id : '')))
  t.same(ids.toSorted(), expected.toSorted())
  t.ok(laws.events.every((event) => 'stream' in event && event.stream === 'all'))
  for (const user_id of [1, 2, 3]) t.ok(watcher.of('detection_progress').some((event) => event.user_id === user_id))
  const own = await listen(t, app, `?user_id=1&resume=${laws.cursor}`)
  t.equal(own.greeting.recovered, false, 'a cursor is good for what it was given for')
})

t.test('clients that drop at random moments hear every event once', async (t) => {
  const analyzer = new ScriptedAnalyzer(async () => [], 3)
  const app = await startApp(t, { analyzer, env: { MAX_CONNECTIONS_PER_USER: '0', REQUESTS_PER_MINUTE: '0' } })
  const drivers = await Promise.all([7, 8].map((id) => listen(t, app, `?user_id=${id}`)))
  const filePaths = await Promise.all([7, 8].map((id) => upload(app, `?user_id=${id}`)))
  let isOver = false

  /** Comes and goes as it likes; stays at last until it has heard so many events. */
  const play = async (query: string, total: number, first: Awaited<ReturnType<typeof listen>>) => {
    const { laws } = first
    let client = first
    let connections = 1
    while (!isOver) {
      const messages = client.heard.length + Math.floor(Math.random() * 8)
      while (!isOver && client.heard.length < messages) await new Promise(setImmediate)
      if (Math.random() < 0.5) client.socket.terminate()
      await client.leave()
      client = await listen(t, app, `${query}&resume=${laws.cursor}`, { laws })
      t.equal(client.greeting.recovered, true)
      connections++
    }
    while (laws.events.length < total) await new Promise(setImmediate)
    await client.command('ping')
    return { laws, connections }
  }

  const [tasks, notices] = [20, 10]
  const own = 2 * tasks + notices
  const queries: Array<[string, number]> = [
    ['?user_id=7', own],
    ['?user_id=7&lang=en', own],
    ['?user_id=8', own],
    ['?user_id=9&scope=all', 4 * tasks + notices],
  ]
  const connected = await Promise.all(queries.map(([query]) => listen(t, app, query)))
  const players = connected.map((first, at) => play(...(queries[at] as [string, number]), first))
  const admin = { userId: 7, role: 'administrator', tokenId: null, expiresAtMs: null } as const
  await Promise.all([
    ...drivers.map(async (driver, at) => {
      for (let task = 0; task < tasks; task++) await driver.start(filePaths[at] ?? '')
    }),
    (async () => {
      for (let at = 0; at < notices; at++) await app.parts.notifications.create(admin, { title: `${at}`, message: 'x' })
    })(),
  ])
  for (const driver of drivers) while (driver.laws.events.length < own) await new Promise(setImmediate)
  isOver = true
  for (const [at, player] of players.entries()) {
    const { laws, connections } = await player
    const [query, total] = queries[at] ?? ['', 0]
    const ids = new Set(laws.events.map((event) => ('event_id' in event ? event.event_id : '')))
    t.equal(ids.size, total, `${query}: each once, over ${connections} connections`)
    t.equal(laws.events.length, total, query)
    t.ok(connections > 5, `${connections} connections`)
  }
})
