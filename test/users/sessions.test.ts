import t from 'tap'
import { AttemptLimit } from '../../src/users/attempt-limit.ts'
import { hashPassword, verifyPassword } from '../../src/users/passwords.ts'
import { DAY_MS, MINUTE_MS, makeTestAccounts, PASSWORD } from './make-account-app.ts'

const refused = { code: 'AUTHENTICATION_FAILED', details: { token_expired: false } }

t.test('a password is known again only by its own salted hash', async (t) => {
  const [hash, again] = await Promise.all([hashPassword('pässwörd long'), hashPassword('pässwörd long')])
  t.match(hash, /^scrypt\$32768\$8\$1\$[\w-]{22}\$[\w-]{43}$/)
  t.not(hash, again)
  t.ok(await verifyPassword('pässwörd long'.normalize('NFD'), hash), 'however the keyboard composes its letters')
  t.notOk(await verifyPassword('pässwörd lonG', hash))
  await t.rejects(verifyPassword('x', 'plain text'), /not of the form/)
})

t.test('an unknown user takes as long as a known one', async (t) => {
  const hash = await hashPassword(PASSWORD)
  const fastest = async (stored: string | null) => {
    const took: number[] = []
    for (let i = 0; i < 3; i++) {
      const start = performance.now()
      t.notOk(await verifyPassword('a guess', stored))
      took.push(performance.now() - start)
    }
    return Math.min(...took)
  }
  const [known, unknown] = [await fastest(hash), await fastest(null)]
  t.ok(unknown > known / 3 && known > unknown / 3, `${unknown} ms, ${known} ms`)
})

t.test('attempts are counted by name and forgotten after a minute or a success', async (t) => {
  let nowMs = 0
  const limit = new AttemptLimit(2, () => nowMs)
  limit.take('a')
  limit.take('a')
  limit.take('b')
  nowMs = 20_500
  t.throws(() => limit.take('a'), { code: 'RATE_LIMITED', details: { retry_after: 40 } })
  limit.take('b')
  limit.forget('b')
  limit.take('b')
  nowMs = 60_000
  limit.take('a')
})

