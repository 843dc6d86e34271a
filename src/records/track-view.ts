import type { SignClass, SignTrack, TrackBox, TrackMark } from '../contract/index.ts'
import type { Prisma, SignTrackModel } from '../db/index.ts'
import { mediaUrl, type RecordRow } from './record-view.ts'

/** Of a track, without its many boxes. */
export const trackMark = {
  trackId: true,
  firstTime: true,
  lastTime: true,
  bestTime: true,
  cropKey: true,
} satisfies Prisma.SignTrackSelect

export type TrackMarkRow = Prisma.SignTrackGetPayload<{ select: typeof trackMark }>

export function markOfTrack({ trackId, firstTime, lastTime, bestTime, cropKey }: TrackMarkRow): TrackMark {
  return {
    track_id: trackId,
    first_time: firstTime,
    last_time: lastTime,
    best_time: bestTime,
    crop_url: mediaUrl(cropKey),
  }
}

/** The tracks of the signs that are held to be true: what a person rejected is not among them, what was put right is. */
export function tracksOf(rows: SignTrackModel[], signs: RecordRow['signs']): SignTrack[] {
  const byTrack = new Map(signs.map((sign) => [sign.trackId, sign]))
  return rows.flatMap((row) => {
    const sign = byTrack.get(row.trackId)
    if (sign === undefined) return []
    const signClass: SignClass = {
      class_code: sign.classCode,
      class_name: sign.className,
      class_name_en: sign.classNameEn,
      category: sign.category,
    }
    const boxes = row.boxes as TrackBox[]
    return { ...markOfTrack(row), ...signClass, confidence: row.confidence, boxes }
  })
}
