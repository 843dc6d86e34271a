import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from 'typebox'

/** What the server needs in order to serve; each answers whether it has it. */
export interface HealthChecks {
  database(): Promise<boolean>
  detector(): boolean
  queue(): boolean
  /** What is not as it was meant to be, though the server serves. */
  warnings(): Warning[]
}

const Warning = Type.Literal('model_fallback', { description: 'The chosen model could not be started' })
export type Warning = Static<typeof Warning>

const Ready = Type.Object({
  status: Type.Enum(['ready', 'not_ready']),
  checks: Type.Object({ database: Type.Boolean(), detector: Type.Boolean(), queue: Type.Boolean() }),
  warnings: Type.Optional(Type.Array(Warning, { description: 'Absent where all is well' })),
})

export const healthRoutes: FastifyPluginAsyncTypebox<{ checks: HealthChecks }> = async (app, { checks }) => {
  const config = { public: true, rateLimit: false as const }

  app.get(
    '/health/live',
    {
      config,
      schema: {
        tags: ['health'],
        summary: 'The process runs',
        response: { 200: Type.Object({ status: Type.Literal('live') }) },
      },
    },
    async () => ({ status: 'live' as const }),
  )

  app.get(
    '/health/ready',
    {
      config,
      schema: {
        tags: ['health'],
        summary: 'Database, model and queue can serve',
        response: { 200: Ready, 503: Ready },
      },
    },
    async (_request, reply) => {
      const results = {
        database: await checks.database().catch(() => false),
        detector: checks.detector(),
        queue: checks.queue(),
      }
      const isReady = Object.values(results).every(Boolean)
      const warnings = checks.warnings()
      return reply.code(isReady ? 200 : 503).send({
        status: isReady ? 'ready' : 'not_ready',
        checks: results,
        ...(warnings.length > 0 && { warnings }),
      })
    },
  )
}
