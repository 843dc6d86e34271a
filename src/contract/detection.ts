import { type Static, Type } from 'typebox'
import { Nullable, Seconds } from './primitives.ts'

export const SignCategory = Type.Enum(['prohibitory', 'mandatory', 'warning', 'other'])
export type SignCategory = Static<typeof SignCategory>

/** `[x1, y1, x2, y2]` in pixels of the upright picture, inside it, top left first. */
export const BoundingBox = Type.Tuple([
  Type.Integer({ minimum: 0 }),
  Type.Integer({ minimum: 0 }),
  Type.Integer({ minimum: 0 }),
  Type.Integer({ minimum: 0 }),
])
export type BoundingBox = Static<typeof BoundingBox>

/** What a sign says: one label of a model. */
export const SignClass = Type.Object({
  class_code: Type.String({ description: 'TT100K code: p5, pl60, …' }),
  class_name: Type.String({ description: 'The Chinese name of GB 5768' }),
  class_name_en: Type.String(),
  category: SignCategory,
})
export type SignClass = Static<typeof SignClass>

/** When a sign of a video or of a camera was seen. Times are seconds of the video. */
export const TrackMark = Type.Object({
  track_id: Type.Integer({ minimum: 1, description: 'Unique within the video' }),
  first_time: Seconds,
  last_time: Seconds,
  best_time: Seconds,
  crop_url: Nullable(Type.String({ description: 'The sign as it was seen best' })),
})
export type TrackMark = Static<typeof TrackMark>

export const Detection = Type.Object({
  ...SignClass.properties,
  confidence: Type.Number({ minimum: 0, maximum: 1, description: 'Rounded to 4 places' }),
  bbox: BoundingBox,
  track: Type.Optional(
    Type.Object(TrackMark.properties, { description: 'Of a sign in a video or a camera: bbox is at its best_time' }),
  ),
})
export type Detection = Static<typeof Detection>

export const DetectionType = Type.Enum(['image', 'video', 'realtime'])
export type DetectionType = Static<typeof DetectionType>

export const DetectionMode = Type.Enum(['fast', 'balanced', 'accurate', 'max'], {
  default: 'accurate',
  description:
    'How large the network sees the picture: the larger, the smaller the signs it finds, and the longer it takes',
})
export type DetectionMode = Static<typeof DetectionMode>

/** What a client may ask of one detection. Unknown options are refused, so that a typing error is not silently ignored. */
export const DetectionOptions = Type.Object(
  {
    confidence_threshold: Type.Optional(Type.Number({ minimum: 0, maximum: 1, default: 0.5 })),
    save_result: Type.Optional(
      Type.Boolean({ default: true, description: 'Draw and keep the result picture and its thumbnail' }),
    ),
    mode: Type.Optional(DetectionMode),
    frame_rate: Type.Optional(
      Type.Number({
        minimum: 0.2,
        maximum: 30,
        description: 'Frames of a video to look at, a second. Left out: 5, and 10 where signs are in sight',
      }),
    ),
  },
  { additionalProperties: false },
)
export type DetectionOptions = Static<typeof DetectionOptions>

/** The options of one detection, all of them; `frame_rate` stays out where it is left to the server. */
export const FullDetectionOptions = Type.Object({
  confidence_threshold: Type.Number({ minimum: 0, maximum: 1 }),
  save_result: Type.Boolean(),
  mode: DetectionMode,
  frame_rate: Type.Optional(Type.Number()),
})
export type FullDetectionOptions = Static<typeof FullDetectionOptions>

/** A video is looked at many times a second, so it is looked at in a hurry unless asked otherwise. */
export function withDefaults(options: DetectionOptions, detectionType: DetectionType = 'image'): FullDetectionOptions {
  const mode = detectionType === 'image' ? 'accurate' : 'fast'
  return { confidence_threshold: 0.5, save_result: true, mode, ...options }
}

export const ModelIdentity = Type.Object({ name: Type.String(), version: Type.String() })
export type ModelIdentity = Static<typeof ModelIdentity>

export const ModelInfo = Type.Object({
  ...ModelIdentity.properties,
  title: Type.String(),
  labels: Type.Array(SignClass),
  licence: Nullable(Type.String()),
})
export type ModelInfo = Static<typeof ModelInfo>
