import t, { type Test } from 'tap'
import { LiveSocket, type LiveSocketOptions, memoryStorage, type SurroundingsChange } from '../../src/client/index.ts'
import { reconnectDelay } from '../../src/client/reconnect-delay.ts'
import { ScriptedSocket, StoppedClock } from './client-fixture.ts'

/** A client on a clock that stands still, whose sockets the test plays. */
function play(t: Test, options: Partial<LiveSocketOptions> = {}) {
  const clock = new StoppedClock()
  const sockets: ScriptedSocket[] = []
  const network = { isOnline: true, tell: (_change: SurroundingsChange) => {} }
  const surroundings = {
    get isOnline() {
      return network.isOnline
    },
    watch: (onChange: (change: SurroundingsChange) => void) => {
      network.tell = onChange
      return () => {
        network.tell = () => {}
      }
    },
  }
  const openSocket = () => {
    const socket = new ScriptedSocket()
    sockets.push(socket)
    return socket
  }
  const storage = memoryStorage()
  const client = new LiveSocket({ origin: 'http://localhost', openSocket, clock, surroundings, storage, ...options })
  t.teardown(() => client.close())
  client.connect()
  const current = () => sockets.at(-1) as ScriptedSocket
  const waitMs = () => ('untilMs' in client.state ? client.state.untilMs - clock.now() : null)
  return { clock, sockets, network, client, current, waitMs }
}

t.test('close codes say whether to come back, and when', async (t) => {
  const delays = { firstMs: 1000, longestMs: 30_000 }
  const cases: Array<[code: number, attempt: number, askedMs: number | null, random: number, delayMs: number | null]> =
    [
      [1000, 0, null, 1, 1000],
      [1001, 0, 4200, 1, 4200],
      [1006, 0, null, 0, 0],
      [1006, 3, null, 0.5, 4000],
      [1006, 5, null, 1, 30_000],
      [1006, 1000, null, 0.5, 15_000],
      [4000, 0, null, 1, null],
      [4099, 0, 1000, 1, null],
      [4101, 0, null, 1, 1000],
      [4199, 2, null, 0.25, 1000],
      [4200, 0, null, 1, 0],
      [4299, 0, null, 1, 0],
      [4200, 1, null, 1, 2000],
    ]
  for (const [code, attempt, askedMs, random, delayMs] of cases) {
    t.equal(
      reconnectDelay({ code, attempt, askedMs }, delays, () => random),
      delayMs,
      `${code} at ${attempt}`,
    )
  }
})

