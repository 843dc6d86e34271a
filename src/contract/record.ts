import { type Static, Type } from 'typebox'
import { Detection, DetectionMode, DetectionType, SignCategory, SignClass } from './detection.ts'
import { Bytes, Nullable, NullableUserId, Page, PageQuery, Seconds, TaskId, Timestamp } from './primitives.ts'
import { ReviewMark, ReviewState, SignVerdict } from './review.ts'

export const RecordId = Type.Integer({ minimum: 1, maximum: 2147483647 })

const summary = {
  record_id: RecordId,
  task_id: TaskId,
  user_id: NullableUserId,
  detection_type: DetectionType,
  file_name: Type.String(),
  file_size: Bytes,
  sha256: Type.String(),
  media_type: Type.String(),
  width: Type.Integer(),
  height: Type.Integer(),
  mode: DetectionMode,
  confidence_threshold: Type.Number(),
  model_name: Type.String(),
  model_version: Type.String(),
  processing_time: Seconds,
  total_detections: Type.Integer(),
  source_image_url: Nullable(Type.String()),
  result_image_url: Nullable(Type.String()),
  thumbnail_url: Nullable(Type.String()),
  created_at: Timestamp,
  duration: Nullable(Seconds, 'Of a video'),
  failed_frames: Nullable(
    Type.Integer({ minimum: 0 }),
    'Pictures of a video that could not be read: more than a few, and the result is one of a part of it',
  ),
  result_video_url: Nullable(Type.String(), 'A video with its boxes drawn'),
}

/** A sign as it is known now: what a person said of it counts more than what the model found. */
export const RecordedSign = Type.Object({
  ...Detection.properties,
  verdict: Nullable(SignVerdict, 'What a person said of it; null: nobody has looked'),
})
export type RecordedSign = Static<typeof RecordedSign>

/** A stored result. */
export const Record = Type.Object({ ...summary, review: ReviewMark, detections: Type.Array(RecordedSign) })
export type Record = Static<typeof Record>

export const RecordPage = Page(Record)
export type RecordPage = Static<typeof RecordPage>

/** Filters that the list and the counts share. A record matches a sign filter if one of its signs does. */
export const recordFilters = {
  class: Type.Optional(Type.String({ maxLength: 400, description: 'Class codes, separated by commas' })),
  category: Type.Optional(SignCategory),
  min_confidence: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  max_confidence: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  from: Type.Optional(Type.String({ format: 'date-time', description: 'Created at this time or later' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Created before this time' })),
  user_id: Type.Optional(Type.Integer({ minimum: 0, maximum: 2147483647, description: '0: the local user' })),
  detection_type: Type.Optional(DetectionType),
  file_name: Type.Optional(
    Type.String({ maxLength: 255, description: 'A part of the file name; A to Z in either case' }),
  ),
  review: Type.Optional(ReviewState),
}
export const RecordParams = Type.Object({ record_id: RecordId })

export const RecordOrder = Type.Enum(['newest', 'oldest', 'most_signs', 'least_confident'], { default: 'newest' })
export type RecordOrder = Static<typeof RecordOrder>

export const RecordQuery = Type.Object(
  {
    ...PageQuery,
    ...recordFilters,
    order: Type.Optional(RecordOrder),
    offset: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 2147483647,
        description: 'Records to pass over: a jump to the middle of a long list. Not together with cursor',
      }),
    ),
    newest_id: Type.Optional(
      Type.Integer({
        ...{ minimum: 0, maximum: 2147483647 },
        description: 'Records made after this one are left out, so that offsets stay what they were',
      }),
    ),
  },
  { additionalProperties: false },
)
export type RecordQuery = Static<typeof RecordQuery>

export const CountsQuery = Type.Object(recordFilters, { additionalProperties: false })
export type CountsQuery = Static<typeof CountsQuery>

export const RecordCounts = Type.Object({
  records: Type.Integer(),
  signs: Type.Integer({ description: 'Signs in the matching records; with a filter on signs, those that pass it' }),
  by_class: Type.Array(Type.Object({ ...SignClass.properties, signs: Type.Integer() })),
  by_day: Type.Array(Type.Object({ day: Type.String(), records: Type.Integer(), signs: Type.Integer() })),
})
export type RecordCounts = Static<typeof RecordCounts>

/** Several records in one request. */
export const RecordRemoval = Type.Object(
  { record_ids: Type.Array(RecordId, { minItems: 1, maxItems: 500, uniqueItems: true }) },
  { additionalProperties: false },
)
export type RecordRemoval = Static<typeof RecordRemoval>

export const RecordRemovalResult = Type.Object({
  removed: Type.Array(RecordId),
  refused: Type.Array(Type.Object({ record_id: RecordId, code: Type.String() }), {
    description: 'RECORD_NOT_FOUND or PERMISSION_DENIED; the others are gone all the same',
  }),
})
export type RecordRemovalResult = Static<typeof RecordRemovalResult>

/** `data` of `records_removed`. */
export const RecordsRemoved = Type.Object({ record_ids: Type.Array(RecordId) })
export type RecordsRemoved = Static<typeof RecordsRemoved>
