import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import {
  RecordParams,
  Review,
  ReviewChange,
  ReviewQueue,
  ReviewQueueQuery,
  ReviewRevisionPage,
  ReviewRevisionQuery,
} from '../contract/index.ts'
import type { ReviewService } from './review-service.ts'

const tags = ['reviews']

/** What people say of a record's signs. */
export const reviewRoutes: FastifyPluginAsyncTypebox<{ reviews: ReviewService }> = async (app, { reviews }) => {
  app.get(
    '/api/detections/:record_id/review',
    { schema: { tags, summary: 'The review of a record', params: RecordParams, response: { 200: Review } } },
    async ({ principal, params }) => reviews.get(principal, params.record_id),
  )

  app.put(
    '/api/detections/:record_id/review',
    {
      schema: {
        tags,
        summary: 'Save the review of a record, whole',
        params: RecordParams,
        body: ReviewChange,
        response: { 200: Review },
      },
    },
    async ({ principal, params, body }) => reviews.save(principal, params.record_id, body),
  )

  app.get(
    '/api/detections/:record_id/review/history',
    {
      schema: {
        tags,
        summary: 'Every save of a review, newest first',
        params: RecordParams,
        querystring: ReviewRevisionQuery,
        response: { 200: ReviewRevisionPage },
      },
    },
    async ({ principal, params, query }) => reviews.history(principal, params.record_id, query),
  )

  app.get(
    '/api/reviews/queue',
    {
      config: { userIdIsFilter: true },
      schema: {
        tags,
        summary: 'Records that nobody has finished, the most worthwhile first',
        querystring: ReviewQueueQuery,
        response: { 200: ReviewQueue },
      },
    },
    async ({ principal, query }) => reviews.queue(principal, query),
  )
}
