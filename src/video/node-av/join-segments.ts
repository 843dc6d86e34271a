import type { Demuxer, Muxer } from 'node-av/api'
import type { Frame, IRational, Packet, Stream } from 'node-av/lib'
import { isDiskFull } from '../disk-full.ts'
import type { OnJoined } from '../video-engine.ts'
import { loadAv } from './load-av.ts'
import type { AvVideo } from './open-video.ts'

/** A packet on its way into the file, and when it is played. */
interface Timed {
  packet: Packet
  timeS: number
  track: number
}

interface Sound {
  source: AvVideo
  stream: Stream
}

/** As OpenVideo.joinSegments promises. */
export async function joinSegments(
  segmentPaths: string[],
  source: AvVideo,
  path: string,
  onJoined: OnJoined,
): Promise<void> {
  const stream = source.demuxer.audio()
  if (stream === undefined) return join(segmentPaths, null, path, onJoined)
  try {
    await join(segmentPaths, { source, stream }, path, onJoined)
  } catch (err) {
    if (isDiskFull(err)) throw err
    // A sound that nobody can decode is no reason to refuse the pictures.
    await join(segmentPaths, null, path, onJoined)
  }
}

async function join(segmentPaths: string[], sound: Sound | null, path: string, onJoined: OnJoined): Promise<void> {
  const { Demuxer, Muxer } = await loadAv()
  const first = await Demuxer.open(`file:${segmentPaths[0]}`, { format: 'nut' })
  const muxer = await Muxer.open(path, { format: 'mp4', options: { movflags: '+faststart' } as never })
  try {
    const video = muxer.addStream(untagged(first.video() as Stream))
    const heard = sound === null ? null : await addSound(muxer, sound)
    for await (const { packet, timeS, track } of inOrder(picturesOf(segmentPaths, video), heard)) {
      await muxer.writePacket(packet, track)
      packet.free()
      if (track === video) onJoined(timeS)
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

async function addSound(muxer: Muxer, { source, stream }: Sound): Promise<AsyncGenerator<Timed>> {
  const { AV_CODEC_ID_AAC, AV_CODEC_ID_MP3, AV_CODEC_ID_OPUS } = (await loadAv()).constants
  // What every browser plays from an mp4; anything else is encoded anew.
  const isPlayed = [AV_CODEC_ID_AAC, AV_CODEC_ID_MP3, AV_CODEC_ID_OPUS].some((id) => id === stream.codecpar.codecId)
  if (!isPlayed) return encodeSound(muxer, { source, stream })
  return packetsOf(source.demuxer, stream, muxer.addStream(untagged(stream)), source.startS)
}

async function encodeSound(muxer: Muxer, { source, stream }: Sound): Promise<AsyncGenerator<Timed>> {
  const { Decoder, Encoder, FilterAPI, constants } = await loadAv()
  // What is damaged of a sound is left out of it, and silence put in its place.
  const decoder = await Decoder.create(stream, { exitOnError: false })
  const filling = FilterAPI.create('aresample=async=1')
  const encoder = await Encoder.create(constants.FF_ENCODER_AAC, { decoder, bitrate: '128k', autoResample: true })
  const track = muxer.addStream(encoder, { inputStream: stream })
  // The encoder counts from the first sample that it gets.
  let shiftS = source.startS
  const heard = noting(decoder.frames(source.demuxer.packets(stream.index)), (firstS) => {
    shiftS -= firstS
  })
  const packets = encoder.packets(filling.frames(heard))
  return shifted(
    packets,
    (packet) => encoder.getCodecContext()?.timeBase ?? packet.timeBase,
    track,
    () => shiftS,
  )
}

/** @param onFirst gets the time stamp of the first frame, in seconds. */
async function* noting(
  frames: AsyncIterable<Frame | null>,
  onFirst: (timeS: number) => void,
): AsyncGenerator<Frame | null> {
  let isFirst = true
  for await (const frame of frames) {
    if (isFirst && frame !== null) onFirst((Number(frame.pts) * frame.timeBase.num) / frame.timeBase.den)
    isFirst = false
    yield frame
  }
}

function packetsOf(demuxer: Demuxer, stream: Stream, track: number, startS: number): AsyncGenerator<Timed> {
  return shifted(
    demuxer.packets(stream.index),
    () => stream.timeBase,
    track,
    () => startS,
  )
}

/** Packets by the time of the video, which begins with its first picture or sound. */
async function* shifted(
  packets: AsyncIterable<Packet | null>,
  timeBaseOf: (packet: Packet) => IRational,
  track: number,
  shiftS: () => number,
): AsyncGenerator<Timed> {
  for await (const packet of packets) {
    if (packet === null) return
    const { num, den } = timeBaseOf(packet)
    const shift = BigInt(Math.round((shiftS() * den) / num))
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
