import t, { type Test } from 'tap'
import type { NewNotification } from '../../src/contract/index.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { startApp } from '../helpers/app.ts'
import { listen } from './strict-listener.ts'

const PASSWORD = 'correct horse battery'
const roles = ['user', 'user', 'analyst', 'administrator'] as const

/** A server with two users, an analyst and an administrator, who are to be connected by the test. */
async function startWithUsers(t: Test) {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), env: { AUTH: 'required' } })
  const { users, tokens } = app.parts.accounts
  const people = await Promise.all(
    roles.map(async (role, at) => {
      const { id } = await users.createUser({ username: `u${at}`, password: PASSWORD, role })
      const { token } = await tokens.createPersonalToken(id, { name: 'test' })
      return { id, token }
    }),
  )
  const listenAs = (at: number, query = '') => listen(t, app, `?token=${people[at]?.token}${query}`)
  const connect = (query = '') => Promise.all(people.map((_, at) => listenAs(at, query)))
  const call = async (method: string, path: string, body?: NewNotification) => {
    const headers = { authorization: `Bearer ${people[3]?.token}` }
    const json = { body: JSON.stringify(body), headers: { ...headers, 'content-type': 'application/json' } }
    const init = { method, headers, ...(body && json) }
    const response = await fetch(`${app.origin}/api/notifications${path}`, init)
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
    return response.status === 204 ? '' : ((await response.json()) as { notification_id: string }).notification_id
  }
  const idOf = (at: number) => people[at]?.id ?? 0
  return { app, connect, listenAs, call, idOf }
}

const named = (title: string, more: object = {}) => ({ title, message: '今晚22:00-24:00维护', ...more })

t.test('a notification reaches its audience and nobody else, now and later', async (t) => {
  const { connect, listenAs, call, idOf } = await startWithUsers(t)
  const early = await connect()
  const byUser = await call('POST', '', named('to user 1', { audience: { kind: 'user', user_id: idOf(1) } }))
  await call('POST', '', named('to analysts', { audience: { kind: 'role', role: 'analyst' }, level: 'error' }))
  await call('POST', '', named('to users', { audience: { kind: 'role', role: 'user' }, action_required: true }))
  await call('POST', '', named('to analyst', { audience: { kind: 'user', user_id: idOf(2) } }))
  await call('POST', '', named('to all'))
  const expected = [
    ['to users', 'to all'],
    ['to user 1', 'to users', 'to all'],
    ['to analysts', 'to analyst', 'to all'],
    ['to all'],
  ]
  for (const [at, client] of early.entries()) {
    await client.until('system_notification', ({ data }) => data.title === 'to all')
    t.same(client.notices, expected[at], `${roles[at]} ${at}`)
    t.ok(client.of('system_notification').every((each) => each.snapshot === undefined && each.timestamp !== ''))
  }
  t.equal(early[1]?.of('system_notification')[0]?.data.notification_id, byUser)

  const later = await connect()
  for (const [at, client] of later.entries()) {
    await client.command('ping')
    t.same(client.notices, expected[at], `${roles[at]} ${at}, later`)
    t.ok(client.of('system_notification').every((each) => each.snapshot === true))
  }
  for (const at of [2, 3]) {
    await early[at]?.leave()
    const watcher = await listenAs(at, '&scope=all')
    await watcher.command('ping')
    t.same(watcher.notices, expected[at], `${roles[at]}, watching everybody`)
    await call('POST', '', named('live', { audience: { kind: 'user', user_id: idOf(at) } }))
    await watcher.until('system_notification', ({ data }) => data.title === 'live')
  }
  t.notOk(early[1]?.notices.includes('live'))
})

t.test('what is withdrawn or has expired is not shown to those who come later', async (t) => {
  const { connect, call } = await startWithUsers(t)
  const [early] = await connect()
  const soon = new Date(Date.now() + 300)
  const withdrawn = await call('POST', '', named('withdrawn'))
  await call('POST', '', named('short', { expires_at: soon.toISOString() }))
  await call('POST', '', named('lasting', { expires_at: '2099-01-01T00:00:00.000Z' }))
  await early?.until('system_notification', ({ data }) => data.title === 'lasting')
  await call('DELETE', `/${withdrawn}`)
  const told = await early?.until('notification_withdrawn')
  t.equal(told?.data.notification_id, withdrawn)
  t.equal(told?.user_id, null)
  await early?.leave()
  while (Date.now() <= soon.getTime()) await new Promise(setImmediate)

  const [later] = await connect()
  await later?.command('ping')
  t.same(later?.notices, ['lasting'])
  t.same(later?.of('notification_withdrawn'), [])
})

t.test('a scheduled notification comes at its time, and to those who come after it', async (t) => {
  const { connect, call } = await startWithUsers(t)
  const [early] = await connect()
  const startsAt = new Date(Date.now() + 300)
  await call('POST', '', named('scheduled', { starts_at: startsAt.toISOString() }))
  await call('POST', '', named('never', { starts_at: '2099-01-01T00:00:00.000Z' }))
  await early?.command('ping')
  t.same(early?.notices, [], 'not before')
  const message = await early?.until('system_notification')
  t.ok(Date.parse(message?.timestamp ?? '') >= startsAt.getTime() - 1)
  const [, later] = await connect()
  await later?.command('ping')
  t.same(later?.notices, ['scheduled'])
  t.same(early?.notices, ['scheduled'])
})

t.test('a notification that was missed comes in its turn at the resume, and only then', async (t) => {
  const { app, connect, call } = await startWithUsers(t)
  const [early] = await connect()
  await call('POST', '', named('first'))
  await early?.until('system_notification')
  await early?.leave()
  await call('POST', '', named('second'))
  const [back] = await connect(`&resume=${early?.laws.cursor}`)
  await back?.command('ping')
  t.equal(back?.greeting.recovered, true)
  t.same(back?.notices, ['second'])
  t.equal(back?.of('system_notification')[0]?.snapshot, undefined)
  t.equal(await app.parts.db.event.count({ where: { type: 'system_notification' } }), 2)
})
