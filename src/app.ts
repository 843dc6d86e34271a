import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import multipart from '@fastify/multipart'
import rateLimit from '@fastify/rate-limit'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import type { Analyzer } from './analysis/analyzer.ts'
import { cameraRoutes } from './cameras/camera-routes.ts'
import type { Config } from './config.ts'
import { AppError } from './errors.ts'
import { exportRoutes } from './exports/export-routes.ts'
import { authentication } from './http/authentication.ts'
import { docs } from './http/docs.ts'
import { errorHandler, sendRouterProblem } from './http/error-handler.ts'
import { healthRoutes } from './http/health-routes.ts'
import { loggerOptions } from './http/logging.ts'
import { metricsRoutes } from './http/metrics.ts'
import { originGuard } from './http/origin-guard.ts'
import { Upgrades } from './http/upgrades.ts'
import { modelRoutes } from './models/model-routes.ts'
import { notificationRoutes } from './notifications/notification-routes.ts'
import { openParts } from './parts/open-parts.ts'
import { MAX_PAYLOAD_BYTES } from './realtime/socket-limits.ts'
import { socketListRoutes } from './realtime/socket-list-routes.ts'
import { socketRoutes } from './realtime/socket-routes.ts'
import { mediaRoutes } from './records/media-routes.ts'
import { recordRoutes } from './records/record-routes.ts'
import { retentionRoutes } from './retention/retention-routes.ts'
import { reviewRoutes } from './reviews/review-routes.ts'
import { statisticsRoutes } from './statistics/statistics-routes.ts'
import { storageRoutes } from './statistics/storage-routes.ts'
import { taskRoutes } from './tasks/task-routes.ts'
import { tusRoutes } from './uploads/tus-routes.ts'
import { uploadRoutes } from './uploads/upload-routes.ts'
import { sessionRoutes } from './users/session-routes.ts'
import { tokenRoutes } from './users/token-routes.ts'
import { userRoutes } from './users/user-routes.ts'
import { version } from './version.ts'
import { webRoutes } from './web/web-routes.ts'

/** Form fields beside the files of an upload; they are options, so they are few and short. */
const FORM_LIMITS = { fields: 20, fieldSize: 4096, fieldNameSize: 100, headerPairs: 100 }

/** How long answers that are on their way may take after the last task has ended. */
const LAST_ANSWERS_MS = 1000

const SILENCE_MS = 30_000

/** Takes the analyzer's place in tests that need no model. */
export interface Replacements {
  analyzer?: Analyzer
}

