import '@fastify/rate-limit'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import {
  Credentials,
  Me,
  Nullable,
  PasswordChange,
  RefreshRequest,
  SetupRequest,
  SignedIn,
  type User,
} from '../contract/index.ts'
import { AppError } from '../errors.ts'
import { clearSessionCookies, credentialsOf, refreshCookieOf, setSessionCookies } from '../http/authentication.ts'
import type { Access, PresentedCredentials } from './access.ts'
import type { Accounts } from './accounts.ts'
import { tokenRefused } from './tokens.ts'
import { toUser } from './user-view.ts'

export interface SessionRoutesOptions {
  accounts: Accounts
  access: Access
  /** Sign-ins and set-ups per address; those per user name are `makeAccounts`'s. */
  loginsPerMinute: number
}

const tags = ['auth']

/** Signing in and out. Asks @fastify/cookie and @fastify/rate-limit to be there before it. */
export const sessionRoutes: FastifyPluginAsyncTypebox<SessionRoutesOptions> = async (app, options) => {
  const { accounts, access, loginsPerMinute } = options
  const rateLimit = {
    max: loginsPerMinute,
    timeWindow: 60_000,
    errorResponseBuilder: (_: unknown, { ttl }: { ttl: number }) =>
      new AppError('RATE_LIMITED', { retry_after: Math.ceil(ttl / 1000) }),
  }

  app.post(
    '/api/auth/login',
    {
      config: { public: true, rateLimit },
      schema: { tags, summary: 'Sign in', body: Credentials, response: { 200: SignedIn } },
    },
    async ({ body, ip }, reply) => keepSession(reply, await accounts.sessions.signIn(body.username, body.password, ip)),
  )

  app.post(
    '/api/auth/setup',
    {
      config: { public: true, rateLimit },
      schema: {
        tags,
        summary: 'Make the first administrator with the one-time link of the server log',
        body: SetupRequest,
        response: { 201: SignedIn },
      },
    },
    async ({ body }, reply) => {
      const signedIn = await accounts.setup.setUp(body.setup_token, body.username, body.password)
      return keepSession(reply.code(201), signedIn)
    },
  )

  app.post(
    '/api/auth/refresh',
    {
      config: { public: true },
      schema: {
        tags,
        summary: 'Exchange a refresh token for a new pair; each works once',
        body: Nullable(RefreshRequest),
        response: { 200: SignedIn },
      },
    },
    async (request, reply) => {
      const secret = request.body?.refresh_token ?? refreshCookieOf(request)
      if (secret === null) throw tokenRefused()
      return keepSession(reply, await accounts.sessions.refresh(secret))
    },
  )

  app.post(
    '/api/auth/logout',
    {
      // An access token that expired must not keep anyone signed in.
      config: { public: true },
      schema: { tags, summary: 'End the session', body: Nullable(RefreshRequest), response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const secrets = [credentialsOf(request).token, request.body?.refresh_token ?? null, refreshCookieOf(request)]
      await accounts.sessions.signOut(secrets.filter((secret) => secret !== null))
      clearSessionCookies(reply)
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/api/auth/me',
    {
      // A page asks this first, to learn whether it must show the sign-in.
      config: { public: true },
      schema: { tags, summary: 'Who is asking; user is null for nobody', response: { 200: Me } },
    },
    async (request) => ({ user: await whoIs(accounts, access, credentialsOf(request)), auth: access.auth }),
  )

  app.post(
    '/api/auth/password',
    {
      config: { rateLimit },
      schema: {
        tags,
        summary: "Change one's password; ends one's other sessions",
        body: PasswordChange,
        response: { 204: Type.Null() },
      },
    },
    async ({ principal, body }, reply) => {
      await accounts.sessions.changeOwnPassword(principal, body.current_password, body.new_password)
      return reply.code(204).send(null)
    },
  )

  function keepSession(reply: FastifyReply, signedIn: SignedIn): SignedIn {
    setSessionCookies(reply, signedIn, accounts.sessions.refreshTtlS)
    reply.header('cache-control', 'no-store')
    return signedIn
  }
}

async function whoIs(accounts: Accounts, access: Access, presented: PresentedCredentials): Promise<User | null> {
  try {
    const principal = await access.authenticate(presented)
    return toUser(await accounts.users.getUser(principal.userId), principal.role)
  } catch (err) {
    if (err instanceof AppError && err.code === 'AUTHENTICATION_FAILED') return null
    throw err
  }
}
