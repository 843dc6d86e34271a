import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import type { NewNotification, Notification, NotificationPage, Role, StreamEvent } from '../../src/contract/index.ts'
import { openDb } from '../../src/db/index.ts'
import { AppError } from '../../src/errors.ts'
import { EventLog } from '../../src/events/event-log.ts'
import { MemoryEventBus } from '../../src/events/memory-event-bus.ts'
import { DueTimer } from '../../src/notifications/due-timer.ts'
import { notificationRoutes } from '../../src/notifications/notification-routes.ts'
import { NotificationService } from '../../src/notifications/notification-service.ts'
import type { Principal } from '../../src/users/principal.ts'

const START = Date.parse('2026-05-01T00:00:00.000Z')
const HOUR = 3_600_000
const principal = (userId: number, role: Role): Principal => ({ userId, role, tokenId: null, expiresAtMs: null })
const admin = principal(3, 'administrator')
const user = principal(1, 'user')
const at = (ms: number) => new Date(START + ms).toISOString()

/** Users 0 to 3, a clock that stands still, and `restart` for the service of a server started anew. */
async function open(t: Test) {
  const url = `file:${t.testdir()}/x.db`
  const db = await openDb(url)
  for (const id of [0, 1, 2, 3]) await db.user.create({ data: { id, username: `user${id}` } })
  const clock = { now: START }
  const heard: StreamEvent[] = []
  const services: NotificationService[] = []
  const restart = () => {
    const onError = (err: unknown) => t.fail(String(err))
    const bus = new MemoryEventBus(onError)
    bus.subscribe((hint) => hint.kind === 'event' && heard.push(hint.event))
    const service = new NotificationService({ db, events: new EventLog(db, bus), onError, now: () => clock.now })
    services.push(service)
    return service
  }
  t.teardown(async () => {
    await Promise.all(services.map((service) => service.stop()))
    await db.$disconnect()
  })
  return { url, db, service: restart(), restart, heard, clock }
}

async function openApp(t: Test, notifications: NotificationService) {
  const app = Fastify({ ajv: { customOptions: { removeAdditional: false } } })
  app.decorateRequest('principal')
  app.addHook('onRequest', async (request) => {
    const [userId, role] = String(request.headers['x-as']).split(' ')
    request.principal = principal(Number(userId), role as Role)
  })
  app.setErrorHandler<Error & { validation?: Array<{ instancePath: string }> }>((err, _request, reply) => {
    if (err instanceof AppError) return reply.code(err.status).send({ code: err.code, errors: err.fields })
    const fields = err.validation?.map(({ instancePath }) => ({ field: instancePath.slice(1) }))
    return reply.code(fields ? 400 : 500).send({ code: err.message, errors: fields })
  })
  await app.register(notificationRoutes, { notifications })
  t.teardown(() => app.close())
  return async (method: 'GET' | 'POST' | 'DELETE', path: string, as: string, payload?: object) => {
    const answer = await app.inject({
      method,
      url: `/api/notifications${path}`,
      headers: { 'x-as': as },
      ...(payload && { payload }),
    })
    return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() }
  }
}

const idsOf = ({ items }: NotificationPage) => items.map((item) => item.notification_id)
const text = { title: '系统维护通知', message: '系统将于今晚22:00-24:00进行维护' }

t.test('a notification is stored and pushed at once, with defaults filled in', async (t) => {
  const { service, heard, db } = await open(t)
  const call = await openApp(t, service)
  const { status, body } = await call('POST', '', '3 administrator', text)
  t.equal(status, 201)
  t.match(body, {
    ...text,
    level: 'info',
    category: 'general',
    action_required: false,
    action_url: null,
    expires_at: null,
    audience: { kind: 'all' },
    starts_at: at(0),
    created_at: at(0),
    created_by: 3,
    state: 'active',
    read_at: null,
    seen: { read: 0, acknowledged: 0 },
  })
  t.match(heard, [{ stream: 'everyone', seq: 1, type: 'system_notification', userId: null }])
  const { notification_id, title, message, level, category, action_required, action_url, expires_at } = body
  const told = { notification_id, title, message, level, category, action_required, action_url, expires_at }
  t.same(heard[0]?.data, told, 'as the API document has it')
  t.equal((await db.event.findFirstOrThrow()).notificationId, notification_id)
})

