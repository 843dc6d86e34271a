import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import type { HzClientOptions, SignedIn } from '../../src/client/index.ts'
import { HzClient, HzError, memoryStorage, Session } from '../../src/client/node.ts'
import { withLease } from '../../src/client/tab-lock.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { startApp } from '../helpers/app.ts'
import { makeClient, photo, record, StoppedClock } from './client-fixture.ts'

const credentials = { username: 'user', password: 'correct horse battery' }

async function startClosed(t: Test, env: Record<string, string> = {}, options: HzClientOptions = {}) {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), env: { AUTH: 'required', ...env } })
  const { id } = await app.parts.accounts.users.createUser(credentials)
  const client = makeClient(t, { origin: app.origin, ...options })
  const ended: null[] = []
  client.session.on('ended', (event) => ended.push(event))
  return { app, id, client, ended, accounts: app.parts.accounts }
}

t.test('what the server refuses is an error that names code, fields and both languages', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const client = makeClient(t, { origin: app.origin })
  const refused = await client.call('GET /api/detections', { query: { limit: 999 } }).catch((err: unknown) => err)
  t.ok(refused instanceof HzError)
  t.match(refused, {
    ...{ name: 'HzError', code: 'INVALID_REQUEST', status: 400, canRetry: false, logId: null, retryAfterS: null },
    fields: [{ field: 'limit', expected: 'must be <= 200' }],
  })
  const { zh, en } = refused as HzError
  t.match(zh, /limit/)
  t.not(zh, en)
  t.equal((refused as HzError).textIn('en'), en)
  t.equal((refused as HzError).textIn('zh-CN'), zh)
  t.equal((refused as HzError).message, en)

  await t.rejects(client.call('GET /api/tasks/:task_id', { params: { task_id: '../tasks?x=1' } }), {
    code: 'TASK_NOT_FOUND',
  })
  const notAPhoto = { name: 'notes.jpg', blob: new Blob(['only text']) }
  await t.rejects(client.upload([notAPhoto]), { code: 'UNSUPPORTED_MEDIA', status: 415 })
  const wrongMode = client.upload([await photo()], { confidence_threshold: 7 })
  await t.rejects(wrongMode, { code: 'INVALID_OPTION', fields: [{ field: 'confidence_threshold' }] })
  const shares: number[] = []
  await client.upload([await photo(), await photo()], {}, { onProgress: (share) => shares.push(share) })
  t.same(shares, [1])
  t.equal(await client.call('POST /api/auth/logout'), null, 'an answer without a body')
  t.match(await (await client.rest.open('GET', '/metrics')).text(), /# HELP/)

  const stop = AbortSignal.abort(new Error('enough'))
  await t.rejects(client.call('GET /api/detections', { signal: stop }), { message: 'enough' })
  await t.rejects(client.upload([await photo()], {}, { signal: stop }), { message: 'enough' })
  await app.close()
  const unreachable = { code: 'NETWORK', status: 0, canRetry: true, zh: '无法连接服务器' }
  await t.rejects(client.call('GET /api/detections'), unreachable)
  await t.rejects(client.upload([await photo()]), unreachable)
  t.throws(() => new HzClient({}), /origin/)
})

t.test('what stands between and answers in its own words is understood as far as it goes', async (t) => {
  const between = createServer((_request, response) => {
    response.writeHead(503, { 'retry-after': '7' }).end('<h1>Service Unavailable</h1>')
  }).listen(0, '127.0.0.1')
  t.teardown(() => between.close())
  await new Promise((resolve) => between.once('listening', resolve))
  const client = makeClient(t, { origin: `http://127.0.0.1:${(between.address() as AddressInfo).port}` })
  const expected = { code: 'INTERNAL', status: 503, zh: 'HTTP 503', en: 'HTTP 503', canRetry: true, retryAfterS: 7 }
  await t.rejects(client.call('GET /api/detections'), expected)
  await t.rejects(client.upload([await photo()]), expected)
})

