import type { Demuxer, Encoder, Muxer } from 'node-av/api'
import type { Packet, Stream } from 'node-av/lib'
import { loadAv } from './load-av.ts'
import type { AvVideo } from './open-video.ts'

/** What every browser plays from an mp4; anything else is encoded anew. */
const PLAYED_AUDIO = /^(mp4a|\.mp3|Opus)/

/** A packet on its way into the file, and when it is played. */
interface Timed {
  packet: Packet
  timeS: number
  track: number
}

/** As OpenVideo.joinSegments promises. */
export async function joinSegments(segmentPaths: string[], source: AvVideo, path: string): Promise<void> {
  const { Demuxer, Muxer } = await loadAv()
  const first = await Demuxer.open(`file:${segmentPaths[0]}`, { format: 'nut' })
  const muxer = await Muxer.open(path, { format: 'mp4', options: { movflags: '+faststart' } as never })
  try {
    const video = muxer.addStream(untagged(first.video() as Stream))
    const sound = await addSound(muxer, source)
    const pictures = picturesOf(segmentPaths, video)
    for await (const { packet, track } of inOrder(pictures, sound)) {
      await muxer.writePacket(packet, track)
      packet.free()
    }
  } finally {
    await muxer.close()
    await first.close()
  }
}

/** Every container has its own tags for codecs. */
function untagged(stream: Stream): Stream {
  stream.codecpar.codecTag = 0
  return stream
}

async function* picturesOf(segmentPaths: string[], track: number): AsyncGenerator<Timed> {
  const { Demuxer } = await loadAv()
  for (const path of segmentPaths) {
    const segment = await Demuxer.open(`file:${path}`, { format: 'nut', copyTs: true })
    try {
      yield* packetsOf(segment, segment.video() as Stream, track, 0)
    } finally {
      await segment.close()
    }
  }
}

/** @returns null where there is no sound that can be kept. */
async function addSound(muxer: Muxer, source: AvVideo): Promise<AsyncGenerator<Timed> | null> {
  const stream = source.demuxer.audio()
  if (stream === undefined) return null
  if (PLAYED_AUDIO.test(stream.codecpar.getCodecString() ?? '')) {
    const track = muxer.addStream(untagged(stream))
    return packetsOf(source.demuxer, stream, track, source.startS)
  }
  return encodeSound(muxer, source, stream)
}

async function encodeSound(muxer: Muxer, source: AvVideo, stream: Stream): Promise<AsyncGenerator<Timed> | null> {
  const { Decoder, Encoder, constants } = await loadAv()
  try {
    const decoder = await Decoder.create(stream)
    const encoder = await Encoder.create(constants.FF_ENCODER_AAC, { decoder, bitrate: '128k' })
    const track = muxer.addStream(encoder, { inputStream: stream })
    const packets = encoder.packets(decoder.frames(source.demuxer.packets(stream.index)))
    return timed(packets, encoder, track, source.startS)
  } catch {
    // A sound that nobody can decode is no reason to refuse the pictures.
    return null
  }
}

async function* timed(
  packets: AsyncIterable<Packet | null>,
  encoder: Encoder,
  track: number,
  startS: number,
): AsyncGenerator<Timed> {
  for await (const packet of packets) {
    if (packet === null) return
    const { num, den } = encoder.getCodecContext()?.timeBase ?? packet.timeBase
    yield { packet, timeS: (Number(packet.dts) * num) / den - startS, track }
  }
}

async function* packetsOf(demuxer: Demuxer, stream: Stream, track: number, startS: number): AsyncGenerator<Timed> {
  const { num, den } = stream.timeBase
  const shift = BigInt(Math.round((startS * den) / num))
  for await (const packet of demuxer.packets(stream.index)) {
    if (packet === null) return
    if (packet.pts !== undefined) packet.pts -= shift
    packet.dts -= shift
    const timeS = (Number(packet.dts) * num) / den
    // What is heard before the first picture has no place in the file.
    if (timeS < 0) packet.free()
    else yield { packet, timeS, track }
  }
}

/** Pictures and sound as they are played: a muxer that gets all pictures first would hold them in memory. */
async function* inOrder(pictures: AsyncGenerator<Timed>, sound: AsyncGenerator<Timed> | null): AsyncGenerator<Timed> {
  let heard = await sound?.next()
  for await (const picture of pictures) {
    while (heard !== undefined && !heard.done && heard.value.timeS <= picture.timeS) {
      yield heard.value
      heard = await sound?.next()
    }
    yield picture
  }
  // The sound ends with the pictures.
  if (heard !== undefined && !heard.done) heard.value.packet.free()
  await sound?.return(undefined)
}
