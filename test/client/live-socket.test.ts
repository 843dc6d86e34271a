import t from 'tap'
import type { ServerMessage } from '../../src/client/index.ts'
import { memoryStorage } from '../../src/client/node.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { startApp } from '../helpers/app.ts'
import { Gate } from '../realtime/strict-listener.ts'
import { SpawnedServer } from '../server/spawn-server.ts'
import { makeClient, openThrough, photo, record, StoppedClock } from './client-fixture.ts'

const PASSWORD = 'correct horse battery'
const isRunning = ({ data }: { data: { current_step_index: number } }) => data.current_step_index === 2

/** A server on which a task waits for the gate, and a client that has heard its start. */
async function startGated(t: import('tap').Test, options: Parameters<typeof makeClient>[1] = {}) {
  const gate = new Gate()
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(gate.script), env: { SHUTDOWN_GRACE_S: '0' } })
  const client = makeClient(t, { origin: app.origin, userId: 7, ...options })
  client.socket.connect()
  await client.socket.whenConnected()
  return { app, client, gate }
}

t.test('a picture goes in, and its progress and its signs come out', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const client = makeClient(t, { origin: app.origin, userId: 7 })
  const { heard, states, resets, kinds } = record(client)
  t.equal(client.socket.state.kind, 'idle')
  client.socket.connect()
  const greeting = await client.socket.whenConnected()
  t.match(greeting, { user_id: 7, language: 'zh-CN' })
  t.equal(client.socket.greeting, greeting)

  const complete = client.socket.until('detection_complete')
  const { task_ids } = await client.upload([await photo()], { mode: 'fast', confidence_threshold: 0.25 })
  const { data } = await complete
  t.same(task_ids, [data.task_id])
  t.equal(data.results.detections[0]?.class_code, 'ps')
  const stored = await client.call('GET /api/detections/:record_id', { params: { record_id: data.record_id } })
  t.match(stored, { mode: 'fast', confidence_threshold: 0.25, file_name: 'street-small.jpg' })
  t.same(kinds(), ['detection_start', 'detection_complete'])
  const progress = heard.filter(({ type }) => type === 'detection_progress')
  t.match(progress.at(-1), { data: { progress: 100 } })
  t.same(
    states.map(({ kind }) => kind),
    ['connecting', 'connected'],
  )
  t.same(resets, [true], 'what was before the first connection is not known')
})

t.test('commands are answered with what they asked for, and refused with what is wrong', async (t) => {
  const { client, gate } = await startGated(t)
  const { socket } = client
  t.match(await socket.command('ping'), { pong: true, server_time: String })
  const started = socket.until('detection_progress', { fits: isRunning })
  const { task_ids } = await client.upload([await photo()])
  const task_id = task_ids[0] as string
  await started
  t.match(await socket.command('get_status', { task_id }), { tasks: [{ task_id, status: 'processing' }] })
  const cancelled = socket.until('detection_error')
  t.same(await socket.command('cancel_detection', { task_id }), { task_id })
  t.match((await cancelled).data, { task_id, error_code: 'TASK_CANCELLED' })

  await t.rejects(socket.command('get_status', { task_id: 'task_none' }), { name: 'HzError', code: 'TASK_NOT_FOUND' })
  const options = { confidence_threshold: 7 }
  const refused = socket.command('start_detection', { file_path: '/uploads/x', detection_type: 'image', options })
  await t.rejects(refused, { code: 'INVALID_OPTION', fields: [{ field: 'options.confidence_threshold' }] })

  const { file_path } = (await client.upload([await photo()])).tasks[0] as { file_path: string }
  const start = () => socket.command('start_detection', { file_path, detection_type: 'image' }, { requestId: 'once' })
  t.same(await start(), await start(), 'the same request starts nothing twice')
  gate.open()

  const stop = new AbortController()
  const aborted = socket.command('ping', {}, { signal: stop.signal })
  stop.abort(new Error('changed my mind'))
  await t.rejects(aborted, { message: 'changed my mind' })
  const lost = socket.command('ping')
  socket.close()
  await t.rejects(lost, { code: 'CONNECTION_LOST', canRetry: true })
  await t.rejects(socket.command('ping'), { code: 'NOT_CONNECTED' })
})

