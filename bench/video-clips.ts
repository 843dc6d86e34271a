import { loadAv } from '../src/video/node-av/load-av.ts'
import { makeClip } from '../test/helpers/clips.ts'

export const clipSeconds = 5
export const clipRate = 25

/** A drive in 1080p25 towards the project's street scene: signs are in sight all the time, so it is looked at most often. */
export async function makeDrive(path: string): Promise<string> {
  const size = { width: 1920, height: 1080 }
  // Of a bit rate that dash-cams write: some 8 Mbit/s.
  const encoderOptions = { preset: 'superfast', crf: '22' }
  return makeClip(path, {
    ...size,
    seconds: clipSeconds,
    frameRate: clipRate,
    photo: 'street-avenue.jpg',
    encoderOptions,
  })
}

/** The same clip again and again: its packets are copied, so that an hour takes a moment. */
export async function loop(clip: string, path: string, times: number): Promise<string> {
  const { Demuxer, Muxer } = await loadAv()
  const muxer = await Muxer.open(path)
  let track: number | null = null
  for (let turn = 0; turn < times; turn++) {
    const demuxer = await Demuxer.open(clip)
    const stream = demuxer.video()
    if (stream === undefined) throw new Error(`${clip} has no pictures`)
    track ??= muxer.addStream(stream)
    const shift = BigInt(Math.round((turn * clipSeconds * stream.timeBase.den) / stream.timeBase.num))
    for await (const packet of demuxer.packets(stream.index)) {
      if (packet === null) break
      packet.pts += shift
      packet.dts += shift
      await muxer.writePacket(packet, track)
      packet.free()
    }
    await demuxer.close()
  }
  await muxer.close()
  return path
}
