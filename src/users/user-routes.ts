import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { NewUser, User, UserChange, UserPage, UserParams, UserQuery } from '../contract/index.ts'
import { requireRole } from './principal.ts'
import type { UserService } from './user-service.ts'
import { toUser } from './user-view.ts'

const tags = ['users']

/** Accounts, for administrators. */
export const userRoutes: FastifyPluginAsyncTypebox<{ users: UserService }> = async (app, { users }) => {
  app.addHook('onRequest', async ({ principal }) => requireRole(principal, 'administrator'))

  app.get(
    '/api/users',
    { schema: { tags, summary: 'List users', querystring: UserQuery, response: { 200: UserPage } } },
    async ({ query }) => {
      const { rows, nextCursor } = await users.listUsers(query)
      return { items: rows.map((row) => toUser(row)), next_cursor: nextCursor }
    },
  )

  app.post(
    '/api/users',
    { schema: { tags, summary: 'Create a user', body: NewUser, response: { 201: User } } },
    async ({ body }, reply) => reply.code(201).send(toUser(await users.createUser(body))),
  )

  app.get(
    '/api/users/:user_id',
    { schema: { tags, summary: 'One user', params: UserParams, response: { 200: User } } },
    async ({ params }) => toUser(await users.getUser(params.user_id)),
  )

  app.patch(
    '/api/users/:user_id',
    {
      schema: {
        tags,
        summary: 'Change role, name or password, disable or enable',
        params: UserParams,
        body: UserChange,
        response: { 200: User },
      },
    },
    async ({ params, body }) => toUser(await users.changeUser(params.user_id, body)),
  )

  app.post(
    '/api/users/:user_id/revoke',
    {
      schema: {
        tags,
        summary: "End all of a user's sessions, tokens and live connections",
        params: UserParams,
        response: { 204: Type.Null() },
      },
    },
    async ({ params }, reply) => {
      await users.revokeAll(params.user_id)
      return reply.code(204).send(null)
    },
  )
}