t.test('each audience gets its own, on its own stream', async (t) => {
  const { service, heard } = await open(t)
  const create = async (audience: NewNotification['audience']) =>
    (await service.create(admin, { ...text, ...(audience && { audience }) })).notification_id
  const all = await create({ kind: 'all' })
  const analysts = await create({ kind: 'role', role: 'analyst' })
  const one = await create({ kind: 'user', user_id: 1 })
  t.same(
    heard.map(({ stream }) => stream),
    ['everyone', 'role:analyst', 'user:1', 'inbox:1'],
  )
  const seenBy = async (asker: Principal) => new Set(idsOf(await service.list(asker, {})))
  t.same(await seenBy(user), new Set([all, one]))
  t.same(await seenBy(principal(2, 'analyst')), new Set([all, analysts]))
  t.same(await seenBy(principal(0, 'user')), new Set([all]))
  t.same(await service.unexpiredFor(['everyone', 'all']), [all])
  t.same(new Set(await service.unexpiredFor(['everyone', 'role:analyst', 'user:1'])), new Set([all, analysts, one]))
  t.same(await service.unexpiredFor(['inbox:1', 'all']), [one])
  t.same(await service.unexpiredFor(['user:2', 'all']), [])
  await t.rejects(service.get(user, analysts), { code: 'NOTIFICATION_NOT_FOUND' })
  await t.rejects(service.markRead(user, analysts), { code: 'NOTIFICATION_NOT_FOUND' })
  t.equal((await service.get(admin, one)).notification_id, one, 'administrators look at any')
  t.same(idsOf(await service.list(admin, {})), [all], 'and have a view of their own')
})

t.test('only administrators speak, withdraw and see all', async (t) => {
  const { service, db } = await open(t)
  const call = await openApp(t, service)
  const { notification_id } = await service.create(admin, text)
  for (const as of ['1 user', '2 analyst']) {
    t.equal((await call('POST', '', as, text)).body.code, 'PERMISSION_DENIED')
    t.equal((await call('DELETE', `/${notification_id}`, as)).body.code, 'PERMISSION_DENIED')
    t.equal((await call('GET', '?all=true', as)).body.code, 'PERMISSION_DENIED')
  }
  t.equal(await db.notification.count(), 1)
  t.equal((await call('GET', '/notif_none', '1 user')).body.code, 'NOTIFICATION_NOT_FOUND')
  t.equal((await call('DELETE', '/notif_none', '3 administrator')).body.code, 'NOTIFICATION_NOT_FOUND')
})

t.test('what is wrong with a notification is said by field, and nothing is kept', async (t) => {
  const { service, heard, db } = await open(t)
  const call = await openApp(t, service)
  const cases: Array<[string, object]> = [
    ['title', { title: '' }],
    ['title', { title: '   ' }],
    ['title', { title: 'x'.repeat(201) }],
    ['message', { message: 'x'.repeat(5001) }],
    ['level', { level: 'loud' }],
    ['category', { category: 'x' }],
    ['expires_at', { expires_at: at(0) }],
    ['expires_at', { expires_at: at(-HOUR), starts_at: at(-2 * HOUR) }],
    ['expires_at', { expires_at: at(HOUR), starts_at: at(HOUR) }],
    ['expires_at', { expires_at: at(HOUR), starts_at: at(2 * HOUR) }],
    ['expires_at', { expires_at: '2026-12-31T23:59:60Z' }],
    ['starts_at', { starts_at: '0001-01-01T00:00:00Z' }],
    ['starts_at', { starts_at: 'tomorrow' }],
    ['audience.user_id', { audience: { kind: 'user', user_id: 99 } }],
    ['audience', { audience: { kind: 'user', user_id: 0 } }],
    ['audience', { audience: { kind: 'role', role: 'king' } }],
    ...['javascript:alert(1)', '//evil.com', '/\\evil.com', '/\t/evil.com', 'ftp://a', 'a.html', 'https://'].map(
      (action_url): [string, object] => ['action_url', { action_url }],
    ),
  ]
  for (const [field, wrong] of cases) {
    const { status, body } = await call('POST', '', '3 administrator', { ...text, ...wrong })
    t.equal(status, 400, JSON.stringify(wrong))
    t.ok(
      body.errors.some((problem: { field: string }) => problem.field.replace('/', '.').startsWith(field)),
      `${field}: ${JSON.stringify(body)}`,
    )
  }
  t.equal((await call('POST', '', '3 administrator', { ...text, user: 1 })).status, 400, 'an unknown field')
  t.equal(await db.notification.count(), 0)
  t.same(heard, [])
  for (const action_url of ['/tasks?x=1#a', 'https://example.com/a', 'http://a', '/', null]) {
    t.equal((await call('POST', '', '3 administrator', { ...text, action_url })).status, 201, String(action_url))
  }
})

