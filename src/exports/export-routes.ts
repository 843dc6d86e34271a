import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { ExportQuery } from '../contract/index.ts'
import type { ExportService } from './export-service.ts'

/** Stored results to take away. */
export const exportRoutes: FastifyPluginAsyncTypebox<{ exports: ExportService }> = async (app, { exports }) => {
  app.get(
    '/api/exports',
    {
      // Fastify would answer HEAD by making the whole file for nobody, and go on when the asker has left.
      exposeHeadRoute: false,
      config: { userIdIsFilter: true },
      schema: {
        tags: ['detections'],
        summary: 'Records as one file: CSV, JSON, COCO, YOLO or Label Studio, with their pictures if wanted',
        description:
          'Streamed, newest first. A download that breaks off is not whole: an error in its midst ends it so.',
        querystring: ExportQuery,
        response: { 200: Type.Unsafe<unknown>({ type: 'string', format: 'binary' }) },
      },
    },
    async ({ principal, query }, reply) => {
      const { fileName, mediaType, content } = await exports.open(principal, query)
      return reply
        .type(mediaType)
        .headers({ 'content-disposition': `attachment; filename="${fileName}"`, 'cache-control': 'no-store' })
        .send(content)
    },
  )
}
