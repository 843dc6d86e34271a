import { type Static, Type } from 'typebox'
import { Nullable, NullableUserId, Page, PageQuery, Person, Timestamp, UserId } from './primitives.ts'
import { Role } from './user.ts'

export const NotificationLevel = Type.Enum(['info', 'warning', 'error', 'success'])
export const NotificationCategory = Type.Enum(['maintenance', 'update', 'security', 'general'])

/** Who is to hear it. */
export const Audience = Type.Union([
  Type.Object({ kind: Type.Literal('all') }, { additionalProperties: false }),
  Type.Object({ kind: Type.Literal('role'), role: Role }, { additionalProperties: false }),
  Type.Object({ kind: Type.Literal('user'), user_id: UserId }, { additionalProperties: false }),
])
export type Audience = Static<typeof Audience>

/** `data` of a `system_notification` message. */
export const NotificationMessage = Type.Object({
  notification_id: Type.String(),
  title: Type.String(),
  message: Type.String(),
  level: NotificationLevel,
  category: NotificationCategory,
  action_required: Type.Boolean(),
  action_url: Nullable(Type.String()),
  expires_at: Nullable(Timestamp),
})
export type NotificationMessage = Static<typeof NotificationMessage>

/** Only links that a click may safely follow. Browsers read a backslash as a slash, and skip tabs and line ends. */
const ActionUrl = Type.String({
  maxLength: 2000,
  pattern: '^(https?://[^\\s\\\\]+|/(?!/)[^\\s\\\\]*)$',
  description: 'http(s)://… or /path',
})

export const NewNotification = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }),
    message: Type.String({ minLength: 1, maxLength: 5000, pattern: '\\S' }),
    level: Type.Optional(NotificationLevel),
    category: Type.Optional(NotificationCategory),
    action_required: Type.Optional(Type.Boolean()),
    action_url: Type.Optional(Nullable(ActionUrl)),
    expires_at: Type.Optional(Nullable(Timestamp)),
    starts_at: Type.Optional(Timestamp),
    audience: Type.Optional(Audience),
  },
  { additionalProperties: false },
)
export type NewNotification = Static<typeof NewNotification>

export const NotificationParams = Type.Object({ notification_id: Type.String({ maxLength: 100 }) })

/** A notification as its readers see it over REST, and as its authors do (`seen`). */
export const Notification = Type.Object({
  ...NotificationMessage.properties,
  audience: Audience,
  starts_at: Timestamp,
  created_at: Timestamp,
  created_by: NullableUserId,
  state: Type.Enum(['scheduled', 'active', 'expired', 'withdrawn']),
  read_at: Nullable(Timestamp),
  acknowledged_at: Nullable(Timestamp),
  seen: Type.Optional(Type.Object({ read: Type.Integer(), acknowledged: Type.Integer() })),
})
export type Notification = Static<typeof Notification>
export const NotificationPage = Page(Notification)
export type NotificationPage = Static<typeof NotificationPage>

export const NotificationQuery = Type.Object(
  {
    ...PageQuery,
    all: Type.Optional(
      Type.Boolean({ description: 'Administrators: also scheduled, expired, withdrawn and others’ own' }),
    ),
    unread: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)
export type NotificationQuery = Static<typeof NotificationQuery>

/** What one person did with a notification. */
export const NotificationReceipt = Type.Object({
  user: Person,
  read_at: Nullable(Timestamp),
  acknowledged_at: Nullable(Timestamp),
})
export type NotificationReceipt = Static<typeof NotificationReceipt>

export const NotificationReceiptPage = Type.Object({
  ...Page(NotificationReceipt).properties,
  audience_size: Type.Integer({
    minimum: 0,
    description: 'People whom it is addressed to and who may come in, with those who have read it already',
  }),
})
export type NotificationReceiptPage = Static<typeof NotificationReceiptPage>
export const NotificationReceiptQuery = Type.Object(PageQuery, { additionalProperties: false })
export type NotificationReceiptQuery = Static<typeof NotificationReceiptQuery>