t.test('a server that is killed in mid-task and comes back costs nothing', async (t) => {
  const dir = t.testdir()
  const first = await new SpawnedServer(t, dir).ready()
  const client = makeClient(t, { origin: first.origin, userId: 7, random: () => 0.05 })
  const { heard, kinds, eventIds } = record(client)
  client.socket.connect()
  await client.socket.whenConnected()
  const running = client.socket.until('detection_progress', { fits: isRunning })
  const names = ['street-avenue.jpg', 'street-village.jpg', 'street-evening.jpg']
  const { task_ids } = await client.upload(await Promise.all(names.map(photo)), { mode: 'max' })
  await running
  const away = client.socket.until('state', { fits: ({ kind }) => kind === 'waiting' })
  first.process.kill('SIGKILL')
  await away
  await first.ended

  const ended = new Promise<void>((resolve) => {
    client.socket.on('detection_complete', () => {
      if (heard.filter(({ type }) => type === 'detection_complete').length === task_ids.length) resolve()
    })
  })
  await new SpawnedServer(t, dir, { PORT: String(first.port) }).ready()
  await ended
  const completed = heard.flatMap((message) => (message.type === 'detection_complete' ? [message.data.task_id] : []))
  t.same(completed.toSorted(), task_ids.toSorted(), 'each once')
  t.equal(new Set(eventIds()).size, eventIds().length, 'nothing twice')
  t.notOk(kinds().includes('detection_error'))
  const greetings = heard.flatMap((message) =>
    message.type === 'connection_established' ? [message.data.recovered] : [],
  )
  t.same(greetings, [false, true])
})

t.test('the farewell of a server says when to come back', async (t) => {
  const clock = new StoppedClock()
  const { app, client, gate } = await startGated(t, { clock })
  const { kinds, resets } = record(client)
  const running = client.socket.until('detection_progress', { fits: isRunning })
  await client.upload([await photo()])
  await running
  const farewell = client.socket.until('connection_closing')
  const waiting = client.socket.until('state', { fits: ({ kind }) => kind === 'waiting' })
  await app.close()
  const delayMs = (await farewell).data.reconnect_after * 1000
  t.same(await waiting, { kind: 'waiting', untilMs: clock.now() + delayMs })

  const analyzer = new ScriptedAnalyzer(gate.script)
  await startApp(t, { dir: app.dir, env: { PORT: String(app.port) }, analyzer })
  clock.advance(delayMs - 1)
  t.equal(client.socket.state.kind, 'waiting')
  clock.advance(1)
  t.equal(client.socket.state.kind, 'connecting')
  await client.socket.whenConnected()
  const complete = client.socket.until('detection_complete')
  gate.open()
  await complete
  t.same(kinds(), ['detection_start', 'detection_complete'])
  t.same(resets, [])
})

t.test('a message that is lost on the way is noticed by its number and told again', async (t) => {
  let lost = 0
  const swallow = (message: ServerMessage) => {
    if (message.type !== 'detection_start' || lost > 0) return [message]
    lost++
    return []
  }
  const { client, gate } = await startGated(t, { openSocket: openThrough(swallow) })
  const { kinds, eventIds, states } = record(client)
  gate.open()
  const complete = client.socket.until('detection_complete')
  await client.upload([await photo()])
  await complete
  t.equal(lost, 1)
  t.same(kinds(), ['detection_start', 'detection_complete'])
  t.equal(new Set(eventIds()).size, 2)
  t.same(
    states.map(({ kind }) => kind),
    ['waiting', 'connecting', 'connected'],
  )
})

t.test('a message that comes twice is told once', async (t) => {
  const twice = (message: ServerMessage) => ('seq' in message ? [message, message] : [message])
  const { client, gate } = await startGated(t, { openSocket: openThrough(twice) })
  const { kinds } = record(client)
  gate.open()
  const complete = client.socket.until('detection_complete')
  await client.upload([await photo()])
  await complete
  await client.socket.command('ping')
  t.same(kinds(), ['detection_start', 'detection_complete'])
})

t.test('who begins anew with the same storage goes on where it was, unless the place is forgotten', async (t) => {
  const storage = memoryStorage()
  const { app, client, gate } = await startGated(t, { storage })
  gate.open()
  const complete = client.socket.until('detection_complete')
  await client.upload([await photo()])
  await complete
  client.close()
  const other = makeClient(t, { origin: app.origin, userId: 7 })
  other.socket.connect()
  await other.socket.whenConnected()
  const missed = other.socket.until('detection_complete')
  await other.upload([await photo()])
  const { event_id } = await missed

  const reloaded = makeClient(t, { origin: app.origin, userId: 7, storage })
  const { kinds, eventIds, resets } = record(reloaded)
  const told = reloaded.socket.until('detection_complete')
  reloaded.socket.connect()
  await told
  t.same(kinds(), ['detection_start', 'detection_complete'])
  t.equal(eventIds().at(-1), event_id)
  t.same(resets, [])

  reloaded.close()
  reloaded.socket.forgetPlace()
  const fresh = makeClient(t, { origin: app.origin, userId: 7, storage })
  const afresh = record(fresh)
  fresh.socket.connect()
  await fresh.socket.whenConnected()
  await fresh.socket.command('ping')
  t.same(afresh.kinds(), [])
  t.same(afresh.resets, [true])
})