t.test('a session is renewed before its token ends, and the socket goes on with the new one', async (t) => {
  const clock = new StoppedClock()
  const { client, ended } = await startClosed(t, { ACCESS_TOKEN_TTL_S: '60' }, { clock, random: () => 0 })
  t.equal(await client.session.begin(), false)
  t.equal(client.session.auth, 'required')
  await t.rejects(client.session.signIn({ ...credentials, password: 'wrong' }), { code: 'WRONG_CREDENTIALS' })
  const user = await client.session.signIn(credentials)
  t.match(user, { username: 'user', role: 'user' })
  t.equal(client.session.user, user)
  const first = client.session.accessToken
  client.socket.connect()
  await client.socket.whenConnected()
  const { kinds, states, resets } = record(client)

  for (const ms of [20_000, 20_000, 1999]) {
    clock.advance(ms)
    await client.socket.command('ping')
  }
  t.equal(client.session.accessToken, first)
  const greeted = client.socket.until('connection_established')
  clock.advance(1)
  t.equal((await greeted).data.recovered, true)
  t.not(client.session.accessToken, first)
  const complete = client.socket.until('detection_complete')
  await client.upload([await photo()])
  await complete
  t.same(kinds(), ['detection_start', 'detection_complete'])
  t.same(
    states.map(({ kind }) => kind),
    ['connecting', 'connected'],
  )
  t.same([...resets, ...ended], [])
})

t.test('a token that has run out unnoticed is replaced, once for all who need it', async (t) => {
  const { app, client, ended } = await startClosed(t, { ACCESS_TOKEN_TTL_S: '1' }, { clock: new StoppedClock() })
  await client.session.signIn(credentials)
  client.socket.connect()
  await client.socket.whenConnected()
  const { states } = record(client)
  // The server counts real seconds, and the clock that would renew in time stands still.
  await client.socket.until('connection_established')
  t.same(
    states.map(({ kind }) => kind),
    ['connecting', 'connecting', 'connected'],
    'refused and let in again, without a stop',
  )
  client.socket.close()

  await app.parts.db.token.updateMany({ where: { kind: 'access' }, data: { expiresAt: new Date(0) } })
  let renewals = 0
  client.session.on('renewed', () => renewals++)
  await Promise.all([1, 2, 3].map(() => client.call('GET /api/tasks')))
  t.equal(renewals, 1)
  await app.parts.db.token.updateMany({ where: { kind: 'access' }, data: { expiresAt: new Date(0) } })
  t.equal((await client.upload([await photo()])).task_ids.length, 1)
  t.equal(renewals, 2)
  t.same(ended, [])
})

t.test('a session that is over says so, and what needed it is refused', async (t) => {
  const { client, ended, accounts, id } = await startClosed(t)
  await client.session.signIn(credentials)
  client.socket.connect()
  await client.socket.whenConnected()
  const users: unknown[] = []
  client.session.on('user', (user) => users.push(user))
  const over = client.session.until('ended')
  await accounts.users.revokeAll(id)
  await over
  t.equal(client.socket.state.kind, 'idle')
  t.same(users, [null])
  t.equal(client.session.accessToken, null)
  await t.rejects(client.call('GET /api/tasks'), { code: 'AUTHENTICATION_FAILED', status: 401 })
  t.same(ended, [null], 'once')

  await client.session.signIn(credentials)
  client.socket.connect()
  await client.socket.whenConnected()
  await client.session.signOut()
  t.equal(client.session.user, null)
  t.equal(await client.session.renew(), false)
  t.same(await client.call('GET /api/auth/me'), { user: null, auth: 'required' })
  t.same(ended, [null], 'who leaves need not be told')
})