t.test('a scheduled notification is pushed when it is due, and not seen before', async (t) => {
  const { service, heard, clock } = await open(t)
  const later = await service.create(admin, { ...text, starts_at: at(2 * HOUR) })
  const sooner = await service.create(admin, { ...text, starts_at: at(HOUR), expires_at: at(3 * HOUR) })
  t.equal(later.state, 'scheduled')
  t.same(idsOf(await service.list(user, {})), [])
  t.same(await service.unexpiredFor(['everyone']), [])
  t.same(idsOf(await service.list(admin, { all: true })), [later.notification_id, sooner.notification_id])
  await t.rejects(service.get(user, later.notification_id), { code: 'NOTIFICATION_NOT_FOUND' })
  t.equal(await service.publishDue(), START + HOUR)
  t.same(heard, [])
  clock.now = START + HOUR
  t.equal(await service.publishDue(), START + 2 * HOUR)
  t.match(heard, [{ data: { notification_id: sooner.notification_id } }])
  t.same(idsOf(await service.list(user, {})), [sooner.notification_id])
  clock.now = START + 2 * HOUR
  t.equal(await service.publishDue(), null)
  t.equal(heard.length, 2)
  await service.publishDue()
  t.equal(heard.length, 2, 'each once')
})

t.test('a start pushes what became due while the server was down, unless it has expired', async (t) => {
  const { service, restart, heard, clock } = await open(t)
  const due = await service.create(admin, { ...text, starts_at: at(HOUR) })
  const missed = await service.create(admin, { ...text, starts_at: at(HOUR), expires_at: at(2 * HOUR) })
  clock.now = START + 24 * HOUR
  await restart().start()
  t.match(heard, [{ data: { notification_id: due.notification_id } }])
  t.equal(heard.length, 1)
  t.equal((await service.get(admin, missed.notification_id)).state, 'expired')
})

t.test('however many processes push at once, each due notification is pushed once', async (t) => {
  const { url, db, service, restart, heard, clock } = await open(t)
  for (let i = 0; i < 20; i++) await service.create(admin, { ...text, starts_at: at(HOUR + i) })
  const script = fileURLToPath(new URL('./publish-due.js', import.meta.url))
  const push = () => promisify(execFile)(process.execPath, [script, url, String(START + 2 * HOUR)])
  await Promise.all([push(), push()])
  const pushed = await db.event.findMany({ orderBy: { seq: 'asc' } })
  t.same(
    pushed.map(({ seq }) => seq),
    Array.from({ length: 20 }, (_, i) => i + 1),
  )
  t.equal(new Set(pushed.map(({ notificationId }) => notificationId)).size, 20)

  await service.create(admin, { ...text, starts_at: at(HOUR) })
  clock.now = START + 2 * HOUR
  await Promise.all([service.publishDue(), restart().publishDue(), service.publishDue()])
  t.match(heard, [{ seq: 21 }])
  t.equal(heard.length, 1)
})

t.test('the timer runs at once, again for what is due next, and after a failure', async (t) => {
  const errors: unknown[] = []
  let runs = 0
  const enough = new Promise<void>((resolve) => {
    const run = async () => {
      runs += 1
      if (runs === 2) throw new Error('locked')
      if (runs === 3) resolve()
      return runs === 1 ? Date.now() + 1 : Date.now() + 100 * 24 * HOUR
    }
    const timer = new DueTimer(run, Date.now, (err) => errors.push(err))
    t.teardown(() => timer.stop())
    void timer.start()
  })
  const alive = setInterval(() => {}, 1000) // the timer itself keeps no process alive
  await enough
  clearInterval(alive)
  await new Promise(setImmediate)
  t.equal(runs, 3, 'a wait beyond what setTimeout can hold does not fire at once')
  t.match(errors, [{ message: 'locked' }])
})

