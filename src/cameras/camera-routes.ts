import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Camera, CameraChange, CameraCropParams, CameraList, CameraParams, NewCamera } from '../contract/index.ts'
import { requireRole } from '../users/principal.ts'
import type { CameraService } from './camera-service.ts'

const tags = ['cameras']

/** Network cameras: only administrators say which addresses the server connects to. */
export const cameraRoutes: FastifyPluginAsyncTypebox<{ cameras: CameraService }> = async (app, { cameras }) => {
  app.get(
    '/api/cameras',
    {
      schema: {
        tags,
        summary: 'The network cameras that the asker may see, and how they do',
        response: { 200: CameraList },
      },
    },
    async ({ principal }) => cameras.list(principal),
  )
  app.get(
    '/api/cameras/:camera_id/crops/:task_id/:track_id',
    {
      config: { tokenInQuery: true },
      schema: {
        tags,
        summary: 'A sign that a camera has seen, as it was seen best so far',
        params: CameraCropParams,
        response: { 200: Type.Unsafe<unknown>({ type: 'string', format: 'binary' }) },
      },
    },
    async ({ principal, params }, reply) => {
      const { camera_id: cameraId, task_id: taskId, track_id: trackId } = params
      const crop = await cameras.crop(principal, { cameraId, taskId, trackId })
      // While the period goes on there may come a better one.
      return reply.header('cache-control', 'private, max-age=10').type('image/webp').send(crop)
    },
  )
  await app.register(administration, { cameras })
}

const administration: FastifyPluginAsyncTypebox<{ cameras: CameraService }> = async (app, { cameras }) => {
  app.addHook('onRequest', async ({ principal }) => requireRole(principal, 'administrator'))

  app.post(
    '/api/cameras',
    {
      schema: { tags, summary: 'Register a camera (administrators)', body: NewCamera, response: { 201: Camera } },
    },
    async ({ principal, body }, reply) => reply.code(201).send(await cameras.create(principal, body)),
  )

  app.patch(
    '/api/cameras/:camera_id',
    {
      schema: {
        tags,
        summary: 'Change, enable or disable a camera (administrators)',
        params: CameraParams,
        body: CameraChange,
        response: { 200: Camera },
      },
    },
    async ({ principal, params, body }) => cameras.change(principal, params.camera_id, body),
  )

  app.post(
    '/api/cameras/:camera_id/restart',
    {
      schema: {
        tags,
        summary: 'Connect to a camera anew, at once (administrators)',
        params: CameraParams,
        response: { 200: Camera },
      },
    },
    async ({ principal, params }) => cameras.restart(principal, params.camera_id),
  )

  app.delete(
    '/api/cameras/:camera_id',
    {
      schema: {
        tags,
        summary: 'Forget a camera; its records stay (administrators)',
        params: CameraParams,
        response: { 204: Type.Null() },
      },
    },
    async ({ principal, params }, reply) => {
      await cameras.remove(principal, params.camera_id)
      return reply.code(204).send(null)
    },
  )
}