t.test('who signs in as somebody else does not go on where the other one was', async (t) => {
  const storage = memoryStorage()
  const { client, accounts } = await startClosed(t, {}, { storage })
  await accounts.users.createUser({ ...credentials, username: 'other' })
  await client.session.signIn(credentials)
  client.socket.connect()
  await client.socket.whenConnected()
  await client.session.signIn(credentials)
  t.ok(storage.getItem('hz.cursor'), 'the same one does')
  client.socket.close()
  await client.session.signIn({ ...credentials, username: 'other' })
  t.equal(storage.getItem('hz.cursor'), null)
})

t.test('a socket hears nothing more for somebody who has signed out, or made room for somebody else', async (t) => {
  let isLogoutSent = false
  const answer = new Promise<never>(() => {})
  const send: typeof fetch = (...request) => {
    if (!String(request[0]).endsWith('/api/auth/logout')) return fetch(...request)
    isLogoutSent = true
    return answer
  }
  const { client, accounts } = await startClosed(t, {}, { fetch: send })
  const { id } = await accounts.users.createUser({ ...credentials, username: 'other' })
  await client.session.signIn(credentials)
  client.socket.connect()
  await client.socket.whenConnected()
  await client.session.signIn({ ...credentials, username: 'other' })
  t.equal((await client.socket.whenConnected()).user_id, id)

  void client.session.signOut()
  t.ok(isLogoutSent, 'and nobody knows when it is answered')
  t.equal(client.socket.state.kind, 'idle')
})

t.test('the first administrator is made with the token of the log', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), env: { AUTH: 'required' } })
  const client = makeClient(t, { origin: app.origin })
  const setup_token = (await app.parts.accounts.setup.ensureSetupLink()) as string
  const user = await client.session.setUp({ ...credentials, setup_token })
  t.equal(user.role, 'administrator')
  t.equal((await client.call('GET /api/users')).items.length, 1)
})

/** What a tab’s session asks, answered as a server with cookies would. */
function tabs(lifeS = 100) {
  const clock = new StoppedClock()
  const storage = memoryStorage()
  const asked: string[] = []
  const server = {
    userId: 1,
    refuses: false,
    isAway: false,
    knowsAccess: true,
    isRefreshAway: false,
    refreshing: Promise.resolve(),
  }
  const user = () => ({ user_id: server.userId, username: 'u' }) as SignedIn['user']
  const request = async (method: string, path: string) => {
    asked.push(`${method} ${path}`)
    if (server.isAway) throw new HzError({ code: 'NETWORK', zh: '', en: '' })
    if (path === '/api/auth/me') return { user: server.knowsAccess ? user() : null, auth: 'required' }
    if (path === '/api/auth/refresh') await server.refreshing
    if (server.isRefreshAway) throw new HzError({ code: 'NETWORK', zh: '', en: '' })
    if (server.refuses) throw new HzError({ code: 'AUTHENTICATION_FAILED', zh: '', en: '' })
    return { access_token: 'a', refresh_token: 'r', expires_in: lifeS, user: user() }
  }
  const open = () => {
    const session = new Session({ request: request as never, tokens: 'cookie', storage, clock, random: () => 0 })
    const told: string[] = []
    for (const type of ['renewed', 'ended', 'user'] as const) session.on(type, () => told.push(type))
    return { session, told }
  }
  /** Lets what has been started come to its end, time included where it waits. */
  const settle = async () => {
    for (let n = 0; n < 10; n++) {
      await new Promise(setImmediate)
      clock.advance(100)
    }
  }
  return { clock, storage, asked, server, open, settle }
}

t.test('of several tabs one renews, and all go on', async (t) => {
  const { clock, asked, open, settle } = tabs()
  const [first, second] = [open(), open()]
  await first.session.signIn(credentials)
  t.equal(await second.session.begin(), true)
  t.equal(second.session.accessToken, null, 'the cookie speaks for it')
  asked.length = 0
  clock.advance(70_000)
  await settle()
  t.same(asked.filter((what) => what === 'POST /api/auth/refresh').length, 1)
  t.same(
    [first.told, second.told],
    [
      ['user', 'renewed'],
      ['user', 'renewed'],
    ],
  )
})

