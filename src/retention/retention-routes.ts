import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { RetentionChange, RetentionOutcome, RetentionState } from '../contract/index.ts'
import { requireRole } from '../users/principal.ts'
import type { RetentionService } from './retention-service.ts'

const tags = ['retention']

/** What is deleted by itself once it is old, for administrators. */
export const retentionRoutes: FastifyPluginAsyncTypebox<{ retention: RetentionService }> = async (
  app,
  { retention },
) => {
  // Before the body is looked at.
  app.addHook('onRequest', async ({ principal }) => requireRole(principal, 'administrator'))

  app.get(
    '/api/retention',
    { schema: { tags, summary: 'The policy, and who set it (administrators)', response: { 200: RetentionState } } },
    async ({ principal }) => retention.state(principal),
  )

  app.put(
    '/api/retention',
    {
      schema: {
        tags,
        summary: 'Set another policy; null turns a part off (administrators)',
        body: RetentionChange,
        response: { 200: RetentionState },
      },
    },
    async ({ principal, body }) => retention.change(principal, body),
  )

  app.post(
    '/api/retention/preview',
    {
      schema: {
        tags,
        summary: 'What a policy would delete now; nothing changes (administrators)',
        body: RetentionChange,
        response: { 200: RetentionOutcome },
      },
    },
    async ({ principal, body }) => retention.preview(principal, body),
  )

  app.post(
    '/api/retention/run',
    {
      schema: {
        tags,
        summary: 'Apply the policy that is set now (administrators)',
        response: { 200: RetentionOutcome },
      },
    },
    async ({ principal }) => retention.run(principal),
  )
}
