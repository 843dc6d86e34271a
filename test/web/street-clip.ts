import sharp from 'sharp'
import { loadAv } from '../../src/video/node-av/load-av.ts'
import { fixture } from '../helpers/app.ts'

/** Why tests of videos are passed over; an empty object where node-av is installed. */
export const needsVideo = await loadAv().then(
  () => ({}),
  () => ({ skip: 'node-av is not installed' }),
)

interface StreetClip {
  seconds?: number
  framesPerSecond?: number
  width?: number
  height?: number
  codec?: 'libx264' | 'mpeg4' | 'libvpx'
}

/** A drive along a photo of a street: the view goes from its left to its right. The ending of the path is the format. */
export async function makeStreetClip(path: string, clip: StreetClip = {}): Promise<void> {
  const { seconds = 4, framesPerSecond = 10, width = 960, height = 540, codec = 'libx264' } = clip
  const { Encoder, FilterAPI, Muxer, constants } = await loadAv()
  const { Frame, Rational } = await import('node-av/lib')
  const photo = await sharp(fixture('street-avenue.jpg')).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const { data: pixels, info } = photo
  const options = codec === 'libx264' ? { preset: 'superfast' } : {}
  const settings = { maxBFrames: 0, gopSize: framesPerSecond, bitrate: '4M' as const, options: options as never }
  const encoder = await Encoder.create(codec as never, settings)
  const muxer = await Muxer.open(path)
  const filter = FilterAPI.create('format=yuv420p')
  const stream = muxer.addStream(encoder)
  const drain = async () => {
    for (let packet = await encoder.receive(); packet; packet = await encoder.receive()) {
      await muxer.writePacket(packet as never, stream)
    }
  }
  const frames = seconds * framesPerSecond
  for (let at = 0; at < frames; at++) {
    const left = Math.round(((info.width - width) * at) / (frames - 1))
    const view = { left, top: 200, width, height }
    const raw = { width: info.width, height: info.height, channels: 3 as const }
    const rgb = await sharp(pixels, { raw }).extract(view).raw().toBuffer()
    const timeBase = new Rational(1, framesPerSecond)
    const shape = { width, height, format: constants.AV_PIX_FMT_RGB24, timeBase, pts: BigInt(at) }
    for (const frame of await filter.processAll(Frame.fromVideoBuffer(rgb, shape as never))) await encoder.encode(frame)
    await drain()
  }
  await encoder.flush()
  await drain()
  await muxer.close()
  encoder.close()
  filter.close()
}
