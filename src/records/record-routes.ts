import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import {
  CountsQuery,
  Language,
  Record,
  RecordCounts,
  RecordPage,
  RecordParams,
  RecordQuery,
  RecordRemoval,
  RecordRemovalResult,
  RecordTracks,
} from '../contract/index.ts'
import type { RecordService } from './record-service.ts'
import { trackFileOf } from './track-files.ts'

const tags = ['detections']
const config = { userIdIsFilter: true }
const TrackFileParams = Type.Object({ ...RecordParams.properties, format: Type.Enum(['json', 'csv', 'vtt']) })

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

  app.get(
    '/api/detections/:record_id/tracks',
    {
      schema: {
        tags,
        summary: 'Where and when each sign of a video was seen',
        params: RecordParams,
        response: { 200: RecordTracks },
      },
    },
    async ({ principal, params }) => records.tracks(principal, params.record_id),
  )

  app.get(
    '/api/detections/:record_id/tracks.:format',
    {
      schema: {
        tags,
        summary: 'The same as a file: json, csv (one row a sign), or WebVTT chapters for players',
        params: TrackFileParams,
        querystring: Type.Object({ lang: Type.Optional(Language) }),
        response: { 200: Type.Unsafe<unknown>({ type: 'string' }) },
      },
    },
    async ({ principal, params: { record_id, format }, query }, reply) => {
      const { mediaType, text } = trackFileOf(await records.tracks(principal, record_id), format, query.lang ?? 'zh-CN')
      return reply
        .type(mediaType)
        .header('content-disposition', `attachment; filename="signs-${record_id}.${format}"`)
        .send(text)
    },
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
