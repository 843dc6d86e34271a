import { type Static, type TSchema, Type } from 'typebox'

export const Language = Type.Enum(['zh-CN', 'en'])
export type Language = Static<typeof Language>

/** RFC 3339, UTC, milliseconds: `2026-01-02T03:04:05.678Z`. */
export const Timestamp = Type.String({ format: 'date-time', description: 'RFC 3339, UTC, milliseconds' })

export const TaskId = Type.String({ pattern: '^task_[A-Za-z0-9_-]{1,64}$' })
export const UserId = Type.Integer({ minimum: 1, maximum: 2147483647 })
/** `null` is nobody in particular: the local user of AUTH=open, or everyone. */
export const NullableUserId = Type.Union([UserId, Type.Null()])
export const Bytes = Type.Integer({ minimum: 0, description: 'bytes' })
export const Seconds = Type.Number({ minimum: 0, description: 'seconds' })
export const Percent = Type.Integer({ minimum: 0, maximum: 100 })

export const Nullable = <T extends TSchema>(schema: T, description?: string) =>
  Type.Union([schema, Type.Null()], description === undefined ? {} : { description })

/** One page of a keyset-paginated list. `next_cursor` is null on the last page. */
export const Page = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), next_cursor: Nullable(Type.String()) })

export const PageQuery = {
  cursor: Type.Optional(Type.String({ maxLength: 200, description: 'next_cursor of the page before' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
}

/** A person, as whoever may see what they did sees them. */
export const Person = Type.Object({ user_id: NullableUserId, username: Type.String() })
export type Person = Static<typeof Person>