t.test('attempts grow rarer up to a limit, each at a random moment of its time', async (t) => {
  let random = 1
  const { clock, sockets, current, waitMs } = play(t, { random: () => random })
  const longest: number[] = []
  for (let attempt = 0; attempt < 8; attempt++) {
    current().lose(1006)
    longest.push(waitMs() as number)
    clock.advance(waitMs() as number)
  }
  t.same(longest, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
  t.equal(sockets.length, 9)
  for (random of [0, 0.1, 0.7]) {
    current().lose(1006)
    t.equal(waitMs(), 30_000 * random)
    clock.advance(waitMs() as number)
  }

  random = 1
  current().greet()
  current().lose(1006)
  t.equal(waitMs(), 30_000, 'a connection that is lost at once was none')
  clock.advance(30_000)
  current().greet()
  clock.advance(10_000)
  current().lose(1006)
  t.equal(waitMs(), 1000, 'after a good one it begins again')
})

t.test('who is let in and hears nothing tries elsewhen, and what is no message ends a connection', async (t) => {
  const { clock, client, current, sockets } = play(t, { random: () => 1 })
  clock.advance(14_999)
  t.equal(client.state.kind, 'connecting')
  clock.advance(1)
  t.equal(client.state.kind, 'waiting')
  t.ok(sockets[0]?.isOver)
  clock.advance(1000)
  current().greet()
  t.equal(client.state.kind, 'connected')
  current().hear('<html>')
  t.equal(client.state.kind, 'waiting')
  sockets[0]?.greet()
  t.equal(client.state.kind, 'waiting', 'what comes late from an earlier connection is not heard')
})

t.test('gaps without end do not make it run in circles', async (t) => {
  const { clock, current, waitMs } = play(t, { random: () => 1 })
  const gap = { type: 'records_removed', stream: 'user', seq: 3, cursor: 'x', data: { record_ids: [] } }
  const waits: Array<number | null> = []
  for (let n = 0; n < 4; n++) {
    current().greet({ positions: { user: 1 } })
    current().hear(gap)
    waits.push(waitMs())
    clock.advance(waitMs() as number)
  }
  t.same(waits, [0, 2000, 4000, 8000])
})

t.test('news of the network and of a page that is looked at again are reasons to try', async (t) => {
  const { clock, client, network, current, sockets } = play(t, { random: () => 1 })
  current().lose(1006)
  network.tell('offline')
  t.equal(client.state.kind, 'offline')
  network.tell('online')
  t.equal(client.state.kind, 'connecting')
  t.equal(sockets.length, 2)
  network.isOnline = false
  current().lose(1006)
  t.equal(client.state.kind, 'offline', 'it goes on trying all the same')
  clock.advance(2000)
  t.equal(sockets.length, 3)
  current().greet()
  network.tell('visible')
  t.equal(JSON.parse(current().sent[0] ?? '').data.message_type, 'ping', 'a connection is asked whether it lives')
  clock.advance(5000)
  t.equal(client.state.kind, 'offline', 'and is left when it does not')
  network.tell('visible')
  t.equal(sockets.length, 4)
  client.close()
  network.tell('online')
  t.equal(client.state.kind, 'idle')
  t.equal(sockets.length, 4, 'who has closed it stays out')
})

t.test('one connection too many stops it, unless it may be its own former one', async (t) => {
  const { clock, client, current } = play(t, { random: () => 1 })
  current().lose(4002, 'too many')
  t.same(client.state, { kind: 'stopped', code: 4002, reason: 'too many' })
  client.connect()
  current().greet()
  current().lose(1006)
  clock.advance(2000)
  current().lose(4002)
  t.equal(client.state.kind, 'waiting', 'the server has not noticed yet that it is gone')
  clock.advance(35_000)
  current().lose(4002, 'too many')
  t.equal(client.state.kind, 'stopped')
})

t.test('refused access is renewed once, and where nobody knows, tried later', async (t) => {
  const answers = [
    async () => true,
    async () => true,
    async () => Promise.reject(new Error('no network')),
    async () => false,
  ]
  const states: string[] = []
  const { clock, client, current } = play(t, {
    random: () => 1,
    renewAccess: () => (answers.shift() as () => Promise<boolean>)(),
  })
  client.on('state', ({ kind }) => states.push(kind))
  const decided = () => new Promise(setImmediate)
  current().lose(4000)
  await decided()
  t.same(states.splice(0), ['connecting', 'connecting'])
  current().lose(4000, 'still not')
  t.same(client.state, { kind: 'stopped', code: 4000, reason: 'still not' }, 'the new token is no better')
  clock.advance(10_000)
  client.connect()
  current().lose(4000)
  await decided()
  t.equal(client.state.kind, 'connecting')
  clock.advance(10_000)
  current().lose(4000)
  await decided()
  t.equal(client.state.kind, 'waiting')
  clock.advance(30_000)
  current().hear({ type: 'error', data: { error_code: 4000, message: '认证失败' } })
  current().lose(4000, 'AUTHENTICATION_FAILED')
  await decided()
  t.same(client.state, { kind: 'stopped', code: 4000, reason: '认证失败' })
})

t.test('a command that is never answered ends in time, and connecting anew waits for those that are', async (t) => {
  const { clock, client, current, sockets } = play(t)
  current().greet()
  const never = client.command('ping')
  const rejected = t.rejects(never, { code: 'TIMEOUT', canRetry: true })
  clock.advance(20_000)
  const answered = client.command('get_status')
  const reconnected = client.reconnect()
  clock.advance(10_000)
  await rejected
  t.equal(sockets.length, 2, 'it does not wait for ever')
  await t.rejects(answered, { code: 'CONNECTION_LOST' })
  await reconnected

  current().greet()
  const status = client.command('get_status')
  const again = client.reconnect()
  const { request_id } = JSON.parse(current().sent[0] ?? '').data
  current().hear({
    type: 'user_message_response',
    data: { request_id, status: 'success', message: '', data: { tasks: [] } },
  })
  t.same(await status, { tasks: [] })
  await again
  t.equal(sockets.length, 3)
})

t.test('a command that is asked twice at one moment is answered twice', async (t) => {
  const { clock, client, current } = play(t)
  current().greet()
  const twice = () => [1, 2].map((seconds) => client.command('ping', {}, { requestId: 'r', timeoutMs: seconds * 1000 }))
  const answered = twice()
  const data = { pong: true, server_time: '' }
  current().hear({ type: 'user_message_response', data: { request_id: 'r', status: 'success', message: '', data } })
  t.same(await Promise.all(answered), [data, data])

  const [first, second] = twice()
  const tooLate = t.rejects(first as Promise<unknown>, { code: 'TIMEOUT' })
  clock.advance(1000)
  await tooLate
  current().hear({ type: 'user_message_response', data: { request_id: 'r', status: 'success', message: '', data } })
  t.same(await second, data, 'one that waits longer still gets its own')

  const lost = twice().map((asked) => t.rejects(asked, { code: 'CONNECTION_LOST' }))
  client.close()
  await Promise.all(lost)
})

t.test('who closes it while it begins to connect has it closed', async (t) => {
  const { client, current } = play(t)
  const off = client.on('state', ({ kind }) => kind === 'connecting' && client.close())
  client.connect()
  off()
  t.same(client.state, { kind: 'idle' })
  t.ok(current().isOver)
})

t.test('a listener that throws keeps nobody else from hearing', async (t) => {
  const { client, current } = play(t)
  const heard: string[] = []
  const reported = new Promise((resolve) => process.once('uncaughtException', resolve))
  client.on('message', () => {
    throw new Error('a bug of the application')
  })
  client.on('message', ({ type }) => heard.push(type))
  current().greet()
  t.match(await reported, { message: 'a bug of the application' })
  t.same(heard, ['connection_established'])
  t.equal(client.state.kind, 'connected')
})
