import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import {
  ModelActivationPage,
  ModelActivationQuery,
  ModelChoice,
  ModelDetails,
  ModelInfo,
  ModelList,
  ModelParams,
  ModelSummary,
} from '../contract/index.ts'
import { languageOf } from '../http/language.ts'
import { requireRole } from '../users/principal.ts'
import type { ModelService } from './model-service.ts'

const tags = ['models']

/** Everyone may know which model answers them; the others are for administrators. */
export const modelRoutes: FastifyPluginAsyncTypebox<{ models: ModelService }> = async (app, { models }) => {
  app.get(
    '/api/model',
    { schema: { tags, summary: 'The model in use and the signs it knows', response: { 200: ModelInfo } } },
    async () => models.info,
  )
  await app.register(administration, { models })
}

const administration: FastifyPluginAsyncTypebox<{ models: ModelService }> = async (app, { models }) => {
  app.addHook('onRequest', async ({ principal }) => requireRole(principal, 'administrator'))

  app.get(
    '/api/models',
    { schema: { tags, summary: 'The models that are there (administrators)', response: { 200: ModelList } } },
    async (request) => models.list(languageOf(request)),
  )

  app.get(
    '/api/models/history',
    {
      schema: {
        tags,
        summary: 'Who chose which model, newest first (administrators)',
        querystring: ModelActivationQuery,
        response: { 200: ModelActivationPage },
      },
    },
    async ({ query }) => models.history(query),
  )

  app.get(
    '/api/models/:model_id',
    {
      schema: {
        tags,
        summary: 'One model and the signs it knows (administrators)',
        params: ModelParams,
        response: { 200: ModelDetails },
      },
    },
    async (request) => models.get(request.params.model_id, languageOf(request)),
  )

  app.put(
    '/api/models/active',
    {
      schema: {
        tags,
        summary: 'Switch to a model without a restart; pictures at work end on the one before (administrators)',
        body: ModelChoice,
        response: { 200: ModelSummary },
      },
    },
    async (request) => models.activate(request.principal, request.body.model_id, languageOf(request)),
  )

  app.post(
    '/api/models/rollback',
    {
      schema: {
        tags,
        summary: 'Switch to the model that was active before (administrators)',
        response: { 200: ModelSummary },
      },
    },
    async (request) => models.rollback(request.principal, languageOf(request)),
  )
}
