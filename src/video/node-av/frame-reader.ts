import type { Decoder, FilterAPI } from 'node-av/api'
import type { Frame, Packet } from 'node-av/lib'
import { AppError } from '../../errors.ts'
import { FrameTimes } from '../frame-times.ts'
import type { ReadingCounts, VideoFrame, VideoLimits, VideoReader } from '../video-engine.ts'
import { AvPicture } from './av-picture.ts'
import { CODEC_THREADS, loadAv } from './load-av.ts'
import type { AvVideo } from './open-video.ts'
import { RgbConverter } from './rgb-converter.ts'

const TRANSPOSE = ['', 'transpose=clock,', 'hflip,vflip,', 'transpose=cclock,']

/** Decodes in this process. */
export class FrameReader implements VideoReader {
  readonly #video: AvVideo
  readonly #fileName: string
  readonly #limits: VideoLimits
  readonly #times: FrameTimes
  #filter: { key: string; api: FilterAPI } | null = null

  constructor(video: AvVideo, fileName: string, limits: VideoLimits) {
    this.#video = video
    this.#fileName = fileName
    this.#limits = limits
    this.#times = new FrameTimes(video.header, fileName, limits)
  }

  get counts(): ReadingCounts {
    return this.#times.counts
  }

  async *frames(fromS = 0, onPassedOver = () => {}): AsyncGenerator<VideoFrame> {
    const { demuxer, header, stream } = this.#video
    const decoder = await this.#openDecoder()
    const converter = await RgbConverter.open(header.width, header.height)
    try {
      if (fromS > 0) await this.#seek(fromS)
      for await (const packet of demuxer.packets(stream.index)) {
        for await (const frame of this.#decode(decoder, packet)) {
          const timeS = this.#timeOf(frame)
          if (timeS < fromS - 1e-6) {
            frame.free()
            this.#times.passOver(timeS)
            onPassedOver()
            continue
          }
          const upright = await this.#upright(frame)
          if (upright === null) this.#times.fail()
          else {
            this.#times.note(timeS)
            yield { frame: new AvPicture(upright, converter), timeS }
          }
        }
      }
    } finally {
      decoder.close()
      converter[Symbol.dispose]()
      this.#filter?.api.close()
    }
    this.#times.end(fromS)
  }

  /** Backwards, to a picture that can be decoded alone. A transport stream does not say where those are: it is read again. */
  async #seek(toS: number): Promise<void> {
    const { demuxer, header, startS } = this.#video
    if (header.demuxer === 'mpegts') return
    await demuxer.seek(toS + startS, -1, (await loadAv()).constants.AVSEEK_FLAG_BACKWARD)
  }

  async #openDecoder(): Promise<Decoder> {
    const { Decoder } = await loadAv()
    const { stream, header } = this.#video
    // FFmpeg itself refuses larger pictures, also those that come later than the header.
    const options = { max_pixels: String(this.#limits.maxPixels) }
    return Decoder.create(stream, { threadCount: CODEC_THREADS, exitOnError: true, options: options as never }).catch(
      (cause) => {
        throw new AppError('VIDEO_CODEC_UNSUPPORTED', { file_name: this.#fileName, codec: header.codec }, { cause })
      },
    )
  }

  /** A packet that cannot be decoded costs its pictures and no others; null, the end, gives those that were held back. */
  async *#decode(decoder: Decoder, packet: Packet | null): AsyncGenerator<Frame> {
    const { EOF } = (await loadAv()).constants
    try {
      await decoder.decode(packet)
    } catch {
      this.#times.fail()
    } finally {
      packet?.free()
    }
    for (;;) {
      let frame: Awaited<ReturnType<Decoder['receive']>>
      try {
        frame = await decoder.receive()
      } catch {
        this.#times.fail()
        continue
      }
      if (frame === null || frame === EOF) return
      yield frame as Frame
    }
  }

  #timeOf(frame: Frame): number {
    try {
      return this.#times.timeOf(this.#stampOf(frame))
    } catch (err) {
      frame.free()
      throw err
    }
  }

  #stampOf(frame: Frame): number {
    const { num, den } = frame.timeBase
    return (Number(frame.bestEffortTimestamp) * num) / den - this.#video.startS
  }

  /** Turned, scaled to the header's size, and with the values that drawing expects: only where something of that is needed. null: it cannot be. */
  async #upright(frame: Frame): Promise<Frame | null> {
    const { AV_PIX_FMT_YUV420P, AVCOL_RANGE_JPEG } = (await loadAv()).constants
    const { width, height, quarterTurns } = this.#video.header
    const isOfSize = frame.width === width && frame.height === height
    const isAsDrawn = frame.format === AV_PIX_FMT_YUV420P && frame.colorRange !== AVCOL_RANGE_JPEG
    if (isOfSize && isAsDrawn && quarterTurns === 0) return frame
    const filter = await this.#filterFor(frame)
    try {
      return (await filter.processAll(frame))[0] ?? null
    } finally {
      frame.free()
    }
  }

  async #filterFor(frame: Frame): Promise<FilterAPI> {
    const key = `${frame.width}x${frame.height} ${frame.format} ${frame.colorRange}`
    if (this.#filter?.key === key) return this.#filter.api
    this.#filter?.api.close()
    const { FilterAPI } = await loadAv()
    const { width, height, quarterTurns } = this.#video.header
    const api = FilterAPI.create(`${TRANSPOSE[quarterTurns]}scale=${width}:${height}:out_range=tv,format=yuv420p`)
    this.#filter = { key, api }
    return api
  }
}
