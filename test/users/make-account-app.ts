import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify from 'fastify'
import type { Test } from 'tap'
import { openDb } from '../../src/db/index.ts'
import { AppError } from '../../src/errors.ts'
import type { Hint } from '../../src/events/event-bus.ts'
import { MemoryEventBus } from '../../src/events/memory-event-bus.ts'
import { authentication } from '../../src/http/authentication.ts'
import { OpenAccess, RequiredAccess } from '../../src/users/access.ts'
import { type Accounts, makeAccounts } from '../../src/users/accounts.ts'
import { sessionRoutes } from '../../src/users/session-routes.ts'
import { tokenRoutes } from '../../src/users/token-routes.ts'
import { userRoutes } from '../../src/users/user-routes.ts'

export const PASSWORD = 'correct horse battery'
export const MINUTE_MS = 60_000
export const DAY_MS = 86_400_000

/** The account services on a throw-away database, with a clock that the test moves. */
export async function makeTestAccounts(t: Test, { loginsPerMinute = 1000 } = {}) {
  const db = await openDb(`file:${t.testdir()}/accounts.db`)
  t.teardown(() => db.$disconnect())
  const hints: Hint[] = []
  const bus = new MemoryEventBus((err) => t.fail(String(err)))
  bus.subscribe((hint) => hints.push(hint))
  const time = { nowMs: Date.parse('2026-01-02T03:04:05.678Z') }
  const accounts = makeAccounts({ db, bus, clock: () => time.nowMs, loginsPerMinute })
  return { db, hints, time, ...accounts, accounts }
}

/** The account routes alone, with errors as `{ code, ...details }`. */
export async function makeAccountApp(t: Test, accounts: Accounts, auth: 'open' | 'required', loginsPerMinute = 1000) {
  const app = Fastify({ trustProxy: true }).withTypeProvider<TypeBoxTypeProvider>()
  t.teardown(() => app.close())
  const access = auth === 'open' ? new OpenAccess(accounts.openUsers) : new RequiredAccess(accounts.tokens)
  app.setErrorHandler((err, _request, reply) => {
    if (err instanceof AppError) return reply.code(err.status).send({ code: err.code, ...err.details })
    const status = (err as { statusCode?: number }).statusCode ?? 500
    return reply.code(status).send({ code: 'UNEXPECTED', message: String(err) })
  })
  await app.register(cookie)
  await app.register(rateLimit, { max: 1000 })
  await app.register(authentication, { access })
  await app.register(sessionRoutes, { accounts, access, loginsPerMinute })
  await app.register(userRoutes, { users: accounts.users })
  await app.register(tokenRoutes, { tokens: accounts.tokens, access })
  app.get('/whoami', async ({ principal }) => principal)
  app.get('/media/picture', { config: { tokenInQuery: true } }, async ({ principal }) => principal)
  app.get('/filtered', { config: { userIdIsFilter: true } }, async ({ principal }) => principal)
  return app
}
