import type { Decoder, FilterAPI } from 'node-av/api'
import type { Frame, Packet } from 'node-av/lib'
import { AppError } from '../errors.ts'
import { loadAv } from './av.ts'
import type { OpenVideo, VideoLimits } from './open-video.ts'

/** One picture of a video: upright, 8 bits, yuv420p, as large as the header says. To be freed. */
export interface VideoFrame {
  frame: Frame
  /** Seconds since the video's beginning, from its time stamp. */
  timeS: number
}

/** How far a reader has got. */
export interface ReadingCounts {
  /** Pictures that were decoded. */
  frames: number
  /** Packets that could not be decoded. */
  failed: number
  /** Whether the file ended well before its header's duration: by more than half a second and 2 %. */
  isCutShort: boolean
  lastTimeS: number
}

/** No camera takes a thousand pictures a second: stamps that are so near say the same time. */
const SAME_S = 0.001

const TRANSPOSE = ['', 'transpose=clock,', 'hflip,vflip,', 'transpose=cclock,']

/** Decodes the pictures of a video in the order in which they are shown. */
export class FrameReader {
  readonly counts: ReadingCounts = { frames: 0, failed: 0, isCutShort: false, lastTimeS: 0 }
  readonly #video: OpenVideo
  readonly #fileName: string
  readonly #limits: VideoLimits
  #filter: { key: string; api: FilterAPI } | null = null

  constructor(video: OpenVideo, fileName: string, limits: VideoLimits) {
    this.#video = video
    this.#fileName = fileName
    this.#limits = limits
  }

  /**
   * @param fromS pictures before it are passed over.
   * @throws AppError VIDEO_CODEC_UNSUPPORTED, VIDEO_TOO_LARGE, VIDEO_TOO_LONG; VIDEO_UNREADABLE and VIDEO_WITHOUT_PICTURES where
   * not one picture can be decoded. What is damaged later is counted and passed over.
   */
  async *frames(fromS = 0): AsyncGenerator<VideoFrame> {
    const { demuxer, stream, header } = this.#video
    const decoder = await this.#openDecoder()
    try {
      if (fromS > 0) await this.#seek(fromS)
      for await (const packet of demuxer.packets(stream.index)) {
        for await (const frame of this.#decode(decoder, packet)) {
          const shown = await this.#prepare(frame)
          if (shown.timeS < fromS - 1e-6) shown.frame.free()
          else yield this.#noted(shown)
        }
      }
    } finally {
      decoder.close()
      this.#filter?.api.close()
    }
    const { counts } = this
    const endS = counts.lastTimeS + frameS(header.frameRate)
    counts.isCutShort = header.durationS !== null && endS < header.durationS - Math.max(0.5, header.durationS * 0.02)
    if (counts.frames > 0 || fromS > 0) return
    throw new AppError(counts.failed > 0 ? 'VIDEO_UNREADABLE' : 'VIDEO_WITHOUT_PICTURES', { file_name: this.#fileName })
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
    return Decoder.create(stream, { threadCount: 0, exitOnError: true, options: options as never }).catch((cause) => {
      throw new AppError('VIDEO_CODEC_UNSUPPORTED', { file_name: this.#fileName, codec: header.codec }, { cause })
    })
  }

  /** A packet that cannot be decoded costs its pictures and no others; null, the end, gives those that were held back. */
  async *#decode(decoder: Decoder, packet: Packet | null): AsyncGenerator<Frame> {
    const { EOF } = (await loadAv()).constants
    try {
      await decoder.decode(packet)
    } catch {
      this.counts.failed++
    } finally {
      packet?.free()
    }
    for (;;) {
      let frame: Awaited<ReturnType<Decoder['receive']>>
      try {
        frame = await decoder.receive()
      } catch {
        this.counts.failed++
        continue
      }
      if (frame === null || frame === EOF) return
      yield frame as Frame
    }
  }

  async #prepare(frame: Frame): Promise<VideoFrame> {
    const timeS = this.#timeOf(frame)
    if (timeS > this.#limits.maxSeconds) {
      frame.free()
      throw new AppError('VIDEO_TOO_LONG', { file_name: this.#fileName, max_seconds: this.#limits.maxSeconds })
    }
    return { frame: await this.#upright(frame), timeS }
  }

  #timeOf(frame: Frame): number {
    const { num, den } = frame.timeBase
    const stamp = frame.bestEffortTimestamp
    const timeS = (Number(stamp) * num) / den - this.#video.startS
    // Without a stamp, and where one goes back: a picture after the one before.
    const next = this.counts.lastTimeS + frameS(this.#video.header.frameRate)
    return Number.isFinite(timeS) &&
      timeS > -1e6 &&
      (this.counts.frames === 0 || timeS > this.counts.lastTimeS + SAME_S)
      ? Math.max(0, timeS)
      : next
  }

  /** Turned, scaled to the header's size, and converted: only where something of that is needed. */
  async #upright(frame: Frame): Promise<Frame> {
    const { AV_PIX_FMT_YUV420P } = (await loadAv()).constants
    const { width, height, quarterTurns } = this.#video.header
    const isAsIs = frame.format === AV_PIX_FMT_YUV420P && frame.width === width && frame.height === height
    if (isAsIs && quarterTurns === 0) return frame
    const filter = await this.#filterFor(frame)
    try {
      const [upright] = await filter.processAll(frame)
      if (upright === undefined) throw new AppError('VIDEO_UNREADABLE', { file_name: this.#fileName })
      return upright
    } finally {
      frame.free()
    }
  }

  async #filterFor(frame: Frame): Promise<FilterAPI> {
    const key = `${frame.width}x${frame.height} ${frame.format}`
    if (this.#filter?.key === key) return this.#filter.api
    this.#filter?.api.close()
    const { FilterAPI } = await loadAv()
    const { width, height, quarterTurns } = this.#video.header
    const api = FilterAPI.create(`${TRANSPOSE[quarterTurns]}scale=${width}:${height},format=yuv420p`)
    this.#filter = { key, api }
    return api
  }

  #noted(shown: VideoFrame): VideoFrame {
    this.counts.frames++
    this.counts.lastTimeS = shown.timeS
    return shown
  }
}

function frameS(frameRate: number | null): number {
  return 1 / (frameRate ?? 25)
}
