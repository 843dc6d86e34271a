import { once } from 'node:events'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { startApp } from '../helpers/app.ts'
import { eventually } from '../helpers/leftovers.ts'
import { startWithPeople } from '../helpers/people.ts'
import { listen, StrictListener } from './strict-listener.ts'

const PASSWORD = 'correct horse battery'

/** A server where signing in is needed, and two users. */
async function startClosedApp(t: Test, env: Record<string, string> = {}) {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), env: { AUTH: 'required', ...env } })
  const { users, sessions, tokens } = app.parts.accounts
  const { id: adminId } = await users.createUser({ username: 'admin', password: PASSWORD, role: 'administrator' })
  const { id } = await users.createUser({ username: 'user', password: PASSWORD })
  const signIn = (username = 'user') => sessions.signIn(username, PASSWORD)
  return { app, adminId, id, users, sessions, tokens, signIn }
}

/** Everything a refused client hears: one error, and the close. */
async function refusalOf(t: Test, client: StrictListener) {
  const close = await client.closed
  t.same(
    client.heard.slice(-1).map(({ type }) => type),
    ['error'],
  )
  t.equal(client.of('error').length, 1)
  return { ...close, ...client.of('error')[0]?.data }
}

t.test('without a good token there is one error, and the close says the same', async (t) => {
  const { app, id, signIn, sessions, tokens } = await startClosedApp(t)
  const { access_token, refresh_token } = await signIn()
  const revoked = await signIn()
  await sessions.signOut([revoked.access_token])
  const expiresAt = new Date(Date.now() + 20)
  const expired = await tokens.createPersonalToken(id, { name: 'x', expires_at: expiresAt.toISOString() })
  while (Date.now() <= expiresAt.getTime()) await new Promise(setImmediate)

  const cases: Array<[string, string, object]> = [
    ['missing', '', { token_expired: false, expires_at: null }],
    ['malformed', '?token=your_token', { token_expired: false, expires_at: null }],
    ['unknown', `?token=hza_${'A'.repeat(43)}`, { token_expired: false, expires_at: null }],
    ['of another kind', `?token=${refresh_token}`, { token_expired: false, expires_at: null }],
    ['revoked', `?token=${revoked.access_token}`, { token_expired: false, expires_at: null }],
    ['expired', `?token=${expired.token}`, { token_expired: true, expires_at: expiresAt.toISOString() }],
  ]
  for (const [name, query, details] of cases) {
    const refusal = await refusalOf(t, new StrictListener(t, app, query))
    t.match(refusal, { code: 4000, reason: 'AUTHENTICATION_FAILED', message: '认证失败，请检查token' }, name)
    t.match(refusal, { error_code: 4000, error_type: 'AUTHENTICATION_FAILED' }, name)
    t.same(refusal.details, details, name)
  }
  const wrongUser = await refusalOf(t, new StrictListener(t, app, `?token=${access_token}&user_id=${id + 1}`))
  t.match(wrongUser, { code: 4001, reason: 'PERMISSION_DENIED', error_code: 4001, error_type: 'PERMISSION_DENIED' })
  const all = await refusalOf(t, new StrictListener(t, app, `?token=${access_token}&scope=all&lang=en`))
  t.match(all, { code: 4001, error_code: 4001, message: /analyst/ })
})

t.test('a good token is taken from the query and from the header', async (t) => {
  const { app, id, signIn } = await startClosedApp(t)
  const { access_token: token } = await signIn()
  const headers = { authorization: `Bearer ${token}` }
  for (const client of [
    await listen(t, app, `?token=${token}`),
    await listen(t, app, `?token=${token}&user_id=${id}`),
    await listen(t, app, '', { headers }),
    await listen(t, app, '?token=', { headers }),
  ]) {
    t.equal(client.greeting.user_id, id)
  }
})

t.test('the sixth connection of a user is refused, and a place that is left is free again', async (t) => {
  const { app, signIn } = await startClosedApp(t)
  const query = `?token=${(await signIn()).access_token}`
  const clients = await Promise.all(Array.from({ length: 5 }, () => listen(t, app, query)))
  const refusal = await refusalOf(t, new StrictListener(t, app, query))
  t.match(refusal, { code: 4002, reason: 'CONNECTION_LIMIT', error_code: 4002, error_type: 'CONNECTION_LIMIT' })
  t.match(refusal.details, { max_connections: 5 })
  t.equal((await listen(t, app, `?token=${(await signIn('admin')).access_token}`)).greeting.recovered, false)
  for (const client of clients) t.match(await client.command('ping'), { status: 'success' }, 'the five go on')
  await clients[0]?.leave()
  while (app.parts.sockets.size > 5) await new Promise(setImmediate)
  t.ok(await listen(t, app, query))
})

t.test('of many that connect at once no more than the limit get in', async (t) => {
  const { app, signIn } = await startClosedApp(t, { MAX_CONNECTIONS_PER_USER: '3' })
  const query = `?token=${(await signIn()).access_token}`
  const clients = Array.from({ length: 12 }, () => new StrictListener(t, app, query))
  await Promise.all(
    clients.map((each) => Promise.race([each.closed, each.until('connection_established').catch(() => {})])),
  )
  t.equal(clients.filter((each) => each.of('connection_established').length === 1).length, 3)
})

