import '@fastify/cookie'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { SignedIn } from '../contract/index.ts'
import { AppError } from '../errors.ts'
import type { Access, PresentedCredentials } from '../users/access.ts'
import type { Principal } from '../users/principal.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking. Not there on routes with `config: { public: true }` and where no route was found. */
    principal: Principal
  }
  interface FastifyContextConfig {
    /** Nobody is asked who they are. */
    public?: boolean
    /** `?token=` is looked at: only for what a browser opens without headers, as URLs end up in logs and histories. */
    tokenInQuery?: boolean
    /** Takes WebSockets. */
    socket?: boolean
    /** `?user_id=` selects whose things are listed, and does not say who is asking. */
    userIdIsFilter?: boolean
  }
}

const ACCESS_COOKIE = 'hz_access'
const REFRESH_COOKIE = 'hz_refresh'
const cookiePaths = { [ACCESS_COOKIE]: '/', [REFRESH_COOKIE]: '/api/auth' }

const MAX_USER_ID = 2 ** 31 - 1

/** Sets `request.principal` on every route of its scope that is not public, or answers AUTHENTICATION_FAILED. */
const plugin: FastifyPluginAsync<{ access: Access }> = async (app, { access }) => {
  app.decorateRequest('principal')
  app.addHook('onRequest', async (request) => {
    if (request.is404 || request.routeOptions.config.public) return
    request.principal = await access.authenticate(credentialsOf(request))
  })
}

export const authentication = fp(plugin, { name: 'authentication', fastify: '5.x' })

/**
 * What a request says about who sends it. What the client put there itself comes before the cookie, which the browser
 * adds unasked.
 * @throws INVALID_OPTION for a `user_id` that is no id
 */
export function credentialsOf(request: FastifyRequest): PresentedCredentials {
  const { tokenInQuery, userIdIsFilter } = request.routeOptions.config
  const query = request.query as Record<string, unknown>
  const inQuery = tokenInQuery ? textOf(query.token) : null
  const userId = (userIdIsFilter ? null : textOf(query.user_id)) ?? textOf(request.headers['x-user-id'])
  return {
    token: bearerOf(request.headers.authorization) ?? inQuery ?? textOf(request.cookies?.[ACCESS_COOKIE]),
    userId: userId === null ? null : userIdOf(userId),
  }
}

/** A page's pictures (`<img src="/media/…">`) carry no header; these cookies speak for them, and no script reads them. */
export function setSessionCookies(reply: FastifyReply, signedIn: SignedIn, refreshTtlS: number): void {
  setCookie(reply, ACCESS_COOKIE, signedIn.access_token, signedIn.expires_in)
  setCookie(reply, REFRESH_COOKIE, signedIn.refresh_token, refreshTtlS)
}

export function clearSessionCookies(reply: FastifyReply): void {
  for (const [name, path] of Object.entries(cookiePaths)) reply.clearCookie(name, { path })
}

export function refreshCookieOf(request: FastifyRequest): string | null {
  return textOf(request.cookies[REFRESH_COOKIE])
}

function setCookie(reply: FastifyReply, name: keyof typeof cookiePaths, value: string, maxAge: number): void {
  const secure = reply.request.protocol === 'https'
  reply.setCookie(name, value, { path: cookiePaths[name], httpOnly: true, sameSite: 'strict', secure, maxAge })
}

function bearerOf(header: string | undefined): string | null {
  return /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? null
}

/** A parameter given twice is an array; its first value counts. */
function textOf(value: unknown): string | null {
  const first: unknown = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' && first !== '' ? first : null
}

function userIdOf(text: string): number {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : 0
  if (id >= 1 && id <= MAX_USER_ID) return id
  const field = {
    field: 'user_id',
    expected: `must be an integer from 1 to ${MAX_USER_ID}`,
    expected_zh: `应为 1 到 ${MAX_USER_ID} 的整数`,
  }
  throw new AppError('INVALID_OPTION', {}, { fields: [field] })
}
