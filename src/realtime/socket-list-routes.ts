import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type LiveSocket, LiveSockets } from '../contract/index.ts'
import { requireRole, wireUserId } from '../users/principal.ts'
import type { UserService } from '../users/user-service.ts'
import type { Member } from './hub.ts'
import type { SocketServer } from './socket-server.ts'

interface Options {
  sockets: Pick<SocketServer, 'members'>
  users: Pick<UserService, 'usernamesOf'>
}

/** Who is connected now, for administrators. */
export const socketListRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { sockets, users }) => {
  app.get(
    '/api/sockets',
    {
      schema: {
        tags: ['sockets'],
        summary: 'The open sockets, longest open first (administrators)',
        response: { 200: LiveSockets },
      },
      onRequest: async ({ principal }) => requireRole(principal, 'administrator'),
    },
    async () => {
      const members = [...sockets.members]
      const names = await users.usernamesOf(members.map(({ session }) => session.principal.userId))
      return { items: members.map((member) => toLiveSocket(member, names)) }
    },
  )
}

function toLiveSocket({ session, scope }: Member, names: ReadonlyMap<number, string>): LiveSocket {
  const { userId, role } = session.principal
  return {
    connection_id: session.id,
    user: { user_id: wireUserId(userId), username: names.get(userId) ?? '' },
    role,
    scope,
    language: session.language,
    connected_at: session.connectedAt.toISOString(),
    unread_bytes: session.unreadBytes,
  }
}
