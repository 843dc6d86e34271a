import { rename } from 'node:fs/promises'
import type { Encoder, FilterAPI, Muxer } from 'node-av/api'
import type { Frame, Packet } from 'node-av/lib'
import type { Detection } from '../contract/index.ts'
import { drawOnVideo } from '../drawing/draw-detections.ts'
import { loadAv } from './av.ts'

/** Of what is written; exact for every frame rate that is in use. */
export const TICKS_PER_SECOND = 90_000
/** Browsers and phones play this everywhere, and more than a screen shows is only work. */
const MAX_SIDE = 1920
const MAX_FRAMES_PER_SECOND = 61
/** So that a player jumps to within this of any time. */
const SECONDS_BETWEEN_KEYFRAMES = 2

/** Draws and encodes pictures into one piece of a video, with the time stamps of the whole. */
export class SegmentWriter {
  readonly #path: string
  readonly #encoder: Encoder
  readonly #muxer: Muxer
  readonly #streamIndex: number
  readonly #scale: number
  readonly #filter: FilterAPI | null
  #lastS = Number.NEGATIVE_INFINITY
  #frames = 0

  private constructor(path: string, encoder: Encoder, muxer: Muxer, scale: number, filter: FilterAPI | null) {
    this.#path = path
    this.#encoder = encoder
    this.#muxer = muxer
    this.#streamIndex = muxer.addStream(encoder)
    this.#scale = scale
    this.#filter = filter
  }

  /** @param path where the piece lies once it is whole. */
  static async open(
    path: string,
    source: { width: number; height: number; frameRate: number },
  ): Promise<SegmentWriter> {
    const { Encoder, FilterAPI, Muxer, constants } = await loadAv()
    const scale = Math.min(1, MAX_SIDE / Math.max(source.width, source.height))
    const even = (side: number) => Math.max(2, Math.floor((side * scale) / 2) * 2)
    const [width, height] = [even(source.width), even(source.height)]
    const isAsIs = width === source.width && height === source.height
    const encoder = await Encoder.create(constants.FF_ENCODER_LIBX264, {
      // Pieces are joined as they are: no picture may wait for a later one, and all need the same parameters.
      maxBFrames: 0,
      gopSize: Math.round(Math.min(MAX_FRAMES_PER_SECOND, source.frameRate) * SECONDS_BETWEEN_KEYFRAMES),
      threadCount: 0,
      options: { preset: 'superfast', crf: 24, 'x264-params': 'scenecut=0' } as never,
    })
    const muxer = await Muxer.open(`${path}.part`, { format: 'nut' })
    const filter = isAsIs ? null : FilterAPI.create(`scale=${width}:${height}`)
    return new SegmentWriter(path, encoder, muxer, scale, filter)
  }

  get isEmpty(): boolean {
    return this.#frames === 0
  }

  /** Takes the picture over. Pictures that follow too soon upon another are left out. */
  async write(frame: Frame, timeS: number, detections: Detection[]): Promise<void> {
    if (timeS - this.#lastS < 1 / MAX_FRAMES_PER_SECOND) return frame.free()
    this.#lastS = timeS
    this.#frames++
    const drawn = await this.#prepared(frame, timeS)
    try {
      await drawOnVideo(
        yuvOf(drawn),
        detections.map((found) => this.#scaled(found)),
      )
      await this.#encoder.encode(drawn)
    } finally {
      drawn.free()
    }
    await this.#drain()
  }

  /** Makes the piece whole. */
  async close(): Promise<void> {
    await this.#encoder.flush()
    await this.#drain()
    await this.#muxer.close()
    this.#encoder.close()
    this.#filter?.close()
    await rename(`${this.#path}.part`, this.#path)
  }

  async #prepared(frame: Frame, timeS: number): Promise<Frame> {
    const scaled = this.#filter === null ? frame : (await this.#filter.processAll(frame))[0]
    if (scaled === undefined) throw new Error('The scaler gave no picture back')
    if (scaled !== frame) frame.free()
    // The decoder still reads its pictures to make the next ones.
    scaled.makeWritable()
    const { Rational } = await import('node-av/lib')
    scaled.timeBase = new Rational(1, TICKS_PER_SECOND)
    scaled.pts = BigInt(Math.round(timeS * TICKS_PER_SECOND))
    scaled.pictType = (await loadAv()).constants.AV_PICTURE_TYPE_NONE
    return scaled
  }

  #scaled(found: Detection): Detection {
    if (this.#scale === 1) return found
    const bbox = found.bbox.map((corner) => Math.round(corner * this.#scale)) as Detection['bbox']
    return { ...found, bbox }
  }

  async #drain(): Promise<void> {
    for (;;) {
      const packet = await this.#encoder.receive()
      if (packet === null || typeof packet !== 'object') return
      await this.#muxer.writePacket(packet as Packet, this.#streamIndex)
      ;(packet as Packet).free()
    }
  }
}

function yuvOf(frame: Frame) {
  const [y, u, v] = frame.data as [Buffer, Buffer, Buffer]
  const [yStride, uStride, vStride] = frame.linesize as [number, number, number]
  return {
    width: frame.width,
    height: frame.height,
    planes: [y, u, v] as [Buffer, Buffer, Buffer],
    strides: [yStride, uStride, vStride] as [number, number, number],
  }
}
