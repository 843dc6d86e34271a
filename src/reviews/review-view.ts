import type { Detection, Review, ReviewedSign, TrackMark } from '../contract/index.ts'
import type { Prisma } from '../db/index.ts'
import { markOf, personOf, withSigns } from '../records/record-view.ts'
import { markOfTrack, trackMark } from '../records/track-view.ts'

/** What a review needs of the database. */
export const withReview = {
  ...withSigns,
  tracks: { select: trackMark },
  reviewedSigns: { orderBy: { id: 'asc' }, include: { reviewer: { select: { id: true, username: true } } } },
} satisfies Prisma.RecordInclude

export type RecordUnderReview = Prisma.RecordGetPayload<{ include: typeof withReview }>
type SignRow = RecordUnderReview['signs'][number]
type ReviewedSignRow = RecordUnderReview['reviewedSigns'][number]

export function reviewOf(record: RecordUnderReview): Review {
  return { record_id: record.id, ...markOf(record), signs: signsOf(record) }
}

/** Before the first save the signs are all the model's, and their keys follow from their order. */
export function signsOf({ signs, reviewedSigns, tracks }: RecordUnderReview): ReviewedSign[] {
  if (reviewedSigns.length > 0) return reviewedSigns.map(signOf)
  const marks = new Map(tracks.map((track) => [track.trackId, markOfTrack(track)]))
  return signs.map((sign, i) => foundSign(sign, `m${i}`, marks.get(sign.trackId ?? 0)))
}

function foundSign(row: SignRow, sign_key: string, track: TrackMark | undefined): ReviewedSign {
  const kept = { ...classOf(row), bbox: boxOf(row) }
  return {
    sign_key,
    ...kept,
    verdict: null,
    model: { ...kept, confidence: row.confidence, ...(track && { track }) },
    by: null,
    at: null,
  }
}

function signOf(row: ReviewedSignRow): ReviewedSign {
  return {
    sign_key: row.signKey,
    ...classOf(row),
    bbox: boxOf(row),
    verdict: row.verdict,
    model: row.model as Detection | null,
    by: personOf(row.reviewer),
    at: row.reviewedAt?.toISOString() ?? null,
  }
}

function classOf({ classCode, className, classNameEn, category }: SignRow | ReviewedSignRow) {
  return { class_code: classCode, class_name: className, class_name_en: classNameEn, category }
}

function boxOf({ x1, y1, x2, y2 }: SignRow | ReviewedSignRow): ReviewedSign['bbox'] {
  return [x1, y1, x2, y2]
}
