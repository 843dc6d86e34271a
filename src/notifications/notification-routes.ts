import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import {
  NewNotification,
  Notification,
  NotificationPage,
  NotificationParams,
  NotificationQuery,
  NotificationReceiptPage,
  NotificationReceiptQuery,
} from '../contract/index.ts'
import type { NotificationService } from './notification-service.ts'

const tags = ['notifications']
const nothing = { 204: Type.Null() }

/** Administrators speak; everyone reads what concerns them. */
export const notificationRoutes: FastifyPluginAsyncTypebox<{ notifications: NotificationService }> = async (
  app,
  { notifications },
) => {
  app.post(
    '/api/notifications',
    {
      schema: {
        tags,
        summary: 'Notify an audience, now or at starts_at (administrators)',
        body: NewNotification,
        response: { 201: Notification },
      },
    },
    async ({ principal, body }, reply) => reply.code(201).send(await notifications.create(principal, body)),
  )

  app.get(
    '/api/notifications',
    {
      schema: {
        tags,
        summary: 'List notifications, newest first',
        querystring: NotificationQuery,
        response: { 200: NotificationPage },
      },
    },
    async ({ principal, query }) => notifications.list(principal, query),
  )

  app.get(
    '/api/notifications/:notification_id',
    { schema: { tags, summary: 'One notification', params: NotificationParams, response: { 200: Notification } } },
    async ({ principal, params }) => notifications.get(principal, params.notification_id),
  )

  app.get(
    '/api/notifications/:notification_id/receipts',
    {
      schema: {
        tags,
        summary: 'Who has seen it (administrators)',
        params: NotificationParams,
        querystring: NotificationReceiptQuery,
        response: { 200: NotificationReceiptPage },
      },
    },
    async ({ principal, params, query }) => notifications.receipts(principal, params.notification_id, query),
  )

  app.delete(
    '/api/notifications/:notification_id',
    { schema: { tags, summary: 'Withdraw (administrators)', params: NotificationParams, response: nothing } },
    async ({ principal, params }, reply) => {
      await notifications.withdraw(principal, params.notification_id)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/api/notifications/:notification_id/read',
    { schema: { tags, summary: 'Mark as read', params: NotificationParams, response: nothing } },
    async ({ principal, params }, reply) => {
      await notifications.markRead(principal, params.notification_id)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/api/notifications/:notification_id/acknowledge',
    {
      schema: {
        tags,
        summary: 'Say that what was asked is done; implies read',
        params: NotificationParams,
        response: nothing,
      },
    },
    async ({ principal, params }, reply) => {
      await notifications.acknowledge(principal, params.notification_id)
      return reply.code(204).send(null)
    },
  )
}
