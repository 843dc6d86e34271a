import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { RecordService } from './record-service.ts'

export interface MediaOptions {
  records: RecordService
  /** The root of the disk store; must be absolute. */
  dir: string
}

const headers = {
  // Keys are never used again, so what was read once stays true.
  'cache-control': 'private, max-age=31536000, immutable',
  'content-disposition': 'inline',
  'x-content-type-options': 'nosniff',
}

/**
 * Stored pictures, under the access rules of their records. Decorates replies of its scope with `sendFile`, which no
 * scope around it may have done.
 */
export const mediaRoutes: FastifyPluginAsyncTypebox<MediaOptions> = async (app, { records, dir }) => {
  await app.register(fastifyStatic, {
    root: dir,
    serve: false,
    cacheControl: false,
    // Only on files: an answer that there is none must not be kept.
    setHeaders: (reply) => reply.headers(headers),
  })

  app.get(
    '/media/*',
    {
      config: { tokenInQuery: true },
      schema: {
        tags: ['media'],
        summary: 'A stored picture; Range and ETag are understood',
        params: Type.Object({ '*': Type.String() }),
        response: { 200: Type.Unsafe<unknown>({ type: 'string', format: 'binary' }) },
      },
    },
    async ({ principal, params }, reply) => {
      await records.requireMediaAccess(principal, params['*'])
      return reply.sendFile(params['*'])
    },
  )
}
