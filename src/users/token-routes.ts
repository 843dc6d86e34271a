import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { ApiTokenParams, ApiTokenQuery, ApiTokens, CreatedApiToken, NewApiToken } from '../contract/index.ts'
import { AppError } from '../errors.ts'
import type { Access } from './access.ts'
import { type TokenService, tokenOwner } from './token-service.ts'

const tags = ['tokens']

/** Personal API tokens, for scripts. */
export const tokenRoutes: FastifyPluginAsyncTypebox<{ tokens: TokenService; access: Access }> = async (
  app,
  options,
) => {
  const { tokens, access } = options
  app.get(
    '/api/tokens',
    {
      config: { userIdIsFilter: true },
      schema: { tags, summary: 'List personal API tokens', querystring: ApiTokenQuery, response: { 200: ApiTokens } },
    },
    async ({ principal, query }) => ({
      items: await tokens.listPersonalTokens(tokenOwner(principal, query)),
    }),
  )

  app.post(
    '/api/tokens',
    {
      schema: {
        tags,
        summary: 'Create a personal API token; only this answer shows it',
        body: NewApiToken,
        response: { 201: CreatedApiToken },
      },
    },
    async ({ principal, body }, reply) => {
      // Nobody has shown who they are: what they make must not open the door once that is asked.
      if (access.auth === 'open') throw new AppError('PERMISSION_DENIED', { needed: 'AUTH=required' })
      const created = await tokens.createPersonalToken(principal.userId, body)
      return reply.code(201).header('cache-control', 'no-store').send(created)
    },
  )

  app.delete(
    '/api/tokens/:token_id',
    {
      schema: {
        tags,
        summary: 'Revoke a personal API token and end its live connections',
        params: ApiTokenParams,
        response: { 204: Type.Null() },
      },
    },
    async ({ principal, params }, reply) => {
      await tokens.revokePersonalToken(principal, params.token_id)
      return reply.code(204).send(null)
    },
  )
}
