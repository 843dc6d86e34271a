import { AppError } from '../../errors.ts'
import { FrameTimes } from '../frame-times.ts'
import type { ReadingCounts, VideoFrame, VideoLimits, VideoReader } from '../video-engine.ts'
import { UnexpectedEnd } from './byte-reader.ts'
import { FfmpegRun } from './ffmpeg-run.ts'
import { type FfmpegTools, keepTimes } from './find-tools.ts'
import { inputArgs, NO_METADATA, QUIET } from './input-args.ts'
import { NutReader } from './nut-reader.ts'
import type { ProbedVideo } from './open-video.ts'
import { PicturePool } from './pipe-picture.ts'

/** Finer than the time stamps of any container that is read. */
const TICKS_PER_SECOND = 1_000_000

const TRANSPOSE = ['', 'transpose=clock,', 'hflip,vflip,', 'transpose=cclock,']

/**
 * Codecs of which a damaged picture would come as a guess, with a warning only: it is to be an error. Not of MPEG-4, whose decoder
 * in FFmpeg 5.1 aborts then.
 */
const CONCEALED = new Set(['h264'])

/** As versions from 4 to 8 say it. */
const UNDECODABLE = /Error while decoding stream|Error submitting packet to decoder|Decoding error:/
const NO_DECODER = /[Dd]ecoder .*not found|no decoder found/

/** Has ffmpeg decode, and takes its pictures from a pipe. */
export class PipeReader implements VideoReader {
  readonly #tools: FfmpegTools
  readonly #video: ProbedVideo
  readonly #fileName: string
  readonly #limits: VideoLimits
  readonly #times: FrameTimes
  #hasNoDecoder = false

  constructor(tools: FfmpegTools, video: ProbedVideo, fileName: string, limits: VideoLimits) {
    this.#tools = tools
    this.#video = video
    this.#fileName = fileName
    this.#limits = limits
    this.#times = new FrameTimes(video.header, fileName, limits)
  }

  get counts(): ReadingCounts {
    return this.#times.counts
  }

  async *frames(fromS = 0, onPassedOver = () => {}): AsyncGenerator<VideoFrame> {
    const { header, originS } = this.#video
    // A transport stream does not say where it can be begun: it is read again.
    const seekS = header.demuxer === 'mpegts' || fromS === 0 ? 0 : fromS - originS
    await using run = new FfmpegRun(this.#tools.ffmpeg, this.#argsFrom(seekS), this.#tools, (line) => this.#hear(line))
    const pool = new PicturePool(header)
    try {
      for await (const { ticks, data } of new NutReader(run.stdout, (bytes) => pool.allocate(bytes)).pictures()) {
        const picture = pool.pictureIn(data)
        const timeS = this.#times.timeOf(originS + seekS + ticks / TICKS_PER_SECOND)
        if (timeS < fromS - 1e-6) {
          picture.free()
          this.#times.passOver(timeS)
          onPassedOver()
        } else {
          this.#times.note(timeS)
          yield { frame: picture, timeS }
        }
      }
    } catch (err) {
      // Why is told by how it ended.
      if (!(err instanceof UnexpectedEnd)) throw err
    }
    await this.#conclude(run, fromS)
  }

  #argsFrom(seekS: number): string[] {
    const { path, header, index, isFullRange } = this.#video
    const { width, height, quarterTurns, codec } = header
    const range = isFullRange ? ':in_range=pc:out_range=tv' : ''
    return [
      // Damaged packets are counted here; ffmpeg is not to make an error of their share.
      ...[...QUIET, '-max_error_rate', '1'],
      ...(seekS > 0 ? ['-ss', seekS.toFixed(6)] : []),
      // ffmpeg itself refuses larger pictures, also those that come later than the header.
      ...(CONCEALED.has(codec) ? ['-err_detect:v', 'explode'] : []),
      ...['-noautorotate', '-max_pixels', String(this.#limits.maxPixels), ...inputArgs(path, header)],
      ...['-map', `0:${index}`, ...NO_METADATA],
      ...['-vf', `${TRANSPOSE[quarterTurns]}scale=${width}:${height}${range},format=yuv420p`],
      ...[...keepTimes(this.#tools), '-enc_time_base', `1:${TICKS_PER_SECOND}`],
      ...['-c:v', 'rawvideo', '-f', 'nut', 'pipe:1'],
    ]
  }

  #hear(line: string): void {
    if (UNDECODABLE.test(line)) this.#times.fail()
    if (NO_DECODER.test(line)) this.#hasNoDecoder = true
  }

  async #conclude(run: FfmpegRun, fromS: number): Promise<void> {
    const failure = await run.ended
    const { header } = this.#video
    if (this.#hasNoDecoder) {
      throw new AppError('VIDEO_CODEC_UNSUPPORTED', { file_name: this.#fileName, codec: header.codec })
    }
    if (run.wasKilled) await run.succeed()
    // It gave up before the end. What it had read by then is kept.
    if (failure !== null) this.#times.fail()
    this.#times.end(fromS)
  }
}
