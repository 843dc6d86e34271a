import { rename } from 'node:fs/promises'
import type { Detection } from '../../contract/index.ts'
import { drawOnVideo } from '../../drawing/draw-detections.ts'
import { AppError } from '../../errors.ts'
import { drawnShapeOf, isTooSoon, TICKS_PER_SECOND, X264 } from '../drawn-shape.ts'
import type { SegmentWriter, VideoPicture } from '../video-engine.ts'
import { FfmpegRun } from './ffmpeg-run.ts'
import { type FfmpegTools, keepTimes } from './find-tools.ts'
import { PIPED_INPUT, QUIET } from './input-args.ts'
import { NutWriter } from './nut-writer.ts'
import { PipePicture } from './pipe-picture.ts'

interface Source {
  width: number
  height: number
  frameRate: number
}

/** Draws, and has ffmpeg encode what comes through its pipe. */
export class PipeSegmentWriter implements SegmentWriter {
  readonly #path: string
  readonly #run: FfmpegRun
  readonly #nut: NutWriter
  #writing: Promise<void> = Promise.resolve()
  #lastS = Number.NEGATIVE_INFINITY

  /** @param path where the piece lies once it is whole. */
  constructor(tools: FfmpegTools, path: string, source: Source) {
    this.#path = path
    this.#run = new FfmpegRun(tools.ffmpeg, encodeArgs(tools, `${path}.part`, source), tools)
    const { width, height } = source
    const stream = { width, height, fourcc: 'I420', extradata: Buffer.alloc(0), ticksPerSecond: TICKS_PER_SECOND }
    this.#nut = new NutWriter(this.#run.stdin, stream)
  }

  async write(picture: VideoPicture, timeS: number, detections: Detection[]): Promise<void> {
    if (!(picture instanceof PipePicture)) throw new TypeError('A picture of another engine')
    if (isTooSoon(timeS, this.#lastS)) return picture.free()
    this.#lastS = timeS
    await drawOnVideo(picture, detections)
    // One picture may be on its way while the next one is drawn, and no more: a slow encoder holds up whoever reads.
    await this.#writing
    this.#writing = this.#send(picture, timeS)
    this.#writing.catch(() => {}) // Whoever waits next hears of it.
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#nut.end()
    await this.#succeed()
    await rename(`${this.#path}.part`, this.#path)
  }

  async #send(picture: PipePicture, timeS: number): Promise<void> {
    const ticks = Math.round(timeS * TICKS_PER_SECOND)
    try {
      await this.#nut.write({ ticks, isKey: true, data: picture.data })
    } catch (err) {
      await this.#succeed()
      throw err
    } finally {
      picture.free()
    }
  }

  /** @throws AppError VIDEO_UNAVAILABLE where this ffmpeg was built without the encoder */
  async #succeed(): Promise<void> {
    try {
      await this.#run.succeed()
    } catch (cause) {
      if (/Unknown encoder/.test(this.#run.complaints)) throw new AppError('VIDEO_UNAVAILABLE', {}, { cause })
      throw cause
    }
  }
}

function encodeArgs(tools: FfmpegTools, path: string, source: Source): string[] {
  const { width, height, isAsIs, keyframeInterval } = drawnShapeOf(source)
  return [
    ...[...QUIET, ...PIPED_INPUT, '-map', '0:0'],
    ...(isAsIs ? [] : ['-vf', `scale=${width}:${height}`]),
    ...[...keepTimes(tools), '-enc_time_base', `1:${TICKS_PER_SECOND}`],
    // `stitchable`: with the same parameters, whatever the pictures are like.
    ...['-c:v', 'libx264', '-preset', X264.preset, '-crf', String(X264.crf)],
    ...['-x264-params', `${X264['x264-params']}:stitchable=1`, '-bf', '0', '-g', String(keyframeInterval)],
    ...['-pix_fmt', 'yuv420p', '-f', 'nut', '-y', `file:${path}`],
  ]
}
