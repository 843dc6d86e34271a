import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Statistics, StatisticsQuery } from '../contract/index.ts'
import type { StatisticsService } from './statistics-service.ts'

/** Figures for charts. */
export const statisticsRoutes: FastifyPluginAsyncTypebox<{ statistics: StatisticsService }> = async (
  app,
  { statistics },
) => {
  app.get(
    '/api/statistics',
    {
      config: { userIdIsFilter: true },
      schema: {
        tags: ['statistics'],
        summary: 'Figures of records, signs, reviews, processing times and tasks',
        querystring: StatisticsQuery,
        response: { 200: Statistics },
      },
    },
    async ({ principal, query }) => statistics.figures(principal, query),
  )
}
