import type { Encoder, Muxer } from 'node-av/api'
import type { Frame, Packet } from 'node-av/lib'
import sharp from 'sharp'
import { loadAv } from '../../src/video/node-av/load-av.ts'
import { fixture } from './app.ts'

export interface ClipOptions {
  seconds?: number
  frameRate?: number
  width?: number
  height?: number
  /** An encoder of FFmpeg. */
  codec?: string
  hasSound?: boolean
  /** Seconds of the n-th picture; for videos whose pictures come as they like. */
  timeOf?: (index: number) => number
  /** The photo that is approached. */
  photo?: string
  /** Options of the encoder. */
  encoderOptions?: Record<string, string>
}

/** A second of the clips, as every codec that is used here can count it. */
const TICKS = 9000

/** A drive towards a photo of a street, as long as it is wanted: encoded here, so that no clip lies in the repository. */
export async function makeClip(path: string, options: ClipOptions = {}): Promise<string> {
  const { seconds = 2, frameRate = 10, width = 640, height = 480, codec = 'libx264', hasSound = false } = options
  const { Encoder, Muxer } = await loadAv()
  const { Rational } = await import('node-av/lib')
  const muxer = await Muxer.open(path)
  const encoder = await Encoder.create(codec as never, {
    gopSize: frameRate,
    context: { framerate: new Rational(frameRate, 1) },
    maxBFrames: 0,
    options: (options.encoderOptions ?? (codec === 'libx264' ? { preset: 'ultrafast' } : {})) as never,
  })
  const video = muxer.addStream(encoder)
  const sound = hasSound ? await SoundTrack.open(muxer) : null
  const size = { width, height }
  const timeOf = options.timeOf ?? ((index: number) => index / frameRate)
  for (let index = 0; timeOf(index) < seconds - 1e-9; index++) {
    const rgb = await zoomed(options.photo ?? 'street-small.jpg', 1 + (0.3 * timeOf(index)) / seconds, size)
    const frame = await toFrame(rgb, size, timeOf(index))
    await encoder.encode(frame)
    frame.free()
    await drain(encoder, muxer, video)
    await sound?.writeUntil(timeOf(index))
  }
  await sound?.end()
  await encoder.flush()
  await drain(encoder, muxer, video)
  await muxer.close()
  encoder.close()
  return path
}

/** A second of sound without a picture. */
export async function makeSound(path: string): Promise<string> {
  const { Muxer } = await loadAv()
  const muxer = await Muxer.open(path)
  const sound = await SoundTrack.open(muxer)
  await sound.writeUntil(1)
  await sound.end()
  await muxer.close()
  return path
}

/** The photo as it is seen from nearer, RGB. */
async function zoomed(photo: string, zoom: number, size: { width: number; height: number }): Promise<Buffer> {
  const { width = 0, height = 0 } = await sharp(fixture(photo)).metadata()
  const [cutWidth, cutHeight] = [Math.round(width / zoom), Math.round(height / zoom)]
  const cut = { left: (width - cutWidth) >> 1, top: (height - cutHeight) >> 1, width: cutWidth, height: cutHeight }
  return sharp(fixture(photo))
    .extract(cut)
    .resize({ ...size, fit: 'fill' })
    .raw()
    .toBuffer()
}

async function toFrame(rgb: Buffer, size: { width: number; height: number }, timeS: number): Promise<Frame> {
  const { FilterAPI, constants } = await loadAv()
  const { Frame, Rational } = await import('node-av/lib')
  const picture = { ...size, format: constants.AV_PIX_FMT_RGB24, timeBase: { num: 1, den: TICKS } }
  const frame = Frame.fromVideoBuffer(rgb, { ...picture, pts: BigInt(Math.round(timeS * TICKS)) })
  const filter = FilterAPI.create('format=yuv420p')
  const [converted] = await filter.processAll(frame)
  frame.free()
  filter.close()
  if (converted === undefined) throw new Error('The filter gave no picture back')
  converted.timeBase = new Rational(1, TICKS)
  converted.pts = BigInt(Math.round(timeS * TICKS))
  return converted
}

async function drain(encoder: Encoder, muxer: Muxer, track: number): Promise<void> {
  for (;;) {
    const packet = await encoder.receive()
    if (packet === null || typeof packet !== 'object') return
    await muxer.writePacket(packet as Packet, track)
    ;(packet as Packet).free()
  }
}

const SAMPLE_RATE = 44_100
const SAMPLES = 1024

/** A tone. */
class SoundTrack {
  readonly #encoder: Encoder
  readonly #muxer: Muxer
  readonly #track: number
  #samples = 0

  private constructor(encoder: Encoder, muxer: Muxer, track: number) {
    this.#encoder = encoder
    this.#muxer = muxer
    this.#track = track
  }

  static async open(muxer: Muxer): Promise<SoundTrack> {
    const { Encoder, constants } = await loadAv()
    const encoder = await Encoder.create(constants.FF_ENCODER_AAC, { bitrate: '64k' })
    return new SoundTrack(encoder, muxer, muxer.addStream(encoder))
  }

  async writeUntil(timeS: number): Promise<void> {
    while (this.#samples / SAMPLE_RATE <= timeS) {
      const frame = await this.#next()
      await this.#encoder.encode(frame)
      frame.free()
      await drain(this.#encoder, this.#muxer, this.#track)
    }
  }

  async end(): Promise<void> {
    await this.#encoder.flush()
    await drain(this.#encoder, this.#muxer, this.#track)
    this.#encoder.close()
  }

  async #next(): Promise<Frame> {
    const { constants } = await loadAv()
    const { Frame } = await import('node-av/lib')
    const tone = Buffer.alloc(SAMPLES * 4)
    for (let i = 0; i < SAMPLES; i++) {
      tone.writeFloatLE(0.1 * Math.sin((2 * Math.PI * 440 * (this.#samples + i)) / SAMPLE_RATE), i * 4)
    }
    const frame = Frame.fromAudioBuffer(tone, {
      nbSamples: SAMPLES,
      format: constants.AV_SAMPLE_FMT_FLTP,
      sampleRate: SAMPLE_RATE,
      channelLayout: { nbChannels: 1, order: constants.AV_CHANNEL_ORDER_NATIVE, mask: 4n },
      timeBase: { num: 1, den: SAMPLE_RATE },
      pts: BigInt(this.#samples),
    })
    this.#samples += SAMPLES
    return frame
  }
}

/** The same QuickTime file with a display matrix of a quarter turn, as phones write it. */
export function turned(file: Buffer): Buffer {
  const at = file.indexOf('tkhd') + 4
  // Version and flags, two times, id, reserved, duration, 8 reserved, layer, group, volume, reserved.
  const matrix = at + 4 + 4 * 5 + 8 + 8
  for (const [i, value] of [0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000].entries()) {
    file.writeInt32BE(value, matrix + 4 * i)
  }
  return file
}
