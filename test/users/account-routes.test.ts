import type { InjectOptions } from 'fastify'
import t from 'tap'
import type { ApiTokens, CreatedApiToken, SignedIn, User, UserPage } from '../../src/contract/index.ts'
import { makeAccountApp, makeTestAccounts, PASSWORD } from './make-account-app.ts'

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
type CallOptions = { token?: string; body?: object } & Pick<InjectOptions, 'headers' | 'cookies'>

async function start(t: import('tap').Test, auth: 'open' | 'required', loginsPerMinute?: number) {
  const parts = await makeTestAccounts(t)
  const app = await makeAccountApp(t, parts.accounts, auth, loginsPerMinute)
  const call = (method: Method, url: string, { token, body, ...rest }: CallOptions = {}) =>
    app.inject({
      method,
      url,
      ...(body === undefined ? {} : { payload: body }),
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...rest,
    })
  return { ...parts, app, call }
}

t.test('a browser signs in, goes on with its cookies and signs out', async (t) => {
  const { users, call } = await start(t, 'required')
  await users.createUser({ username: '李四', password: PASSWORD })
  const body = { username: '李四', password: PASSWORD }
  const login = await call('POST', '/api/auth/login', { body })
  const signedIn = login.json<SignedIn>()
  t.equal(login.statusCode, 200)
  t.equal(login.headers['cache-control'], 'no-store')
  const [access, refresh] = login.cookies
  t.match(access, {
    name: 'hz_access',
    value: signedIn.access_token,
    path: '/',
    httpOnly: true,
    sameSite: 'Strict',
    maxAge: 900,
  })
  t.match(refresh, {
    name: 'hz_refresh',
    value: signedIn.refresh_token,
    path: '/api/auth',
    httpOnly: true,
    sameSite: 'Strict',
  })
  t.notOk(access?.secure)
  const secure = await call('POST', '/api/auth/login', { body, headers: { 'x-forwarded-proto': 'https' } })
  t.ok(
    secure.cookies.every((cookie) => cookie.secure),
    'over https they are Secure',
  )

  const me = await call('GET', '/api/auth/me', { cookies: { hz_access: signedIn.access_token } })
  t.match(me.json(), { auth: 'required', user: { username: '李四', role: 'user' } })
  const refreshed = await call('POST', '/api/auth/refresh', { cookies: { hz_refresh: signedIn.refresh_token } })
  t.equal(refreshed.statusCode, 200)
  const cookies = Object.fromEntries(refreshed.cookies.map(({ name, value }) => [name, value]))
  const inBody = await call('POST', '/api/auth/refresh', { body: { refresh_token: secure.json().refresh_token } })
  t.equal(inBody.statusCode, 200, 'a program sends the refresh token itself')
  t.match((await call('POST', '/api/auth/refresh')).json(), { code: 'AUTHENTICATION_FAILED', token_expired: false })

  const logout = await call('POST', '/api/auth/logout', { cookies: { hz_refresh: cookies.hz_refresh as string } })
  t.equal(logout.statusCode, 204)
  t.same(
    logout.cookies.map(({ name, value, path }) => [name, value, path]),
    [
      ['hz_access', '', '/'],
      ['hz_refresh', '', '/api/auth'],
    ],
  )
  const after = await call('GET', '/whoami', { cookies })
  t.match(after.json(), { code: 'AUTHENTICATION_FAILED' }, 'the access token ends with its session')
  t.same((await call('GET', '/api/auth/me', { cookies })).json(), { user: null, auth: 'required' })
})