t.test('a listener that connects anew has heard the message that made it do so', async (t) => {
  const { client, gate } = await startGated(t)
  const { kinds } = record(client)
  const off = client.socket.on('detection_start', () => {
    off()
    client.socket.connect()
  })
  gate.open()
  const complete = client.socket.until('detection_complete')
  await client.upload([await photo()])
  await complete
  t.same(kinds(), ['detection_start', 'detection_complete'])
})

t.test('where not all can be told, listeners hear so before anything else', async (t) => {
  const storage = memoryStorage()
  storage.setItem('hz.cursor', `c1.${Buffer.from('user:7=99;role:administrator=0;everyone=0').toString('base64url')}`)
  const gate = new Gate()
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(gate.script) })
  const watcher = makeClient(t, { origin: app.origin, userId: 7 })
  watcher.socket.connect()
  await watcher.socket.whenConnected()
  const started = watcher.socket.until('detection_start')
  await watcher.upload([await photo()])
  await watcher.call('POST /api/notifications', { body: { title: 'for all', message: 'x' } })
  await started

  const client = makeClient(t, { origin: app.origin, userId: 7, storage })
  const told: string[] = []
  client.socket.on('message', ({ type }) => told.push(type))
  client.socket.on('reset', ({ isFirst, greeting }) => told.push(`reset ${isFirst} ${greeting.recovered}`))
  const notice = client.socket.until('system_notification')
  client.socket.connect()
  t.equal((await notice).snapshot, true)
  t.same(told, ['connection_established', 'reset false false', 'snapshot', 'system_notification'])
  const complete = client.socket.until('detection_complete')
  gate.open()
  await complete
  t.equal(told.at(-1), 'detection_complete', 'from there on, what happens')
})

t.test('a line that has gone dead is noticed, and left', async (t) => {
  const clock = new StoppedClock()
  let isDead = false
  const openSocket = openThrough((message) => (isDead ? [] : [message]))
  const { client } = await startGated(t, { clock, openSocket, random: () => 0.001 })
  const { states } = record(client)
  clock.advance(24_999)
  await client.socket.command('ping')
  clock.advance(24_999)
  await client.socket.command('ping')
  t.same(states, [], 'what is heard keeps it alive')
  isDead = true
  clock.advance(25_000)
  clock.advance(9999)
  t.same(states, [], 'it has its time to answer')
  isDead = false
  clock.advance(1)
  t.equal(client.socket.state.kind, 'waiting')
  clock.advance(1)
  await client.socket.whenConnected()
  t.same(
    states.map(({ kind }) => kind),
    ['waiting', 'connecting', 'connected'],
  )
})

t.test('a refusal stops it, and says why', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), env: { AUTH: 'required' } })
  const client = makeClient(t, { origin: app.origin, token: 'hzp_nobody' })
  client.socket.connect()
  await t.rejects(client.socket.whenConnected(), { code: 'NOT_CONNECTED', zh: '认证失败，请检查token' })
  t.same(client.socket.state, { kind: 'stopped', code: 4000, reason: '认证失败，请检查token' })
})

t.test('who may see something else from now on comes back at once, and hears it', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), env: { AUTH: 'required' } })
  const { users, tokens } = app.parts.accounts
  const { id } = await users.createUser({ username: 'user', password: PASSWORD })
  const { token } = await tokens.createPersonalToken(id, { name: 'x' })
  const client = makeClient(t, { origin: app.origin, token, random: () => 1 })
  client.socket.connect()
  await client.socket.whenConnected()
  const { states } = record(client)
  const reset = client.socket.until('reset')
  await users.changeUser(id, { role: 'analyst' })
  t.equal((await reset).isFirst, false)
  const [waiting] = states
  t.ok(waiting?.kind === 'waiting' && waiting.untilMs <= Date.now(), 'not after the second that chance has asked for')
  client.socket.connect({ scope: 'all', language: 'en' })
  t.equal((await client.socket.whenConnected()).language, 'en')
})
