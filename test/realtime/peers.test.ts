import { once } from 'node:events'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { startApp } from '../helpers/app.ts'
import { Gate, Laws, listen, upload } from './strict-listener.ts'

type RunningApp = Awaited<ReturnType<typeof startApp>>
const MIB = 1024 * 1024
const admin = { userId: 7, role: 'administrator', tokenId: null, expiresAtMs: null } as const

const untilTrue = async (holds: () => boolean) => {
  const deadline = AbortSignal.timeout(15_000)
  while (!holds()) {
    deadline.throwIfAborted()
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

/** The most that waited in this process for any one client, at any time. */
function watchBuffers(t: Test, { app }: RunningApp): { most: number } {
  const seen = { most: 0 }
  const timer = setInterval(() => {
    for (const { bufferedAmount } of app.websocketServer.clients) seen.most = Math.max(seen.most, bufferedAmount)
  }, 1)
  t.teardown(async () => clearInterval(timer))
  return seen
}

/** Fills the line, which holds megabytes by itself: 150 kB each, until `enough`. */
async function notify(app: RunningApp, enough: (count: number) => boolean): Promise<number> {
  let count = 0
  while (!enough(count)) {
    if (count > 300) throw new Error('the line takes everything')
    const message = '维'.repeat(50_000)
    await app.parts.notifications.create(admin, { title: String(count++), message, audience: { kind: 'all' } })
    await new Promise(setImmediate) // The database answers at once, and nothing else would have its turn.
  }
  return count
}

t.test('who does not read is closed with 4101, costs little memory, and can resume', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), env: { SLOW_READER_S: '0.3' } })
  const buffers = watchBuffers(t, app)
  const laws = new Laws()
  const reader = await listen(t, app, '?user_id=8')
  const slow = await listen(t, app, '?user_id=7', { laws })
  slow.socket.pause()
  let sent = await notify(app, () => buffers.most > MIB)
  sent += await notify(app, (count) => count >= 20)
  await untilTrue(() => app.parts.sockets.size === 1)
  slow.socket.resume()
  t.same(await slow.closed, { code: 4101, reason: 'reading too slowly' })
  t.ok(slow.notices.length < sent, 'not everything has been sent')
  t.ok(buffers.most > MIB && buffers.most < MIB + 200_000, `${buffers.most} bytes`)

  const back = await listen(t, app, `?user_id=7&resume=${laws.cursor}`, { laws })
  t.equal(back.greeting.recovered, true)
  await untilTrue(() => laws.events.length === sent)
  t.same(back.notices.length + slow.notices.length, sent)
  await untilTrue(() => reader.notices.length === sent)
  t.match(await reader.command('ping'), { status: 'success' }, 'others have noticed nothing')
})

t.test('who pauses and reads on gets everything in order, and the newest progress', async (t) => {
  const gate = new Gate()
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(gate.script), env: { SLOW_READER_S: '60' } })
  const buffers = watchBuffers(t, app)
  const client = await listen(t, app, '?user_id=7')
  const tab = await listen(t, app, '?user_id=7')
  const filePath = await upload(app, '?user_id=7')
  client.socket.pause()
  let sent = await notify(app, () => buffers.most > MIB)
  const first = await tab.start(filePath)
  const second = await tab.start(filePath)
  await gate.untilArrived(1)
  sent += await notify(app, (count) => count >= 20)
  client.socket.resume()
  await untilTrue(() => client.notices.length === sent)
  await client.until('detection_progress', ({ data }) => data.task_id === first && data.progress === 20)
  gate.open()
  await client.until('detection_complete', ({ data }) => data.task_id === second)
  t.equal(client.socket.readyState, WebSocket.OPEN)
  t.same(client.notices, tab.notices)
  const early = client.of('detection_progress').filter(({ data }) => data.task_id === first && data.progress <= 20)
  t.equal(early.length, 1, 'what was overtaken while nobody read was dropped')
})