t.test('names and passwords must have their form', async (t) => {
  const { users, sessions, call } = await start(t, 'required')
  await users.createUser({ username: 'root', password: PASSWORD, role: 'administrator' })
  const { access_token: token } = await sessions.signIn('root', PASSWORD)
  const create = async (username: string, password = PASSWORD) =>
    (await call('POST', '/api/users', { token, body: { username, password } })).statusCode
  for (const good of ['王五', 'žižka', 'a.b_c-d@e', 'ß', '用户42']) t.equal(await create(good), 201, good)
  for (const bad of ['', 'a b', 'a/b', '<b>', 'x'.repeat(65), '💥', 'a\n']) t.equal(await create(bad), 400, bad)
  t.equal(await create('short', '123456789'), 400)
  t.equal(await create('王五'), 409)
})

t.test('sign-ins are limited by address', async (t) => {
  const { call } = await start(t, 'required', 2)
  const attempt = (name: string, ip = '192.0.2.1') =>
    call('POST', '/api/auth/login', { body: { username: name, password: 'x' }, headers: { 'x-forwarded-for': ip } })
  t.equal((await attempt('a')).statusCode, 401)
  t.equal((await attempt('b')).statusCode, 401)
  const third = await attempt('c')
  t.equal(third.statusCode, 429)
  const { code, retry_after: seconds } = third.json()
  t.equal(code, 'RATE_LIMITED')
  t.ok(seconds > 50 && seconds <= 60, 'counted from the first attempt')
  t.equal(third.headers['retry-after'], String(seconds))
  t.equal((await attempt('c', '192.0.2.2')).statusCode, 401)
})

t.test('the set-up link over HTTP', async (t) => {
  const { setup, call } = await start(t, 'required')
  const body = { setup_token: await setup.ensureSetupLink(), username: 'admin', password: PASSWORD }
  const made = await call('POST', '/api/auth/setup', { body })
  t.equal(made.statusCode, 201)
  t.equal(made.cookies.length, 2)
  t.equal((await call('GET', '/api/users', { token: made.json<SignedIn>().access_token })).statusCode, 200)
  t.equal((await call('POST', '/api/auth/setup', { body })).statusCode, 401)
})

t.test('accounts are for administrators', async (t) => {
  const { users, sessions, call } = await start(t, 'required')
  const root = await users.createUser({ username: 'root', password: PASSWORD, role: 'administrator' })
  await users.createUser({ username: 'plain', password: PASSWORD, role: 'analyst' })
  const { access_token: token } = await sessions.signIn('root', PASSWORD)
  const plain = (await sessions.signIn('plain', PASSWORD)).access_token
  const routes: [Method, string, object?][] = [
    ['GET', '/api/users'],
    ['POST', '/api/users', { username: 'new', password: PASSWORD }],
    ['GET', `/api/users/${root.id}`],
    ['PATCH', `/api/users/${root.id}`, { role: 'user' }],
    ['POST', `/api/users/${root.id}/revoke`],
  ]
  for (const [method, url, body] of routes) {
    t.equal((await call(method, url, body ? { body } : {})).statusCode, 401, `${method} ${url} without a token`)
    const refused = await call(method, url, body ? { token: plain, body } : { token: plain })
    t.match(refused.json(), { code: 'PERMISSION_DENIED', needed: 'administrator' }, `${method} ${url}`)
  }
  const created = await call('POST', '/api/users', { token, body: { username: 'new', password: PASSWORD } })
  const id = created.json<User>().user_id
  t.match(created.json(), { username: 'new', display_name: '', role: 'user', disabled: false })
  const page = (await call('GET', '/api/users?limit=2', { token })).json<UserPage>()
  t.same(
    page.items.map((user) => user.username),
    ['root', 'plain'],
  )
  const next = await call('GET', `/api/users?limit=2&cursor=${page.next_cursor}`, { token })
  t.match(next.json(), { items: [{ username: 'new' }], next_cursor: null })
  const changed = await call('PATCH', `/api/users/${id}`, { token, body: { disabled: true, display_name: '新' } })
  t.match(changed.json(), { user_id: id, disabled: true, display_name: '新' })
  t.match((await call('PATCH', `/api/users/${root.id}`, { token, body: { role: 'user' } })).json(), {
    code: 'LAST_ADMINISTRATOR',
  })
  t.match((await call('GET', '/api/users/4711', { token })).json(), { code: 'USER_NOT_FOUND', user_id: 4711 })
  t.equal((await call('POST', `/api/users/${root.id}/revoke`, { token })).statusCode, 204)
  t.equal((await call('GET', '/api/users', { token })).statusCode, 401)
})

