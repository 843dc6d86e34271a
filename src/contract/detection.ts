import { type Static, Type } from 'typebox'
import { Nullable } from './primitives.ts'

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

export const Detection = Type.Object({
  ...SignClass.properties,
  confidence: Type.Number({ minimum: 0, maximum: 1, description: 'Rounded to 4 places' }),
  bbox: BoundingBox,
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
  },
  { additionalProperties: false },
)
export type DetectionOptions = Static<typeof DetectionOptions>

export function withDefaults(options: DetectionOptions): Required<DetectionOptions> {
  return { confidence_threshold: 0.5, save_result: true, mode: 'accurate', ...options }
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