t.test('signing in', async (t) => {
  const { users, sessions, tokens, time, hints, db } = await makeTestAccounts(t)
  const zhang = await users.createUser({
    username: '张三',
    password: PASSWORD,
    display_name: '张三丰',
    role: 'analyst',
  })

  await t.test('the right password gives tokens of the user', async (t) => {
    const signedIn = await sessions.signIn('张三', PASSWORD)
    t.match(signedIn, { token_type: 'Bearer', expires_in: 900, expires_at: '2026-01-02T03:19:05.678Z' })
    t.match(signedIn.user, {
      user_id: zhang.id,
      username: '张三',
      display_name: '张三丰',
      role: 'analyst',
      disabled: false,
    })
    t.match(await tokens.authenticate(signedIn.access_token), { userId: zhang.id, role: 'analyst' })
    const stored = JSON.stringify(await db.token.findMany())
    t.notMatch(stored, signedIn.access_token.slice(4))
    t.notMatch(stored, signedIn.refresh_token.slice(4))
  })

  await t.test('unknown, mistaken, disabled and without a password look alike', async (t) => {
    const off = await users.createUser({ username: 'off', password: PASSWORD })
    await users.changeUser(off.id, { disabled: true })
    await db.user.create({ data: { id: 77, username: 'user-77' } })
    for (const name of ['nobody', '张三', 'off', 'user-77']) {
      const password = name === '张三' ? 'mistaken!' : PASSWORD
      await t.rejects(sessions.signIn(name, password), { code: 'WRONG_CREDENTIALS', details: {} }, name)
    }
  })

  await t.test('an access token ends after its time, and the refusal says so', async (t) => {
    const { access_token, expires_at } = await sessions.signIn('张三', PASSWORD)
    time.nowMs += 15 * MINUTE_MS - 1
    await tokens.authenticate(access_token)
    time.nowMs += 1
    await t.rejects(tokens.authenticate(access_token), {
      code: 'AUTHENTICATION_FAILED',
      details: { token_expired: true, expires_at },
    })
  })

  await t.test('what is no access or personal token authenticates nobody', async (t) => {
    const { refresh_token } = await sessions.signIn('张三', PASSWORD)
    for (const secret of ['', 'x', refresh_token, `hza_${'A'.repeat(43)}`, `hza_${'A'.repeat(44)}`]) {
      await t.rejects(tokens.authenticate(secret), { ...refused, details: { expires_at: null } })
    }
  })

  await t.test('a refresh token gives a new pair', async (t) => {
    const first = await sessions.signIn('张三', PASSWORD)
    const second = await sessions.refresh(first.refresh_token)
    t.not(second.refresh_token, first.refresh_token)
    await tokens.authenticate(second.access_token)
    await tokens.authenticate(first.access_token)
    time.nowMs += 30 * DAY_MS
    await t.rejects(sessions.refresh(second.refresh_token), {
      code: 'AUTHENTICATION_FAILED',
      details: { token_expired: true },
    })
  })

  await t.test('a refresh token used twice ends its session and no other', async (t) => {
    const other = await sessions.signIn('张三', PASSWORD)
    const first = await sessions.signIn('张三', PASSWORD)
    const second = await sessions.refresh(first.refresh_token)
    const { tokenId } = await tokens.authenticate(second.access_token)
    hints.length = 0
    await t.rejects(sessions.refresh(first.refresh_token), refused)
    await t.rejects(tokens.authenticate(second.access_token), refused)
    await t.rejects(sessions.refresh(second.refresh_token), refused)
    await tokens.authenticate(other.access_token)
    t.match(hints, [{ kind: 'access_ended', userId: zhang.id }])
    t.ok(hints[0]?.kind === 'access_ended' && hints[0].tokenIds?.includes(tokenId as string))
  })

  await t.test('of two who refresh with one token at once, one wins', async (t) => {
    const { refresh_token } = await sessions.signIn('张三', PASSWORD)
    const outcomes = await Promise.allSettled([sessions.refresh(refresh_token), sessions.refresh(refresh_token)])
    t.same(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  })

  await t.test('signing out ends the session, and asks for no token in force', async (t) => {
    const { access_token, refresh_token } = await sessions.signIn('张三', PASSWORD)
    const { tokenId } = await tokens.authenticate(access_token)
    hints.length = 0
    await sessions.signOut(['nonsense', access_token])
    t.same(hints, [{ kind: 'access_ended', userId: zhang.id, tokenIds: [tokenId] }])
    await t.rejects(tokens.authenticate(access_token), refused)
    await t.rejects(sessions.refresh(refresh_token), refused)
    await sessions.signOut([refresh_token])
    t.equal(hints.length, 1)
  })

  await t.test('someone disabled while the password is being checked does not get in', async (t) => {
    const { id } = await users.createUser({ username: 'quick', password: PASSWORD })
    const signingIn = t.rejects(sessions.signIn('quick', PASSWORD), { code: 'WRONG_CREDENTIALS' })
    await users.getUser(id) // answered after the sign-in's own reading of the user
    await users.changeUser(id, { disabled: true })
    await signingIn
    t.equal(await db.token.count({ where: { userId: id, revokedAt: null } }), 0)
  })

  await t.test("a new password of one's own ends the other sessions", async (t) => {
    const here = await sessions.signIn('张三', PASSWORD)
    const there = await sessions.signIn('张三', PASSWORD)
    const principal = await tokens.authenticate(here.access_token)
    const script = await tokens.createPersonalToken(zhang.id, { name: 'script' })
    await t.rejects(sessions.changeOwnPassword(principal, 'mistaken', 'a new password'), { code: 'WRONG_CREDENTIALS' })
    hints.length = 0
    await sessions.changeOwnPassword(principal, PASSWORD, 'a new password')
    await tokens.authenticate(here.access_token)
    await tokens.authenticate(script.token)
    await t.rejects(tokens.authenticate(there.access_token), refused)
    t.match(hints, [{ kind: 'access_ended', userId: zhang.id }])
    await t.rejects(sessions.signIn('张三', PASSWORD), { code: 'WRONG_CREDENTIALS' })
    await sessions.signIn('张三', 'a new password')
  })
})

t.test('a user name is slowed after too many guesses, and the right password counts as none', async (t) => {
  const { users, sessions, time } = await makeTestAccounts(t, { loginsPerMinute: 2 })
  await users.createUser({ username: 'li', password: PASSWORD })
  for (let i = 0; i < 4; i++) await sessions.signIn('li', PASSWORD)
  const guesses = await Promise.allSettled([1, 2, 3].map((guess) => sessions.signIn('li', `guess ${guess}`)))
  const codes = guesses.map((guess) => guess.status === 'rejected' && guess.reason.code)
  t.same(codes, ['WRONG_CREDENTIALS', 'WRONG_CREDENTIALS', 'RATE_LIMITED'])
  await t.rejects(sessions.signIn('li', PASSWORD), { code: 'RATE_LIMITED', details: { retry_after: 60 } })
  time.nowMs += MINUTE_MS
  await sessions.signIn('li', PASSWORD)
})
