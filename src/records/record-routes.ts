import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import {
  CountsQuery,
  Record,
  RecordCounts,
  RecordPage,
  RecordParams,
  RecordQuery,
  RecordRemoval,
  RecordRemovalResult,
} from '../contract/index.ts'
import type { RecordService } from './record-service.ts'

const tags = ['detections']
const config = { userIdIsFilter: true }

/** Stored results. */
export const recordRoutes: FastifyPluginAsyncTypebox<{ records: RecordService }> = async (app, { records }) => {
  app.get(
    '/api/detections',
    {
      config,
      schema: {
        tags,
        summary: 'List records; newest first unless another order is asked for',
        querystring: RecordQuery,
        response: { 200: RecordPage },
      },
    },
    async ({ principal, query }) => records.list(principal, query),
  )

  app.get(
    '/api/detections/counts',
    {
      config,
      schema: {
        tags,
        summary: 'Count records and signs by class and by day',
        querystring: CountsQuery,
        response: { 200: RecordCounts },
      },
    },
    async ({ principal, query }) => records.counts(principal, query),
  )

  app.get(
    '/api/detections/:record_id',
    { schema: { tags, summary: 'One record', params: RecordParams, response: { 200: Record } } },
    async ({ principal, params }) => records.get(principal, params.record_id),
  )

  app.post(
    '/api/detections/delete',
    {
      schema: {
        tags,
        summary: 'Delete several records and their files',
        body: RecordRemoval,
        response: { 200: RecordRemovalResult },
      },
    },
    async ({ principal, body }) => records.removeAll(principal, body.record_ids),
  )

  app.delete(
    '/api/detections/:record_id',
    {
      schema: {
        tags,
        summary: 'Delete a record and its files',
        params: RecordParams,
        response: { 204: Type.Null() },
      },
    },
    async ({ principal, params }, reply) => {
      await records.remove(principal, params.record_id)
      return reply.code(204).send(null)
    },
  )
}
