import type { Person, RecordedSign, Record as RecordView, ReviewMark } from '../contract/index.ts'
import type { Prisma } from '../db/index.ts'
import { wireUserId } from '../users/principal.ts'
import { markOfTrack, type TrackMarkRow } from './track-view.ts'

/** What a view needs of the database. Highest confidence first, as the contract promises. */
export const withSigns = {
  signs: { orderBy: [{ confidence: 'desc' }, { id: 'asc' }] },
  reviewer: { select: { id: true, username: true } },
} satisfies Prisma.RecordInclude

export type RecordRow = Prisma.RecordGetPayload<{ include: typeof withSigns }>

/** Where clients find a stored file. */
export function mediaUrl(key: string): string
export function mediaUrl(key: string | null): string | null
export function mediaUrl(key: string | null): string | null {
  return key === null ? null : `/media/${key}`
}

/** @param marks of its tracks, where it is of a video and they are asked for. */
export function viewOf(row: RecordRow, marks: TrackMarkRow[] = []): RecordView {
  const byTrack = new Map(marks.map((mark) => [mark.trackId, mark]))
  return {
    record_id: row.id,
    task_id: row.taskId,
    user_id: wireUserId(row.userId),
    detection_type: row.detectionType,
    file_name: row.fileName,
    file_size: Number(row.fileSize),
    sha256: row.sha256,
    media_type: row.mediaType,
    width: row.width,
    height: row.height,
    mode: row.mode as RecordView['mode'],
    confidence_threshold: row.confidenceThreshold,
    model_name: row.modelName,
    model_version: row.modelVersion,
    processing_time: row.processingTime,
    total_detections: row.totalDetections,
    source_image_url: mediaUrl(row.sourceKey),
    result_image_url: mediaUrl(row.resultKey),
    thumbnail_url: mediaUrl(row.thumbnailKey),
    created_at: row.createdAt.toISOString(),
    duration: row.duration,
    failed_frames: row.failedFrames,
    result_video_url: mediaUrl(row.videoKey),
    review: markOf(row),
    detections: row.signs.map((sign) => signOf(sign, byTrack.get(sign.trackId ?? 0))),
  }
}

export function markOf(row: Omit<RecordRow, 'signs'>): ReviewMark {
  const { reviewState: state, reviewVersion: version, reviewer, reviewedAt } = row
  return { state, version, by: personOf(reviewer), at: reviewedAt?.toISOString() ?? null }
}

export function personOf(user: { id: number; username: string } | null): Person | null {
  return user === null ? null : { user_id: wireUserId(user.id), username: user.username }
}

function signOf(sign: RecordRow['signs'][number], mark: TrackMarkRow | undefined): RecordedSign {
  return {
    class_code: sign.classCode,
    class_name: sign.className,
    class_name_en: sign.classNameEn,
    category: sign.category,
    confidence: sign.confidence,
    bbox: [sign.x1, sign.y1, sign.x2, sign.y2],
    verdict: sign.verdict,
    ...(mark !== undefined && { track: markOfTrack(mark) }),
  }
}