t.test('a started service pushes what is created for soon, and nothing once stopped', async (t) => {
  const { service, heard, clock } = await open(t)
  await service.start()
  await service.create(admin, { ...text, starts_at: at(1) })
  clock.now = START + HOUR
  await service.withdraw(admin, (await service.create(admin, { ...text, starts_at: at(2 * HOUR) })).notification_id)
  await service.stop()
  const before = heard.length
  t.ok(before <= 1)
  clock.now = START + 3 * HOUR
  await service.start()
  t.equal(heard.length, 1, 'the withdrawn one is never pushed')
  t.match(heard, [{ type: 'system_notification' }])
})

t.test('withdrawing tells those who were told, once', async (t) => {
  const { service, heard } = await open(t)
  const call = await openApp(t, service)
  const pushed = await service.create(admin, { ...text, audience: { kind: 'role', role: 'user' } })
  const waiting = await service.create(admin, { ...text, starts_at: at(HOUR) })
  for (const { notification_id } of [pushed, waiting, pushed]) {
    t.equal((await call('DELETE', `/${notification_id}`, '3 administrator')).status, 204)
  }
  t.match(heard.slice(1), [
    { stream: 'role:user', seq: 2, type: 'notification_withdrawn', data: { notification_id: pushed.notification_id } },
  ])
  t.equal(heard.length, 2)
  t.same(idsOf(await service.list(user, {})), [])
  t.same(await service.unexpiredFor(['role:user', 'everyone']), [])
  await t.rejects(service.markRead(user, pushed.notification_id), { code: 'NOTIFICATION_NOT_FOUND' })
  t.equal((await service.get(admin, pushed.notification_id)).state, 'withdrawn')
})

t.test('an expired notification is shown no more, and its events go a day later', async (t) => {
  const { service, db, clock } = await open(t)
  const short = await service.create(admin, { ...text, expires_at: at(HOUR) })
  const kept = await service.create(admin, text)
  const taken = await service.create(admin, text)
  await service.withdraw(admin, taken.notification_id)
  clock.now = START + HOUR
  t.same(idsOf(await service.list(user, {})), [kept.notification_id])
  t.same(await service.unexpiredFor(['everyone']), [kept.notification_id])
  t.equal((await service.get(admin, short.notification_id)).state, 'expired')
  t.equal(await service.purgeExpired(), 0)
  clock.now = START + 26 * HOUR
  t.equal(await service.purgeExpired(), 3)
  t.match(await db.event.findMany(), [{ notificationId: kept.notification_id }])
  t.equal(await db.notification.count(), 3, 'what was said stays on record')
})

t.test('reading and acknowledging are kept per user, the first time counts', async (t) => {
  const { service, clock } = await open(t)
  const call = await openApp(t, service)
  const { notification_id: id } = await service.create(admin, { ...text, action_required: true })
  const { notification_id: plain } = await service.create(admin, text)
  const unread = async (as: string) => idsOf((await call('GET', '?unread=true', as)).body).length
  t.equal(await unread('1 user'), 2)
  for (let i = 0; i < 2; i++) {
    clock.now = START + i * HOUR
    t.equal((await call('POST', `/${plain}/read`, '1 user')).status, 204)
    t.equal((await call('POST', `/${id}/acknowledge`, '0 user')).status, 204)
  }
  t.match(await service.get(user, plain), { read_at: at(0), acknowledged_at: null })
  t.match(await service.get(principal(0, 'user'), id), { read_at: at(0), acknowledged_at: at(0) })
  t.match(await service.get(user, id), { read_at: null, acknowledged_at: null }, 'one user is not another')
  t.equal(await unread('1 user'), 1)
  t.equal((await call('POST', `/${id}/read`, '1 user')).status, 204)
  clock.now = START + 5 * HOUR
  t.equal((await call('POST', `/${id}/acknowledge`, '1 user')).status, 204)
  t.match(await service.get(user, id), { read_at: at(HOUR), acknowledged_at: at(5 * HOUR) })
  const refused = await call('POST', `/${plain}/acknowledge`, '1 user')
  t.match(refused, { status: 400, body: { code: 'INVALID_REQUEST', errors: [{ field: 'action_required' }] } })
  const { body } = await call('GET', '?all=true', '3 administrator')
  const seen = new Map(body.items.map((item: Notification) => [item.notification_id, item.seen]))
  t.same(seen.get(id), { read: 2, acknowledged: 2 })
  t.same(seen.get(plain), { read: 1, acknowledged: 0 })
  t.notOk((await call('GET', '', '1 user')).body.items[0].seen, 'readers do not see who else has')
})

