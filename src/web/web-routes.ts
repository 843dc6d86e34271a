import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'
import { packageRoot } from '../package-root.ts'

/** Paths of programs: whoever gets one of these wrong is answered as a program. */
const NO_PAGE = /^\/(api|media|ws|health|metrics|docs|assets)(\/|\?|$)/

const root = join(packageRoot, 'dist', 'web')

/** The web application that `npm run build:web` has built. It holds no data, so it needs no sign-in. */
export const webRoutes: FastifyPluginAsync = async (app) => {
  if (!existsSync(join(root, 'index.html'))) {
    throw new Error('The web application is not built: run npm run build')
  }
  app.addHook('onRoute', (route) => {
    route.schema = { ...route.schema, hide: true }
  })
  await app.register(fastifyStatic, {
    root,
    prefix: '/',
    wildcard: false,
    index: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => reply.header('cache-control', cacheControlOf(path)),
  })
  app.get('/', (_request, reply) => reply.sendFile('index.html'))
  // The application's router knows which pages there are, and says so where there is none.
  app.get('/*', (request, reply) => {
    const isForPeople = request.headers.accept?.includes('text/html') && !NO_PAGE.test(request.url)
    return isForPeople ? reply.sendFile('index.html') : reply.callNotFound()
  })
}

/** Names in assets/ hold a hash of what is in them; everything else is asked for anew. */
function cacheControlOf(path: string): string {
  return path.includes(join(root, 'assets')) ? 'public, max-age=31536000, immutable' : 'no-cache'
}
