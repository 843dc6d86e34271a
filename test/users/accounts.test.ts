import t from 'tap'
import type { Db } from '../../src/db/index.ts'
import { AppError } from '../../src/errors.ts'
import { OpenUsers } from '../../src/users/open-users.ts'
import type { Principal } from '../../src/users/principal.ts'
import { DAY_MS, MINUTE_MS, makeTestAccounts, PASSWORD } from './make-account-app.ts'

const refused = { code: 'AUTHENTICATION_FAILED', details: { token_expired: false } }

t.test('what administrators do with accounts', async (t) => {
  const { users, sessions, tokens, hints, db } = await makeTestAccounts(t)
  const root = await users.createUser({ username: 'root', password: PASSWORD, role: 'administrator' })
  const asUser = (userId: number): Principal => ({ userId, role: 'user', tokenId: null, expiresAtMs: null })

  await t.test('a name is given once', async (t) => {
    await t.rejects(users.createUser({ username: 'root', password: PASSWORD }), { code: 'USERNAME_TAKEN' })
    await t.rejects(users.getUser(4711), { code: 'USER_NOT_FOUND' })
    await t.rejects(users.changeUser(4711, { role: 'user' }), { code: 'USER_NOT_FOUND' })
    await t.rejects(users.revokeAll(4711), { code: 'USER_NOT_FOUND' })
  })

  await t.test('the last administrator can be neither disabled nor demoted', async (t) => {
    await db.user.create({ data: { username: 'cannot-sign-in', role: 'administrator' } })
    await t.rejects(users.changeUser(root.id, { disabled: true }), { code: 'LAST_ADMINISTRATOR' })
    await t.rejects(users.changeUser(root.id, { role: 'analyst' }), { code: 'LAST_ADMINISTRATOR' })
    t.match(await users.getUser(root.id), { role: 'administrator', disabledAt: null })
    const second = await users.createUser({ username: 'second', password: PASSWORD, role: 'administrator' })
    const racing = [users.changeUser(root.id, { role: 'user' }), users.changeUser(second.id, { role: 'user' })]
    const outcomes = await Promise.allSettled(racing)
    t.same(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    t.equal(await db.user.count({ where: { role: 'administrator', passwordHash: { not: null } } }), 1)
  })

  await t.test('disabling ends everything, also after enabling again', async (t) => {
    const wang = await users.createUser({ username: 'wang', password: PASSWORD })
    const { access_token, refresh_token } = await sessions.signIn('wang', PASSWORD)
    const script = await tokens.createPersonalToken(wang.id, { name: 'script' })
    hints.length = 0
    await users.changeUser(wang.id, { disabled: true })
    await users.changeUser(wang.id, { disabled: true })
    t.same(hints, [{ kind: 'access_ended', userId: wang.id, tokenIds: null }])
    await users.changeUser(wang.id, { disabled: false })
    for (const secret of [access_token, script.token]) await t.rejects(tokens.authenticate(secret), refused)
    await t.rejects(sessions.refresh(refresh_token), refused)
    await sessions.signIn('wang', PASSWORD)
  })

  await t.test('a disabled row refuses its tokens at once, revoked or not', async (t) => {
    const li = await users.createUser({ username: 'li', password: PASSWORD })
    const { access_token, refresh_token } = await sessions.signIn('li', PASSWORD)
    await db.user.update({ where: { id: li.id }, data: { disabledAt: new Date() } })
    await t.rejects(tokens.authenticate(access_token), refused)
    await t.rejects(sessions.refresh(refresh_token), refused)
  })

  await t.test('a new role holds at once and ends live sockets; a new name ends nothing', async (t) => {
    const zhao = await users.createUser({ username: 'zhao', password: PASSWORD })
    const { access_token } = await sessions.signIn('zhao', PASSWORD)
    hints.length = 0
    await users.changeUser(zhao.id, { display_name: '赵', role: 'user' })
    t.same(hints, [])
    await users.changeUser(zhao.id, { role: 'analyst' })
    t.same(hints, [{ kind: 'access_changed', userId: zhao.id }])
    t.match(await tokens.authenticate(access_token), { role: 'analyst' })
  })

  await t.test('a new password ends sessions, revoking ends personal tokens too', async (t) => {
    const sun = await users.createUser({ username: 'sun', password: PASSWORD })
    const { access_token } = await sessions.signIn('sun', PASSWORD)
    const { tokenId } = await tokens.authenticate(access_token)
    const script = await tokens.createPersonalToken(sun.id, { name: 'script' })
    hints.length = 0
    await users.changeUser(sun.id, { password: 'quite another one' })
    t.same(hints, [{ kind: 'access_ended', userId: sun.id, tokenIds: [tokenId] }])
    await t.rejects(tokens.authenticate(access_token), refused)
    await tokens.authenticate(script.token)
    await users.revokeAll(sun.id)
    t.match(hints.at(-1), { kind: 'access_ended', userId: sun.id, tokenIds: null })
    await t.rejects(tokens.authenticate(script.token), refused)
  })

  await t.test('users are listed page by page', async (t) => {
    const all = await db.user.findMany({ where: { id: { gt: 0 } }, orderBy: { id: 'asc' } })
    const seen: number[] = []
    let cursor: string | null = null
    do {
      const page = await users.listUsers(cursor === null ? { limit: 2 } : { cursor, limit: 2 })
      seen.push(...page.rows.map(({ id }) => id))
      cursor = page.nextCursor
    } while (cursor !== null)
    t.same(
      seen,
      all.map(({ id }) => id),
    )
    for (const bad of ['', '7', 'u-1', 'u9999999999']) {
      await t.rejects(users.listUsers({ cursor: bad }), { code: 'INVALID_CURSOR' }, bad)
    }
  })

  await t.test('a personal token is found by its hash alone and is its owner’s to revoke', async (t) => {
    const qian = await users.createUser({ username: 'qian', password: PASSWORD })
    const made = await tokens.createPersonalToken(qian.id, { name: 'camera', expires_at: '2026-02-01T00:00:00Z' })
    t.match(made, { name: 'camera', user_id: qian.id, expires_at: '2026-02-01T00:00:00.000Z', last_used_at: null })
    t.match(made.token, /^hzp_[\w-]{43}$/)
    const row = await db.token.findUniqueOrThrow({ where: { id: made.token_id } })
    t.match(row.hash, /^[0-9a-f]{64}$/)
    t.notMatch(JSON.stringify(row), made.token.slice(4))
    const { token: _secret, ...listed } = made
    t.same(await tokens.listPersonalTokens(qian.id), [listed])
    await t.rejects(tokens.revokePersonalToken(asUser(root.id), made.token_id), { code: 'TOKEN_NOT_FOUND' })
    await tokens.authenticate(made.token)
    hints.length = 0
    await tokens.revokePersonalToken(asUser(qian.id), made.token_id)
    t.same(hints, [{ kind: 'access_ended', userId: qian.id, tokenIds: [made.token_id] }])
    await t.rejects(tokens.authenticate(made.token), refused)
    await t.rejects(tokens.revokePersonalToken(asUser(qian.id), made.token_id), { code: 'TOKEN_NOT_FOUND' })
    t.same(await tokens.listPersonalTokens(qian.id), [])
  })

  await t.test('an administrator revokes anyone’s', async () => {
    const qian = await db.user.findUniqueOrThrow({ where: { username: 'qian' } })
    const { token_id } = await tokens.createPersonalToken(qian.id, { name: 'lost' })
    await tokens.revokePersonalToken({ ...asUser(root.id), role: 'administrator' }, token_id)
  })
})

t.test('personal tokens in time', async (t) => {
  const { users, tokens, time, db } = await makeTestAccounts(t)
  const { id } = await users.createUser({ username: 'u', password: PASSWORD })
  const past = { name: 'past', expires_at: '2026-01-02T03:04:05.678Z' }
  await t.rejects(tokens.createPersonalToken(id, past), { code: 'INVALID_OPTION', fields: [{ field: 'expires_at' }] })
  const made = await tokens.createPersonalToken(id, { name: 'soon', expires_at: '2026-01-03T00:00:00.000Z' })
  const lastUsed = async () => (await tokens.listPersonalTokens(id))[0]?.last_used_at
  const firstUse = new Date(time.nowMs).toISOString()
  await tokens.authenticate(made.token)
  time.nowMs += MINUTE_MS - 1
  await tokens.authenticate(made.token)
  t.equal(await lastUsed(), firstUse, 'noted at most once a minute')
  time.nowMs += 1
  await tokens.authenticate(made.token)
  t.equal(await lastUsed(), new Date(time.nowMs).toISOString())
  time.nowMs = Date.parse('2026-01-03T00:00:00.000Z')
  await t.rejects(tokens.authenticate(made.token), {
    code: 'AUTHENTICATION_FAILED',
    details: { token_expired: true, expires_at: made.expires_at },
  })
  t.equal(await tokens.purge(), 0)
  time.nowMs += 8 * DAY_MS
  t.equal(await tokens.purge(), 1, 'a token that expired long ago is removed')
  t.equal(await db.token.count(), 0)
})

t.test('the set-up link', async (t) => {
  const { setup, sessions, users, tokens, time, db } = await makeTestAccounts(t)
  const earlier = (await setup.ensureSetupLink()) as string
  t.match(earlier, /^hzs_[\w-]{43}$/)
  const link = (await setup.ensureSetupLink()) as string
  await t.rejects(setup.setUp(earlier, 'admin', PASSWORD), refused, 'only the newest is good')
  await t.rejects(setup.setUp('nonsense', 'admin', PASSWORD), refused)
  await t.rejects(tokens.authenticate(link), refused, 'a link is no access')
  await db.user.create({ data: { username: 'taken' } })
  await t.rejects(setup.setUp(link, 'taken', PASSWORD), { code: 'USERNAME_TAKEN' })

  const racing = await Promise.allSettled(['ann', 'bob'].map((name) => setup.setUp(link, name, PASSWORD)))
  t.same(racing.map(({ status }) => status).sort(), ['fulfilled', 'rejected'], 'of two racing requests one wins')
  const [winner] = racing.filter((outcome) => outcome.status === 'fulfilled')
  t.match(winner?.value.user, { role: 'administrator', disabled: false })
  t.match(await tokens.authenticate(winner?.value.access_token ?? ''), { role: 'administrator' })
  await sessions.signIn(winner?.value.user.username ?? '', PASSWORD)
  await t.rejects(setup.setUp(link, 'again', PASSWORD), refused, 'it works once')
  t.equal(await setup.ensureSetupLink(), null, 'none is made where an administrator can sign in')

  await db.user.updateMany({ data: { disabledAt: new Date() } })
  const late = (await setup.ensureSetupLink()) as string
  time.nowMs += DAY_MS
  await t.rejects(
    setup.setUp(late, 'late', PASSWORD),
    { code: 'AUTHENTICATION_FAILED', details: { token_expired: true } },
    'it lasts a day',
  )
  const overtaken = (await setup.ensureSetupLink()) as string
  await users.createUser({ username: 'admin', password: PASSWORD, role: 'administrator' })
  await t.rejects(setup.setUp(overtaken, 'second', PASSWORD), refused, 'there is an administrator by now')
})

t.test('the users of AUTH=open', async (t) => {
  const { openUsers, users, db } = await makeTestAccounts(t)
  const everyone = { role: 'administrator', tokenId: null, expiresAtMs: null }

  await t.test('are made on first sight, once, however many ask at once', async (t) => {
    const seen = await Promise.all([
      openUsers.userOnFirstSight(7),
      openUsers.userOnFirstSight(7),
      openUsers.localUser(),
    ])
    t.same(
      seen,
      [7, 7, 0].map((userId) => ({ userId, ...everyone })),
    )
    await openUsers.localUser()
    const rows = await db.user.findMany({ orderBy: { id: 'asc' } })
    t.match(rows, [
      { id: 0, username: 'local', role: 'user' },
      { id: 7, username: 'user-7' },
    ])
    t.equal(rows.length, 2)
  })

  await t.test('get another name where an account bears theirs', async (t) => {
    await users.createUser({ username: 'user-9', password: PASSWORD })
    t.match(await openUsers.userOnFirstSight(9), { userId: 9 })
    t.match((await users.getUser(9)).username, /^user-9-[0-9a-f]{8}$/)
  })

  await t.test('leave room for accounts even with the last id there is', async (t) => {
    await openUsers.userOnFirstSight(2 ** 31 - 1)
    t.equal((await users.createUser({ username: 'next', password: PASSWORD })).id, 1)
    const racing = ['a', 'b', 'c'].map((username) => users.createUser({ username, password: PASSWORD }))
    t.equal(new Set((await Promise.all(racing)).map(({ id }) => id)).size, 3)
  })

  await t.test('try again after a failure of the database', async (t) => {
    let answers = false
    const count = async () => {
      if (answers) return 1
      throw new AppError('STORAGE_FULL')
    }
    const users = new OpenUsers({ user: { count } } as unknown as Db)
    await t.rejects(users.userOnFirstSight(50), { code: 'STORAGE_FULL' })
    answers = true
    t.match(await users.userOnFirstSight(50), { userId: 50 })
  })
})