t.test('who asks and does not read the answers is not answered without end', async (t) => {
  const gate = new Gate()
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(gate.script), env: { SLOW_READER_S: '60' } })
  const buffers = watchBuffers(t, app)
  const client = await listen(t, app, '?user_id=7')
  const filePath = await upload(app, '?user_id=7')
  const { id } = (await app.parts.db.upload.findFirst()) ?? { id: '' }
  const row = {
    userId: 7,
    uploadId: id,
    fileName: 'x',
    fileSize: 1,
    detectionType: 'image',
    options: {},
    estimatedTime: 1,
  } as const
  await app.parts.db.task.createMany({ data: Array.from({ length: 900 }, (_, at) => ({ ...row, id: `task_${at}` })) })
  t.ok(filePath)
  client.socket.pause()
  const asked = 60
  for (let at = 0; at < asked; at++) {
    client.say({ type: 'user_message', data: { message_type: 'get_status', request_id: `r${at}` } })
  }
  await untilTrue(() => buffers.most > MIB)
  const other = await listen(t, app, '?user_id=8')
  for (let at = 0; at < 50; at++) await other.command('ping')
  t.ok(buffers.most < 2 * MIB, `${buffers.most} bytes`)
  client.socket.resume()
  await client.until('user_message_response', ({ data }) => data.request_id === `r${asked - 1}`)
  t.equal(client.of('user_message_response').length, asked)
})

t.test('a peer that answers no ping is dropped, one that does is kept', async (t) => {
  const env = { HEARTBEAT_INTERVAL_S: '0.1', HEARTBEAT_TIMEOUT_S: '0.1' }
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), env })
  const alive = await listen(t, app)
  let pings = 0
  alive.socket.on('ping', () => pings++)
  const silent = new WebSocket(`ws://127.0.0.1:${app.port}/ws/detection/`, { autoPong: false })
  let unanswered = 0
  silent.on('ping', () => unanswered++)
  const code = await new Promise((resolve) => silent.on('close', resolve))
  t.equal(code, 1006)
  t.ok(unanswered > 0)
  await untilTrue(() => pings > 4)
  t.match(await alive.command('ping'), { status: 'success' })
  t.equal(app.parts.sockets.size, 1)
})

t.test('what the bus loses comes with the next heartbeat', async (t) => {
  const env = { HEARTBEAT_INTERVAL_S: '0.2' }
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), env })
  const client = await listen(t, app)
  const { bus } = app.parts
  const publish = bus.publish
  bus.publish = () => {}
  await app.parts.notifications.create(admin, { title: 'lost', message: 'x' })
  bus.publish = publish
  await client.until('system_notification')
  t.same(client.notices, ['lost'])
})

t.test('a stopping server waits for nobody who does not say goodbye', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), env: { AUTH: 'required' } })
  const { users, tokens } = app.parts.accounts
  const { id } = await users.createUser({ username: 'user', password: 'correct horse battery' })
  const { token } = await tokens.createPersonalToken(id, { name: 'x' })
  const client = await listen(t, app, `?token=${token}`)
  client.socket.pause()
  const refused = connect(app.port, '127.0.0.1')
  refused.write(
    'GET /ws/detection/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  const [answer] = await once(refused, 'data')
  t.match(String(answer), /^HTTP\/1.1 101/)
  const startedMs = Date.now()
  await app.close()
  t.ok(Date.now() - startedMs < 5000)
  refused.destroy()
  client.socket.terminate()
})

t.test('a task that ends while the server stops is told of at the resume', async (t) => {
  const gate = new Gate()
  const analyzer = () => new ScriptedAnalyzer(gate.script)
  const app = await startApp(t, { analyzer: analyzer(), env: { SHUTDOWN_GRACE_S: '5' } })
  const laws = new Laws()
  const client = await listen(t, app, '', { laws })
  const task_id = await client.start(await upload(app))
  await gate.untilArrived(1)
  const closed = app.close()
  t.same(await client.closed, { code: 1001, reason: 'server_shutdown' })
  gate.open()
  await closed
  t.same(client.of('detection_complete'), [])
  const again = await startApp(t, { dir: app.dir, analyzer: analyzer() })
  const back = await listen(t, again, `?resume=${laws.cursor}`, { laws })
  t.equal((await back.until('detection_complete')).data.task_id, task_id)
  t.equal(gate.arrived, 1, 'it was not run twice')
})

t.test('who connects while the server stops is sent away', async (t) => {
  const gate = new Gate()
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(gate.script), env: { SHUTDOWN_GRACE_S: '5' } })
  const upgraded: Duplex[] = []
  app.app.server.on('upgrade', (_request, socket) => upgraded.push(socket))
  const client = await listen(t, app)
  await client.start(await upload(app))
  await gate.untilArrived(1)
  const closed = app.close()
  await client.closed
  const late = new WebSocket(`ws://127.0.0.1:${app.port}/ws/detection/`)
  late.on('error', () => {})
  const [request, response] = await once(late, 'unexpected-response')
  t.equal(response.statusCode, 503)
  request.destroy()
  const left = upgraded.filter((socket) => !socket.destroyed)
  await Promise.all(left.map((socket) => once(socket, 'close')))
  t.pass('its connection is ended, while the server still waits for its task')
  gate.open()
  await closed
})