t.test('administrators see who has read a notification, and how many could', async (t) => {
  const { service, clock, db } = await open(t)
  const call = await openApp(t, service)
  await db.user.update({ where: { id: 2 }, data: { role: 'analyst' } })
  const toAll = (await service.create(admin, { ...text, action_required: true })).notification_id
  const toAnalysts = (await service.create(admin, { ...text, audience: { kind: 'role', role: 'analyst' } }))
    .notification_id
  const toOne = (await service.create(admin, { ...text, audience: { kind: 'user', user_id: 1 } })).notification_id
  const receipts = async (id: string, query = '') =>
    (await call('GET', `/${id}/receipts${query}`, '3 administrator')).body
  t.same(await receipts(toAll), { items: [], next_cursor: null, audience_size: 4 })
  t.match(await receipts(toAnalysts), { audience_size: 1 })
  t.match(await receipts(toOne), { audience_size: 1 })

  await service.acknowledge(principal(2, 'analyst'), toAll)
  clock.now = START + HOUR
  await service.markRead(principal(0, 'user'), toAll)
  await service.markRead(user, toAll)
  const readers = [
    { user: { user_id: null, username: 'user0' }, read_at: at(HOUR), acknowledged_at: null },
    { user: { user_id: 1, username: 'user1' }, read_at: at(HOUR), acknowledged_at: null },
    { user: { user_id: 2, username: 'user2' }, read_at: at(0), acknowledged_at: at(0) },
  ]
  t.same(await receipts(toAll), { items: readers, next_cursor: null, audience_size: 4 })
  const first = await receipts(toAll, '?limit=2')
  t.same(first.items, readers.slice(0, 2))
  t.same((await receipts(toAll, `?limit=2&cursor=${first.next_cursor}`)).items, readers.slice(2))

  await service.markRead(principal(2, 'analyst'), toAnalysts)
  await db.user.update({ where: { id: 2 }, data: { role: 'user', disabledAt: new Date(START) } })
  t.match(await receipts(toAnalysts), { items: [{}], audience_size: 1 }, 'who has read it was addressed')
  t.match(await receipts(toOne), { items: [], audience_size: 1 })
  await db.user.update({ where: { id: 1 }, data: { disabledAt: new Date(START) } })
  t.match(await receipts(toOne), { items: [], audience_size: 0 }, 'who cannot come in is not waited for')

  for (const as of ['1 user', '2 analyst']) {
    t.match(await call('GET', `/${toAll}/receipts`, as), { status: 403, body: { code: 'PERMISSION_DENIED' } })
  }
  t.match(await call('GET', '/notif_none/receipts', '3 administrator'), { body: { code: 'NOTIFICATION_NOT_FOUND' } })
  for (const cursor of ['x', 's', 's99999999999', 'u1']) {
    const answer = await call('GET', `/${toAll}/receipts?cursor=${cursor}`, '3 administrator')
    t.match(answer, { status: 400, body: { code: 'INVALID_CURSOR' } }, cursor)
  }
  t.equal((await call('GET', `/${toAll}/receipts?limit=0`, '3 administrator')).status, 400)
})

t.test('pages neither repeat nor skip while notifications come and go', async (t) => {
  const { service, clock } = await open(t)
  const ids: string[] = []
  for (let i = 0; i < 7; i++) {
    clock.now = START + Math.floor(i / 3) * 1000 // several at the same moment
    ids.push((await service.create(admin, text)).notification_id)
  }
  const all = idsOf(await service.list(user, {}))
  t.same(new Set(all), new Set(ids))
  const first = await service.list(user, { limit: 3 })
  clock.now += 1
  await service.create(admin, text)
  await service.withdraw(admin, all[2] as string)
  const second = await service.list(user, { limit: 3, cursor: first.next_cursor as string })
  const third = await service.list(user, { limit: 3, cursor: second.next_cursor as string })
  t.same([first, second, third].flatMap(idsOf), all)
  t.equal(third.next_cursor, null)
  for (const cursor of ['', 'x', Buffer.from('n1.other').toString('base64url'), `${first.next_cursor}AA.;`]) {
    const page = service.list(user, { cursor })
    await t.rejects(page, { code: 'INVALID_CURSOR' }, cursor)
  }
})
