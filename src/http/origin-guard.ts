import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { AppError } from '../errors.ts'

export interface OriginGuardOptions {
  /** Origins whose pages may change things, as browsers send them: `https://example.org`. */
  allowedOrigins: string[]
  /** With AUTH=open on loopback: anyone's page could reach us under a name of its own that resolves to 127.0.0.1. */
  loopbackHostOnly: boolean
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])
const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i

/** Refuses what another site's page makes a browser send: HOST_REFUSED, ORIGIN_REFUSED. Programs send no Origin. */
const plugin: FastifyPluginAsync<OriginGuardOptions> = async (app, { allowedOrigins, loopbackHostOnly }) => {
  const allowed = new Set(allowedOrigins.map(normalOrigin).filter((origin) => origin !== null))
  app.addHook('onRequest', async (request) => {
    const { host = '' } = request.headers
    if (loopbackHostOnly && !LOOPBACK_HOST.test(host)) throw new AppError('HOST_REFUSED', { host })
    const foreign = changesState(request) ? foreignOrigin(request, allowed) : null
    if (foreign !== null) throw new AppError('ORIGIN_REFUSED', { origin: foreign })
  })
}

export const originGuard = fp(plugin, { name: 'origin-guard', fastify: '5.x' })

/** A WebSocket is a GET that the same-origin rule does not hold back. */
function changesState({ method, headers }: FastifyRequest): boolean {
  return !SAFE_METHODS.has(method) || headers.upgrade?.toLowerCase() === 'websocket'
}

/** @returns where the request comes from if it is neither our own page nor an allowed one. */
function foreignOrigin(request: FastifyRequest, allowed: Set<string>): string | null {
  const { origin } = request.headers
  if (origin === undefined) return request.headers['sec-fetch-site'] === 'cross-site' ? 'cross-site' : null
  const normal = normalOrigin(origin)
  const own = normalOrigin(`${request.protocol}://${request.host}`)
  return normal !== null && (normal === own || allowed.has(normal)) ? null : origin
}

/** Lower case, without the default port. `null`, which sandboxed pages send, and what is no origin give null. */
function normalOrigin(text: string): string | null {
  if (!/^https?:\/\/[^/?#@\\]+$/i.test(text) || !URL.canParse(text)) return null
  return new URL(text).origin
}