t.test('personal tokens are shown once, and no list ever shows a secret', async (t) => {
  const { users, sessions, call } = await start(t, 'required')
  const root = await users.createUser({ username: 'root', password: PASSWORD, role: 'administrator' })
  const plain = await users.createUser({ username: 'plain', password: PASSWORD })
  const admin = (await sessions.signIn('root', PASSWORD)).access_token
  const token = (await sessions.signIn('plain', PASSWORD)).access_token
  const made = await call('POST', '/api/tokens', { token, body: { name: 'camera', expires_at: null } })
  t.equal(made.statusCode, 201)
  const { token: secret, token_id } = made.json<CreatedApiToken>()
  t.match((await call('GET', '/whoami', { token: secret })).json(), { userId: plain.id, tokenId: token_id })
  const lists = await Promise.all([
    call('GET', '/api/tokens', { token }),
    call('GET', `/api/tokens?user_id=${plain.id}`, { token: admin }),
    call('GET', '/api/users', { token: admin }),
    call('GET', '/api/auth/me', { token: admin }),
  ])
  for (const list of lists) t.notMatch(list.body, /hz[arps]_|hash|scrypt|[0-9a-f]{64}/i)
  t.same(
    lists.slice(0, 2).map((list) => list.json<ApiTokens>().items.map((item) => item.token_id)),
    [[token_id], [token_id]],
  )
  t.same((await call('GET', '/api/tokens', { token: admin })).json(), { items: [] })
  t.equal((await call('GET', `/api/tokens?user_id=${root.id}`, { token })).statusCode, 403)
  const everybodys = await call('GET', '/api/tokens?scope=all', { token: admin })
  t.match(everybodys.json(), { items: [{ token_id, user_id: plain.id }] })
  t.notMatch(everybodys.body, /hz[arps]_|hash|scrypt|[0-9a-f]{64}/i)
  t.match((await call('GET', '/api/tokens?scope=all', { token })).json(), { code: 'PERMISSION_DENIED' })
  const both = await call('GET', `/api/tokens?scope=all&user_id=${plain.id}`, { token: admin })
  t.match(both.json(), { code: 'INVALID_OPTION' })
  t.equal((await call('DELETE', `/api/tokens/${token_id}`, { token: admin })).statusCode, 204)
  t.equal((await call('GET', '/whoami', { token: secret })).statusCode, 401)
  t.match((await call('DELETE', `/api/tokens/${token_id}`, { token })).json(), { code: 'TOKEN_NOT_FOUND' })
  const mistaken = { current_password: 'mistaken', new_password: 'a new password' }
  t.match((await call('POST', '/api/auth/password', { token, body: mistaken })).json(), { code: 'WRONG_CREDENTIALS' })
  const right = { ...mistaken, current_password: PASSWORD }
  t.equal((await call('POST', '/api/auth/password', { token, body: right })).statusCode, 204)
})

t.test('AUTH=open asks for nothing', async (t) => {
  const { call } = await start(t, 'open')
  t.match((await call('GET', '/api/auth/me')).json(), {
    auth: 'open',
    user: { user_id: null, username: 'local', role: 'administrator' },
  })
  const headers = { 'x-user-id': '12' }
  t.match((await call('GET', '/api/auth/me', { headers })).json(), { user: { user_id: 12, username: 'user-12' } })
  t.match((await call('GET', '/api/users')).json(), { items: [{ user_id: 12 }], next_cursor: null })
  t.match((await call('POST', '/api/tokens', { body: { name: 'x' } })).json(), { code: 'PERMISSION_DENIED' })
})
