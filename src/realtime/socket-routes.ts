import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { AppError } from '../errors.ts'
import { credentialsOf } from '../http/authentication.ts'
import { languageOf } from '../http/language.ts'
import type { Access } from '../users/access.ts'
import { type Principal, requireRole } from '../users/principal.ts'
import { refusalOf } from './gatekeeper.ts'
import type { Hello } from './greeting.ts'
import type { SocketServer } from './socket-server.ts'

interface Options {
  sockets: SocketServer
  access: Access
}

type Admission = { principal: Principal } | { refused: AppError }

/** `/ws/detection/`, with or without the last slash. */
export const socketRoutes: FastifyPluginAsync<Options> = async (app, { sockets, access }) => {
  const admissions = new WeakMap<FastifyRequest, Admission>()
  for (const url of ['/ws/detection', '/ws/detection/']) {
    app.route({
      method: 'GET',
      url,
      schema: { hide: true },
      // A refused client is told why over the socket, so it is let in as far as that.
      config: { public: true, tokenInQuery: true, socket: true },
      preValidation: async (request) => {
        admissions.set(request, await admit(request, access))
      },
      handler: async (_request, reply) => reply.code(426).header('upgrade', 'websocket').send(),
      wsHandler: (socket, request) => {
        const hello = helloOf(request)
        const admission = admissions.get(request)
        if (admission !== undefined && 'principal' in admission)
          return sockets.accept(socket, admission.principal, hello)
        const err = admission?.refused ?? new AppError('AUTHENTICATION_FAILED')
        socket.on('error', () => {})
        sockets.refuse(socket, refusalOf(err, hello.language))
      },
    })
  }
}

async function admit(request: FastifyRequest, access: Access): Promise<Admission> {
  try {
    const principal = await access.authenticate(credentialsOf(request))
    if (helloOf(request).scope === 'all') requireRole(principal, 'analyst')
    return { principal }
  } catch (err) {
    if (err instanceof AppError) return { refused: err }
    throw err
  }
}

function helloOf(request: FastifyRequest): Hello {
  const query = request.query as Record<string, unknown>
  return {
    language: languageOf(request),
    scope: query.scope === 'all' ? 'all' : 'own',
    resume: typeof query.resume === 'string' && query.resume !== '' ? query.resume : null,
  }
}
