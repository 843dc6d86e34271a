import { type Static, Type } from 'typebox'
import { SignClass, TrackMark } from './detection.ts'
import { Seconds } from './primitives.ts'
import { RecordId } from './record.ts'

/** `[time, x1, y1, x2, y2, confidence]`: seconds of the video, pixels of its upright picture, 0 to 1. */
export const TrackBox = Type.Tuple([
  Type.Number(),
  Type.Number(),
  Type.Number(),
  Type.Number(),
  Type.Number(),
  Type.Number(),
])
export type TrackBox = Static<typeof TrackBox>

/** One physical sign of a video, with every box in which it was seen, in the order of time. */
export const SignTrack = Type.Object({
  ...TrackMark.properties,
  ...SignClass.properties,
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
  boxes: Type.Array(TrackBox),
})
export type SignTrack = Static<typeof SignTrack>

/** `GET /api/detections/:record_id/tracks` */
export const RecordTracks = Type.Object({
  record_id: RecordId,
  width: Type.Integer(),
  height: Type.Integer(),
  duration: Seconds,
  tracks: Type.Array(SignTrack),
})
export type RecordTracks = Static<typeof RecordTracks>
