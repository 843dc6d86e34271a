import type { Decoder } from './decoder.ts'
import { end2end } from './end2end.ts'
import { hzAnchorFree } from './hz-anchor-free.ts'
import { yolov5 } from './yolov5.ts'
import { yolov8 } from './yolov8.ts'
import { yolox } from './yolox.ts'

/** By the name that `detector.decoder` gives. */
export const decoders = { 'hz-anchor-free': hzAnchorFree, yolov5, yolov8, end2end, yolox } satisfies Record<
  string,
  Decoder
>

export type DecoderName = keyof typeof decoders

export const decoderNames = Object.keys(decoders) as DecoderName[]
