import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { StorageState } from '../contract/index.ts'
import type { StorageService } from './storage-service.ts'

/** How much is stored, for administrators. */
export const storageRoutes: FastifyPluginAsyncTypebox<{ storage: StorageService }> = async (app, { storage }) => {
  app.get(
    '/api/storage',
    {
      schema: {
        tags: ['statistics'],
        summary: 'Bytes of the database and of originals, and free space (administrators)',
        response: { 200: StorageState },
      },
    },
    async ({ principal }) => storage.state(principal),
  )
}
