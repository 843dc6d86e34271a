import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Analyzer } from '../analysis/analyzer.ts'
import { ModelInfo } from '../contract/index.ts'

export const modelRoutes: FastifyPluginAsyncTypebox<{ analyzer: Analyzer }> = async (app, { analyzer }) => {
  app.get(
    '/api/model',
    { schema: { tags: ['model'], summary: 'The model in use and the signs it knows', response: { 200: ModelInfo } } },
    async () => analyzer.model,
  )
}
