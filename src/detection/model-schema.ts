import { type Static, type TNumber, type TSchema, Type } from 'typebox'
import { SignCategory } from '../contract/index.ts'
import { decoderNames } from './decoders/index.ts'

const strict = { additionalProperties: false }
const Name = Type.String({ minLength: 1, maxLength: 200 })
const Pixels = Type.Integer({ minimum: 1, maximum: 16384 })
/** 0 to 1. */
const share = (options: { default?: number; maximum?: number } = {}) =>
  Type.Number({ minimum: 0, maximum: 1, ...options })
const count = (standard: number) => Type.Integer({ minimum: 1, default: standard })
const triple = (item: TNumber) => Type.Tuple([item, item, item])
const positive = () => Type.Number({ exclusiveMinimum: 0 })
const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()], { default: null })

/** Plain names: a description names nothing outside its own directory. */
const FileName = Type.String({ pattern: '^[^/\\\\]*[^/\\\\.][^/\\\\]*$', maxLength: 200 })

/** One network in one or two precisions. */
const Files = Type.Object({ fp32: FileName, int8: Type.Optional(FileName) }, strict)

const ChannelOrder = Type.Enum(['RGB', 'BGR'])

const DetectorInput = Type.Object(
  {
    name: Name,
    layout: Type.Enum(['NHWC', 'NCHW']),
    dtype: Type.Enum(['uint8', 'float32']),
    channel_order: ChannelOrder,
    /** For float32: a value is `(pixel * scale - mean) / std`, pixels from 0 to 255, mean and std in the order of the channels. */
    scale: Type.Optional(positive()),
    mean: Type.Optional(triple(Type.Number())),
    std: Type.Optional(triple(positive())),
    /** The network takes any size whose sides are multiples of it … */
    size_multiple: Type.Optional(Pixels),
    /** … or one size only: height, width. */
    fixed_size: Type.Optional(Type.Tuple([Pixels, Pixels])),
    pad_value: Type.Integer({ minimum: 0, maximum: 255, default: 114 }),
    /** Where the picture leaves room: right and below it, or evenly around it. */
    pad: Type.Enum(['end', 'both'], { default: 'end' }),
  },
  strict,
)

const Detector = Type.Object(
  {
    files: Files,
    input: DetectorInput,
    decoder: Type.Enum(decoderNames),
    /** What the network calls the outputs that the decoder reads. */
    outputs: Type.Record(Type.String(), Name),
    /** Pixels per cell, finest first: for decoders that count cells. */
    strides: Type.Array(Pixels, { minItems: 1, default: [8, 16, 32] }),
    /** With a classifier: the category of each of the detector's classes. */
    categories: Type.Optional(Type.Array(SignCategory, { minItems: 1 })),
    /** Of the scaled picture, where the input's size is free. */
    long_side: Type.Optional(Type.Object({ fast: Pixels, balanced: Pixels, accurate: Pixels, max: Pixels }, strict)),
    max_upscale: Type.Number({ minimum: 0.1, maximum: 16, default: 2 }),
    /** A second look at a small input, for signs so near that they outgrow the first: only boxes of `min_side` there count. */
    close_up: nullable(Type.Object({ long_side: Pixels, min_side: Pixels }, strict)),
    /** What mode `max` adds; without them it is `accurate`. */
    tiles: nullable(Type.Object({ size: Pixels, overlap: share({ maximum: 0.9 }), max_long_side: Pixels }, strict)),
    /** Nothing below it is ever a candidate. */
    score_floor: share({ default: 0.01 }),
    iou_threshold: share({ default: 0.55 }),
    merge_iou_threshold: share({ default: 0.5 }),
    merge_ios_threshold: share({ default: 0.75 }),
    max_candidates: count(1000),
    max_detections: count(300),
  },
  strict,
)

const Logistic = Type.Object(
  { kind: Type.Literal('logistic'), detector: positive(), sign: Type.Number({ minimum: 0 }), bias: Type.Number() },
  strict,
)

const Classifier = Type.Object(
  {
    files: Files,
    input: Type.Object(
      {
        name: Name,
        layout: Type.Literal('NHWC'),
        dtype: Type.Literal('uint8'),
        channel_order: ChannelOrder,
        size: Pixels,
      },
      strict,
    ),
    output: Name,
    /** By how much of its size a box grows on each side before it is cut out. */
    margin: share(),
    max_batch: Type.Integer({ minimum: 1, maximum: 1024 }),
    /** The code of the label that means a false alarm. */
    not_a_sign: Name,
    rescoring: Type.Union([Type.Literal('sqrt-sign-probability'), Logistic]),
    /** Below it the sign gets its category's fallback label instead of a wrong name. */
    min_label_probability: share(),
    /** Below it a class keeps its own label instead of a wrong reading. */
    min_reading_probability: share({ default: 0.8 }),
    fallback: Type.Object({ prohibitory: Name, mandatory: Name, warning: Name, other: Name }, strict),
  },
  strict,
)

const Label = Type.Object(
  {
    code: Name,
    name: Name,
    name_en: Name,
    category: SignCategory,
    /** The code of the class that this label is a reading of, such as a height limit's number. */
    reading_of: Type.Optional(Name),
  },
  strict,
)

export const ModelFile = Type.Object(
  {
    format: Type.Literal('hzsystem-model/1'),
    name: Name,
    version: Name,
    title: Name,
    licence: nullable(Type.String()),
    detector: Detector,
    /** Without one the detector's own classes are the labels. */
    classifier: nullable(Classifier),
    /** In the order of the classifier's output, or of the detector's classes. */
    labels: Type.Array(Label, { minItems: 1 }),
  },
  strict,
)
export type ModelFile = Static<typeof ModelFile>
export type ModelLabel = Static<typeof Label>
export type ModelFiles = Static<typeof Files>
export type DetectorDescription = Static<typeof Detector>
export type ClassifierDescription = Static<typeof Classifier>