t.test('a tab that finds another one signed in says who it is now', async (t) => {
  const { clock, server, open, settle } = tabs()
  const [first, second] = [open(), open()]
  await first.session.signIn(credentials)
  await second.session.begin()
  server.userId = 2
  clock.advance(1000)
  await second.session.signIn(credentials)
  clock.advance(70_000)
  await settle()
  t.same(first.told, ['user', 'user', 'renewed'])
  t.equal(first.session.user?.user_id, 2)
})

t.test('a server that cannot be asked ends no session, and is asked again', async (t) => {
  const { clock, server, open, settle } = tabs()
  const { session, told } = open()
  await session.signIn(credentials)
  server.isAway = true
  clock.advance(70_000)
  await settle()
  t.same(told, ['user'])
  server.isAway = false
  clock.advance(25_000)
  await settle()
  t.same(told, ['user', 'renewed'])
  server.refuses = true
  const renewed = session.renew()
  await settle()
  t.equal(await renewed, false)
  t.same(told, ['user', 'renewed', 'user', 'ended'])
})

t.test('who is asked about anew, as after a sleep, stays who it is until the server says otherwise', async (t) => {
  const { server, open, settle } = tabs()
  const { session, told } = open()
  await session.signIn(credentials)
  const begin = async () => {
    const begun = session.begin().catch((err: HzError) => err.code)
    await settle()
    return begun
  }
  server.knowsAccess = false
  t.equal(await begin(), true)
  server.isRefreshAway = true
  t.equal(await begin(), 'NETWORK')
  t.same([session.user?.user_id, told], [1, ['user']])
  server.isRefreshAway = false
  server.refuses = true
  t.equal(await begin(), false)
  t.same([session.user, told], [null, ['user', 'user']])
})

t.test('a sign-out while tokens are on their way is the last word', async (t) => {
  for (const isAsked of [false, true]) {
    const { asked, server, open, settle } = tabs()
    const { session, told } = open()
    await session.signIn(credentials)
    let answer = () => {}
    server.refreshing = new Promise((resolve) => {
      answer = resolve
    })
    const renewed = session.renew()
    if (isAsked) await settle()
    t.equal(asked.includes('POST /api/auth/refresh'), isAsked)
    await session.signOut()
    answer()
    await settle()
    t.equal(await renewed, false)
    t.equal(session.user, null)
    t.same(told, ['user', 'user'])
  }
})

t.test('a session that is closed while tokens are on their way keeps them, and asks for no more', async (t) => {
  const { asked, clock, server, open, settle } = tabs()
  const { session } = open()
  await session.signIn(credentials)
  let answer = () => {}
  server.refreshing = new Promise((resolve) => {
    answer = resolve
  })
  const renewed = session.renew()
  await settle()
  session.close()
  answer()
  t.equal(await renewed, true)
  const count = asked.length
  clock.advance(1000_000)
  await settle()
  t.equal(asked.length, count)

  await session.signIn(credentials)
  clock.advance(70_000)
  await settle()
  t.equal(asked.at(-1), 'POST /api/auth/refresh', 'a new sign-in is renewed again')
})

t.test('tabs without locks take turns, and one that dies at it holds nobody up for ever', async (t) => {
  const clock = new StoppedClock()
  const storage = memoryStorage()
  let atWork = 0
  let most = 0
  let done = 0
  const work = async () => {
    most = Math.max(most, ++atWork)
    await new Promise(setImmediate)
    atWork--
    done++
  }
  storage.setItem('hz.session-lease', `dead ${clock.now() + 20_000}`)
  const all = Promise.all([1, 2, 3].map(() => withLease(work, storage, clock)))
  for (let n = 0; n < 1000 && done < 3; n++) {
    await new Promise(setImmediate)
    clock.advance(100)
  }
  await all
  t.equal(done, 3)
  t.equal(most, 1)
  t.equal(storage.getItem('hz.session-lease'), null)
})