/** The composition root: makes every part, gives each only what it needs, and closes them in the reverse order. */
export async function buildApp(config: Config, replacements: Replacements = {}) {
  const app = Fastify({
    logger: loggerOptions(config.logLevel),
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    bodyLimit: 1024 * 1024,
    // An unknown field is an error that names it, not something to drop in silence.
    ajv: { customOptions: { removeAdditional: false } },
    // A peer that has fallen silent is let go, later than the longest answer takes.
    connectionTimeout: config.detector.timeoutMs + SILENCE_MS,
    genReqId: () => crypto.randomUUID(),
    return503OnClosing: true,
    frameworkErrors: sendRouterProblem,
    forceCloseConnections: 'idle',
  }).withTypeProvider<TypeBoxTypeProvider>()

  const parts = await openParts(config, app.log, replacements)
  const { access, accounts, sockets, tasks, uploads, resumable, records, reviews, exports, outcomes, metrics } = parts
  const { statistics, storage, retention, notifications, models, cameras } = parts

  const upgrades = new Upgrades(app.server)
  await app.register(errorHandler, { exposeStack: config.exposeStack })
  // Before everything that may refuse a request: an upgrade that is answered before this plugin knows of it stays open.
  await app.register(websocket, {
    options: { maxPayload: MAX_PAYLOAD_BYTES, perMessageDeflate: false, clientTracking: true },
    // What a client's frames get wrong is answered by ws with the right close code, and logged by realtime/.
    errorHandler: () => {},
    // Sockets are said goodbye to by `parts.stop`.
    preClose: (done) => done(),
  })
  // The plugin would upgrade any route, and log its URL with the token in it.
  app.addHook('onRequest', async (request) => {
    if (request.ws && !request.routeOptions.config.socket) {
      throw new AppError('NOT_FOUND', { path: request.url.split('?', 1)[0] })
    }
  })
  await app.register(helmet, { contentSecurityPolicy: { directives: contentPolicy } })
  await app.register(cookie)
  await app.register(originGuard, {
    allowedOrigins: config.allowedOrigins,
    loopbackHostOnly: config.access.kind === 'open' && config.access.loopbackOnly,
  })
  await app.register(rateLimit, { global: false })
  // For the whole server and before anyone is asked who they are, so that refusals and unknown addresses count too.
  if (config.limits.requestsPerMinute > 0) {
    app.addHook(
      'onRequest',
      app.rateLimit({
        max: config.limits.requestsPerMinute,
        timeWindow: 60_000,
        allowList: (request) => request.url.startsWith('/health/') || request.url === '/metrics',
        errorResponseBuilder: (_request, { ttl }) =>
          new AppError('RATE_LIMITED', { retry_after: Math.ceil(ttl / 1000) }),
      }) as never,
    )
  }
  await app.register(multipart, {
    limits: { ...FORM_LIMITS, fileSize: Number.MAX_SAFE_INTEGER, files: config.uploads.maxFiles + 1 },
    throwFileSizeLimit: false,
  })
  await app.register(docs, { version })
  await app.register(healthRoutes, { checks: parts.healthChecks })
  await app.register(metricsRoutes, { metrics })
  await app.register(webRoutes)
  // Everything in here asks who it is for, unless its route says `public`.
  await app.register(async (api) => {
    const { maxFiles } = config.uploads
    const maxWaitMs = config.detector.timeoutMs + 5000
    await api.register(authentication, { access })
    await api.register(sessionRoutes, { accounts, access, loginsPerMinute: config.limits.loginsPerMinute })
    await api.register(userRoutes, { users: accounts.users })
    await api.register(tokenRoutes, { tokens: accounts.tokens, access })
    await api.register(uploadRoutes, { uploads })
    await api.register(tusRoutes, { resumable })
    await api.register(taskRoutes, { tasks, uploads, records, outcomes, maxFiles, maxWaitMs })
    await api.register(recordRoutes, { records })
    await api.register(reviewRoutes, { reviews })
    await api.register(exportRoutes, { exports })
    await api.register(statisticsRoutes, { statistics })
    await api.register(storageRoutes, { storage })
    await api.register(retentionRoutes, { retention })
    await api.register(notificationRoutes, { notifications })
    await api.register(modelRoutes, { models })
    await api.register(cameraRoutes, { cameras })
    await api.register(mediaRoutes, { records, dir: config.mediaDir })
    await api.register(socketListRoutes, { sockets, users: accounts.users })
    await api.register(socketRoutes, { sockets, access })
  })

  app.addHook('onReady', () => parts.start())
  app.addHook('preClose', async () => {
    upgrades.stop()
    await parts.stop()
    upgrades.end()
    // What is still being sent, or has never been asked, must not hold up the end.
    setTimeout(() => app.server.closeAllConnections(), LAST_ANSWERS_MS).unref()
  })
  app.addHook('onClose', () => parts.close())
  return Object.assign(app, { parts })
}

const contentPolicy = {
  defaultSrc: ["'self'"],
  imgSrc: ["'self'", 'data:', 'blob:'],
  connectSrc: ["'self'", 'ws:', 'wss:'],
  scriptSrc: ["'self'"],
  // antd and the charts set styles of their own; scripts are what must not come from anywhere else.
  styleSrc: ["'self'", "'unsafe-inline'"],
  objectSrc: ["'none'"],
  frameAncestors: ["'none'"],
  upgradeInsecureRequests: null,
}

export type App = Awaited<ReturnType<typeof buildApp>>
