import { type Static, Type } from 'typebox'
import { SignCategory, SignClass } from './detection.ts'
import { Nullable, Seconds } from './primitives.ts'
import { recordFilters } from './record.ts'

export const StatisticsQuery = Type.Object(recordFilters, { additionalProperties: false })
export type StatisticsQuery = Static<typeof StatisticsQuery>

const Count = Type.Integer({ minimum: 0 })

/** How long pictures took: medians and 95th percentiles of `processing_time`. */
const Latency = { records: Count, median_seconds: Nullable(Seconds), p95_seconds: Nullable(Seconds) }

/** Figures of the records that the filters let through; with a filter on signs, of those signs that pass it. */
export const Statistics = Type.Object({
  time_zone: Type.String({ description: 'IANA name of the time zone that the days are of (TIME_ZONE)' }),
  records: Count,
  signs: Count,
  by_class: Type.Array(Type.Object({ ...SignClass.properties, signs: Count })),
  by_category: Type.Array(Type.Object({ category: SignCategory, signs: Count })),
  by_day: Type.Array(
    Type.Object({
      day: Type.String({ description: 'YYYY-MM-DD in `time_zone`' }),
      ...{ records: Count, signs: Count, reviewed: Count, prohibitory: Count, mandatory: Count, warning: Count },
      other: Count,
    }),
  ),
  by_confidence: Type.Array(Type.Object({ from: Type.Number(), to: Type.Number(), signs: Count }), {
    description: 'Twenty bins of 0.05 from 0 to 1; what people added is not among them',
  }),
  review: Type.Object({
    ...{ unreviewed: Count, in_progress: Count, reviewed: Count },
    ...{ accepted: Count, corrected: Count, rejected: Count, added: Count },
    by_class: Type.Array(
      Type.Object({
        ...SignClass.properties,
        ...{ accepted: Count, corrected: Count, rejected: Count, added: Count },
      }),
      { description: 'By the class that the model said, or the person who added it' },
    ),
  }),
  processing: Type.Object({
    ...Latency,
    by_day: Type.Array(Type.Object({ day: Type.String(), ...Latency })),
  }),
  tasks: Type.Object(
    {
      ...{ queued: Count, processing: Count, success: Count, failed: Count, cancelled: Count },
      failures: Type.Array(Type.Object({ error_code: Type.String(), tasks: Count })),
    },
    { description: 'Of the time and user of the filters, as long as tasks are kept (TASK_RETENTION_DAYS)' },
  ),
})
export type Statistics = Static<typeof Statistics>
