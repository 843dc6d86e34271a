import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Upload } from '../contract/index.ts'
import { receiveForm } from './multipart-files.ts'
import { toUpload, type UploadService } from './upload-service.ts'

export const uploadRoutes: FastifyPluginAsyncTypebox<{ uploads: UploadService }> = async (app, { uploads }) => {
  app.post(
    '/api/uploads',
    {
      schema: {
        tags: ['uploads'],
        summary: 'Upload one picture or video, for start_detection',
        description: 'multipart/form-data with one file',
        consumes: ['multipart/form-data'],
        response: { 201: Upload },
      },
    },
    async (request, reply) => {
      const form = await receiveForm(request, uploads, 1)
      const [upload] = form.uploads.map(toUpload)
      return reply.code(201).send(upload as Upload)
    },
  )

  app.get(
    '/api/uploads/:upload_id',
    {
      schema: {
        tags: ['uploads'],
        summary: 'An upload of one’s own, once it is complete',
        params: Type.Object({ upload_id: Type.String() }),
        response: { 200: Upload },
      },
    },
    async ({ params, principal }) => toUpload(await uploads.get(params.upload_id, principal.userId)),
  )
}