t.test('a token that expires while its socket is open ends it', async (t) => {
  const { app, signIn } = await startClosedApp(t, { ACCESS_TOKEN_TTL_S: '1' })
  const { access_token, expires_at } = await signIn()
  const refusal = await refusalOf(t, await listen(t, app, `?token=${access_token}`))
  t.match(refusal, { code: 4000, reason: 'AUTHENTICATION_FAILED', error_code: 4000 })
  t.same(refusal.details, { token_expired: true, expires_at })
})

t.test('what is revoked ends at once, and nothing else', async (t) => {
  const { app, id, adminId, users, signIn, sessions, tokens } = await startClosedApp(t)
  const signedIn = await signIn()
  const personal = await tokens.createPersonalToken(id, { name: 'script' })
  const other = await listen(t, app, `?token=${(await signIn('admin')).access_token}`)
  const script = await listen(t, app, `?token=${personal.token}`)
  const page = await listen(t, app, `?token=${signedIn.access_token}`)

  const signedOutMs = Date.now()
  await sessions.signOut([signedIn.access_token])
  t.match(await refusalOf(t, page), { code: 4000, details: { token_expired: false } })
  t.ok(Date.now() - signedOutMs < 5000)
  t.match(await script.command('ping'), { status: 'success' }, 'another token of the user')

  const admin = { userId: adminId, role: 'administrator', tokenId: null, expiresAtMs: null } as const
  await tokens.revokePersonalToken(admin, personal.token_id)
  t.same((await refusalOf(t, script)).details, { token_expired: false, expires_at: null })

  const again = await listen(t, app, `?token=${(await signIn()).access_token}`)
  await users.changeUser(id, { disabled: true })
  t.match(await refusalOf(t, again), { code: 4000 }, 'a disabled user')
  t.match(await other.command('ping'), { status: 'success' }, 'another user')
})

t.test('a new role asks the client back at once, to be greeted with it', async (t) => {
  const { app, id, users, signIn } = await startClosedApp(t)
  const query = `?token=${(await signIn()).access_token}`
  const client = await listen(t, app, query)
  await users.changeUser(id, { role: 'analyst' })
  t.same(await client.closed, { code: 4200, reason: 'access changed' })
  t.ok(await listen(t, app, `${query}&scope=all`), 'the token is good as before')
})

t.test('only the socket route takes sockets: elsewhere the URL, with its token, would be logged', async (t) => {
  const { app, signIn } = await startClosedApp(t)
  const { access_token } = await signIn()
  for (const path of ['/', '/health/live', '/docs', '/api/tasks', '/media/x']) {
    const socket = new WebSocket(`ws://127.0.0.1:${app.port}${path}?token=${access_token}`)
    const [, response] = await once(
      socket.on('error', () => {}),
      'unexpected-response',
    )
    t.ok([401, 404].includes(response.statusCode), path)
    socket.terminate()
  }
})

t.test('what AUTH=open let someone be ends when a sign-in is asked', async (t) => {
  const open = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const refused = await fetch(`${open.origin}/api/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"name":"kept for later"}',
  })
  t.equal(refused.status, 403)
  const { id } = await open.parts.db.user.create({ data: { username: 'passing', role: 'administrator' } })
  const { token } = await open.parts.accounts.tokens.createPersonalToken(id, { name: 'kept for later' })
  await open.close()
  const closed = await startApp(t, { dir: open.dir, analyzer: new ScriptedAnalyzer(), env: { AUTH: 'required' } })
  const answer = await fetch(`${closed.origin}/api/users`, { headers: { authorization: `Bearer ${token}` } })
  t.equal(answer.status, 401)
})

t.test('administrators see who is connected, and from when on', async (t) => {
  const { app, people, call } = await startWithPeople(t)
  t.same((await call('administrator', 'GET', '/api/sockets')).json, { items: [] })
  const first = await listen(t, app, `?token=${people.analyst.token}&scope=all&lang=en`)
  const second = await listen(t, app, `?token=${people.user.token}`)
  const { status, json } = await call('administrator', 'GET', '/api/sockets')
  t.equal(status, 200)
  const common = { unread_bytes: 0, connected_at: /^\d{4}-\d\d-\d\dT[\d:.]+Z$/ }
  t.match(json.items, [
    {
      ...common,
      user: { user_id: people.analyst.id, username: 'analyst' },
      role: 'analyst',
      scope: 'all',
      language: 'en',
    },
    { ...common, user: { user_id: people.user.id, username: 'user' }, role: 'user', scope: 'own', language: 'zh-CN' },
  ])
  t.equal(json.items.length, 2)
  t.equal(json.items[0].connection_id, first.of('connection_established')[0]?.data.connection_id)
  for (const who of ['user', 'analyst'] as const) {
    t.match(await call(who, 'GET', '/api/sockets'), { status: 403, json: { code: 'PERMISSION_DENIED' } })
  }
  await second.leave()
  const left = await eventually(
    async () => (await call('administrator', 'GET', '/api/sockets')).json.items,
    (items) => items.length === 1,
  )
  t.equal(left[0].user.username, 'analyst')
})
