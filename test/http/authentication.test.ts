import Fastify, { type InjectOptions } from 'fastify'
import t from 'tap'
import { AppError } from '../../src/errors.ts'
import { type OriginGuardOptions, originGuard } from '../../src/http/origin-guard.ts'
import { makeAccountApp, makeTestAccounts, PASSWORD } from '../users/make-account-app.ts'

t.test('AUTH=required', async (t) => {
  const { users, sessions, accounts, time } = await makeTestAccounts(t)
  const app = await makeAccountApp(t, accounts, 'required')
  const { id } = await users.createUser({ username: 'a', password: PASSWORD, role: 'analyst' })
  const { access_token: token, expires_at } = await sessions.signIn('a', PASSWORD)
  const bearer = { headers: { authorization: `Bearer ${token}` } }
  const bad = `hza_${'A'.repeat(43)}`

  const cases: [string, InjectOptions, number][] = [
    ['a bearer token', { url: '/whoami', ...bearer }, 200],
    ['the scheme in lower case', { url: '/whoami', headers: { authorization: `bearer ${token}` } }, 200],
    ['the cookie', { url: '/whoami', cookies: { hz_access: token } }, 200],
    [
      "a proxy's Basic beside the cookie",
      { url: '/whoami', headers: { authorization: 'Basic eDp5' }, cookies: { hz_access: token } },
      200,
    ],
    [
      'a bad bearer beside a good cookie',
      { url: '/whoami', headers: { authorization: `Bearer ${bad}` }, cookies: { hz_access: token } },
      401,
    ],
    ['nothing', { url: '/whoami' }, 401],
    ['an empty bearer', { url: '/whoami', headers: { authorization: 'Bearer ' } }, 401],
    ['an unknown token', { url: '/whoami', headers: { authorization: `Bearer ${bad}` } }, 401],
    ['the query of a route like any other', { url: `/whoami?token=${token}` }, 401],
    ['the query of a picture', { url: `/media/picture?token=${token}` }, 200],
    [
      'the query before a cookie of another time',
      { url: `/media/picture?token=${token}`, cookies: { hz_access: bad } },
      200,
    ],
    ['the own user_id', { url: `/whoami?user_id=${id}`, ...bearer }, 200],
    ["another's user_id", { url: `/whoami?user_id=${id + 1}`, ...bearer }, 403],
    [
      "another's user_id in the header",
      { url: '/whoami', headers: { ...bearer.headers, 'x-user-id': `${id + 1}` } },
      403,
    ],
    ["another's user_id as a filter", { url: `/filtered?user_id=${id + 1}`, ...bearer }, 200],
    ['a user_id that is no id', { url: '/whoami?user_id=0x1', ...bearer }, 400],
    ['an empty user_id', { url: '/whoami?user_id=', ...bearer }, 200],
    ['no such path', { url: '/nowhere' }, 404],
  ]
  for (const [name, request, status] of cases) t.equal((await app.inject(request)).statusCode, status, name)

  t.match((await app.inject({ url: '/whoami', ...bearer })).json(), {
    userId: id,
    role: 'analyst',
    expiresAtMs: Date.parse(expires_at),
  })
  time.nowMs = Date.parse(expires_at)
  const expired = (await app.inject({ url: '/whoami', ...bearer })).json()
  t.same(expired, { code: 'AUTHENTICATION_FAILED', token_expired: true, expires_at })
})

t.test('AUTH=open takes the user_id as given and looks at no token', async (t) => {
  const { accounts } = await makeTestAccounts(t)
  const app = await makeAccountApp(t, accounts, 'open')
  const userIdOf = async (request: InjectOptions) => (await app.inject(request)).json().userId
  t.equal(await userIdOf({ url: '/whoami' }), 0)
  t.equal(await userIdOf({ url: '/whoami?user_id=3', headers: { 'x-user-id': '4' } }), 3)
  t.equal(await userIdOf({ url: '/whoami', headers: { 'x-user-id': '4', authorization: 'Bearer nonsense' } }), 4)
  t.equal(await userIdOf({ url: '/filtered?user_id=5' }), 0)
  for (const bad of ['0', '-1', '1.5', 'x', '2147483648']) {
    t.equal((await app.inject(`/whoami?user_id=${bad}`)).statusCode, 400, bad)
  }
})

async function guarded(t: import('tap').Test, options: OriginGuardOptions) {
  const app = Fastify({ trustProxy: true })
  t.teardown(() => app.close())
  app.setErrorHandler((err, _request, reply) =>
    reply.code(err instanceof AppError ? err.status : 500).send(err instanceof AppError ? { code: err.code } : {}),
  )
  await app.register(originGuard, options)
  app.all('/', async () => 'ok')
  return app
}

t.test('on loopback only a loopback Host is answered', async (t) => {
  const app = await guarded(t, { allowedOrigins: [], loopbackHostOnly: true })
  const good = ['localhost', 'LOCALHOST:8000', '127.0.0.1:8000', '127.8.9.10', '[::1]:8000', '[::1]']
  const bad = [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1@evil.example',
    '192.168.0.2:8000',
    '::1',
  ]
  for (const host of good) t.equal((await app.inject({ url: '/', headers: { host } })).statusCode, 200, host)
  for (const host of bad)
    t.match((await app.inject({ url: '/', headers: { host } })).json(), { code: 'HOST_REFUSED' }, host)
  const forwarded = { host: 'evil.example', 'x-forwarded-host': 'localhost' }
  t.equal((await app.inject({ url: '/', headers: forwarded })).statusCode, 403, 'whatever a proxy says')
})

t.test("another site's page changes nothing and opens no socket", async (t) => {
  const app = await guarded(t, { allowedOrigins: ['https://Friend.example:443'], loopbackHostOnly: false })
  const cases: [Record<string, string>, boolean][] = [
    [{}, true],
    [{ origin: 'http://server.example:8000' }, true],
    [{ origin: 'http://SERVER.example:8000' }, true],
    [{ origin: 'https://friend.example' }, true],
    [{ origin: 'http://friend.example' }, false],
    [{ origin: 'http://server.example' }, false],
    [{ origin: 'https://server.example:8000' }, false],
    [{ origin: 'https://server.example:8000', 'x-forwarded-proto': 'https' }, true],
    [{ origin: 'https://evil.example' }, false],
    [{ origin: 'http://server.example:8000.evil.example' }, false],
    [{ origin: 'http://server.example:8000/' }, false],
    [{ origin: 'null' }, false],
    [{ origin: '' }, false],
    [{ origin: 'file://' }, false],
    [{ 'sec-fetch-site': 'cross-site' }, false],
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'cross-site', origin: 'https://friend.example' }, true],
  ]
  for (const [extra, accepted] of cases) {
    const headers = { host: 'server.example:8000', ...extra }
    const name = JSON.stringify(extra)
    const expected = accepted ? 200 : 403
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      t.equal((await app.inject({ url: '/', method, headers })).statusCode, expected, `${method} ${name}`)
    }
    const upgrade = { ...headers, connection: 'Upgrade', upgrade: 'WebSocket' }
    t.equal((await app.inject({ url: '/', headers: upgrade })).statusCode, expected, `socket ${name}`)
    t.equal((await app.inject({ url: '/', headers })).statusCode, 200, `reading ${name}`)
  }
})
