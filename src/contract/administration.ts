import { type Static, Type } from 'typebox'
import { Bytes, Language, Nullable, Person, Timestamp } from './primitives.ts'
import { Role } from './user.ts'

/** One open socket. */
export const LiveSocket = Type.Object({
  connection_id: Type.String(),
  user: Person,
  role: Role,
  scope: Type.Enum(['own', 'all']),
  language: Language,
  connected_at: Timestamp,
  unread_bytes: Bytes,
})
export type LiveSocket = Static<typeof LiveSocket>
export const LiveSockets = Type.Object({ items: Type.Array(LiveSocket) })
export type LiveSockets = Static<typeof LiveSockets>

/** Not a union with null: of that, validation would take a 0 for null, which turns off what was meant to be strict. */
const DaysOrNever = (description: string) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], minimum: 1, maximum: 36500, description })

/** What is deleted by itself once it is old. */
export const RetentionPolicy = Type.Object({
  originals_days: DaysOrNever('Originals and drawn pictures go after so many days; records and thumbnails stay'),
  records_days: DaysOrNever('Records go after so many days, with all their pictures'),
})
export type RetentionPolicy = Static<typeof RetentionPolicy>

export const RetentionChange = Type.Object(RetentionPolicy.properties, { additionalProperties: false })
export type RetentionChange = Static<typeof RetentionChange>

const Removal = Type.Object({
  records: Type.Integer(),
  bytes: Type.Integer({ minimum: 0, description: 'Sizes of the files that go, as the disk has them' }),
  before: Nullable(Timestamp, 'What was made before; null where nothing goes'),
})

/** What a policy would delete now, or has deleted. Records with a review are kept by no exception: they count too. */
export const RetentionOutcome = Type.Object({
  policy: RetentionPolicy,
  originals: Removal,
  records: Removal,
  reviewed_records: Type.Integer({ description: 'Of the records that go, those that a person has reviewed' }),
})
export type RetentionOutcome = Static<typeof RetentionOutcome>

export const RetentionState = Type.Object({
  policy: RetentionPolicy,
  changed_by: Nullable(Person),
  changed_at: Nullable(Timestamp),
  last_run_at: Nullable(Timestamp),
})
export type RetentionState = Static<typeof RetentionState>

/** What is stored, and how much room there is. */
export const StorageState = Type.Object({
  database_bytes: Type.Integer({ minimum: 0, description: 'Bytes of its files, the write-ahead log among them' }),
  records: Type.Integer({ minimum: 0 }),
  originals: Type.Integer({ minimum: 0, description: 'Files that records show as their source' }),
  originals_bytes: Bytes,
  media_free_bytes: Type.Integer({ minimum: 0, description: 'Bytes that are free on the disk of the pictures' }),
  media_total_bytes: Bytes,
})
export type StorageState = Static<typeof StorageState>
