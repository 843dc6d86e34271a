import { rename } from 'node:fs/promises'
import type { Encoder, FilterAPI, Muxer } from 'node-av/api'
import type { Frame, Packet } from 'node-av/lib'
import type { Detection } from '../../contract/index.ts'
import { drawOnVideo } from '../../drawing/draw-detections.ts'
import { drawnShapeOf, isTooSoon, TICKS_PER_SECOND, X264 } from '../drawn-shape.ts'
import type { SegmentWriter, VideoPicture } from '../video-engine.ts'
import { AvPicture } from './av-picture.ts'
import { CODEC_THREADS, loadAv } from './load-av.ts'

export class AvSegmentWriter implements SegmentWriter {
  readonly #path: string
  readonly #encoder: Encoder
  readonly #muxer: Muxer
  readonly #streamIndex: number
  readonly #scale: number
  readonly #filter: FilterAPI | null
  #lastS = Number.NEGATIVE_INFINITY

  private constructor(path: string, encoder: Encoder, muxer: Muxer, scale: number, filter: FilterAPI | null) {
    this.#path = path
    this.#encoder = encoder
    this.#muxer = muxer
    this.#streamIndex = muxer.addStream(encoder)
    this.#scale = scale
    this.#filter = filter
  }

  static async open(
    path: string,
    source: { width: number; height: number; frameRate: number },
  ): Promise<AvSegmentWriter> {
    const { Encoder, FilterAPI, Muxer, constants } = await loadAv()
    const { width, height, scale, isAsIs, keyframeInterval } = drawnShapeOf(source)
    const encoder = await Encoder.create(constants.FF_ENCODER_LIBX264, {
      // Pieces are joined as they are: no picture may wait for a later one, and all need the same parameters.
      maxBFrames: 0,
      gopSize: keyframeInterval,
      threadCount: CODEC_THREADS,
      options: X264 as never,
    })
    const muxer = await Muxer.open(`${path}.part`, { format: 'nut' })
    const filter = isAsIs ? null : FilterAPI.create(`scale=${width}:${height}`)
    return new AvSegmentWriter(path, encoder, muxer, scale, filter)
  }

  async write(picture: VideoPicture, timeS: number, detections: Detection[]): Promise<void> {
    if (!(picture instanceof AvPicture)) throw new TypeError('A picture of another engine')
    if (isTooSoon(timeS, this.#lastS)) return picture.free()
    this.#lastS = timeS
    const drawn = await this.#prepared(picture.frame, timeS)
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
