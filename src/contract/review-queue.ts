import { type Static, Type } from 'typebox'
import { SignClass } from './detection.ts'
import { Nullable } from './primitives.ts'
import { Record, recordFilters } from './record.ts'
import { ReviewOrder } from './review.ts'

const { review: _, ...filters } = recordFilters

/** Records that nobody has finished, the most worthwhile first. */
export const ReviewQueueQuery = Type.Object(
  {
    ...filters,
    order: Type.Optional(ReviewOrder),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
    offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 2147483647, default: 0 })),
  },
  { additionalProperties: false },
)
export type ReviewQueueQuery = Static<typeof ReviewQueueQuery>

export const ReviewQueueItem = Type.Object({
  record: Record,
  lowest_confidence: Nullable(Type.Number(), 'Of its signs; null where it has none'),
  rarest_class: Nullable(
    Type.Object({ ...SignClass.properties, signs: Type.Integer({ description: 'Signs of this class among all' }) }),
  ),
})
export type ReviewQueueItem = Static<typeof ReviewQueueItem>

export const ReviewQueue = Type.Object({
  items: Type.Array(ReviewQueueItem),
  waiting: Type.Integer({ description: 'Records that nobody has finished, of those that the filters let through' }),
})
export type ReviewQueue = Static<typeof ReviewQueue>
