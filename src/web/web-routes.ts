import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'
import { packageRoot } from '../package-root.ts'

/** The pages that people see. They hold no data, so they need no sign-in. */
export const webRoutes: FastifyPluginAsync = async (app) => {
  app.addHook('onRoute', (route) => {
    route.schema = { ...route.schema, hide: true }
  })
  await app.register(fastifyStatic, {
    root: join(packageRoot, 'src', 'web', 'public'),
    prefix: '/',
    wildcard: false,
    cacheControl: true,
    maxAge: 0,
    etag: true,
  })
}
