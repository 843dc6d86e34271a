import type { Demuxer } from 'node-av/api'
import type { AVPacketSideDataType } from 'node-av/constants'
import type { Stream } from 'node-av/lib'
import { AppError } from '../../errors.ts'
import { MAX_STREAMS, refuseBeyond, refuseLarger } from '../header-limits.ts'
import type { VideoHeader, VideoLimits } from '../video-engine.ts'
import { readVideoType, type VideoType } from '../video-type.ts'
import { loadAv } from './load-av.ts'

export interface AvVideo extends AsyncDisposable {
  header: VideoHeader
  demuxer: Demuxer
  stream: Stream
  /** Where the time of the video begins, in seconds of its time stamps. */
  startS: number
}

/**
 * Opens a file with the one demuxer that its bytes name, which may read that file and nothing else.
 * @throws AppError UNSUPPORTED_MEDIA, VIDEO_UNREADABLE, VIDEO_WITHOUT_PICTURES, VIDEO_CODEC_UNSUPPORTED, VIDEO_TOO_LARGE,
 * VIDEO_TOO_LONG, VIDEO_UNAVAILABLE
 */
export async function openVideo(path: string, fileName: string, limits: VideoLimits): Promise<AvVideo> {
  const type = await readVideoType(path)
  if (type === null) throw new AppError('UNSUPPORTED_MEDIA', { file_name: fileName })
  const { Demuxer } = await loadAv()
  // `file:` keeps FFmpeg from taking a name with a colon for a protocol.
  const options = { protocol_whitelist: 'file', max_streams: String(MAX_STREAMS) }
  const demuxer = await Demuxer.open(`file:${path}`, {
    ...{ format: type.demuxer, options: options as never },
    skipStreamInfo: true,
  }).catch((cause) => {
    throw new AppError('VIDEO_UNREADABLE', { file_name: fileName }, { cause })
  })
  try {
    await lookInto(demuxer, fileName, limits)
  } catch (err) {
    await demuxer.close()
    throw err
  }
  return videoIn(demuxer, type, fileName, limits)
}

/** To learn what pictures are like FFmpeg decodes one, however large it is: what headers say of that is heard before. */
async function lookInto(demuxer: Demuxer, fileName: string, limits: VideoLimits): Promise<void> {
  const { AVMEDIA_TYPE_VIDEO } = (await loadAv()).constants
  for (const { codecpar } of demuxer.streams) {
    if (codecpar.codecType !== AVMEDIA_TYPE_VIDEO) continue
    refuseLarger(limits, codecpar, fileName)
    // The codec's own, which the container may contradict.
    if (codecpar.extradataSize > 0) codecpar.parseExtradata()
    refuseLarger(limits, codecpar, fileName)
  }
  const result = await demuxer.getFormatContext().findStreamInfo(null)
  if (result < 0) throw new AppError('VIDEO_UNREADABLE', { file_name: fileName })
}

/**
 * The video that an open demuxer reads, which is closed with it.
 * @throws AppError as openVideo does, with the demuxer closed
 */
export async function videoIn(
  demuxer: Demuxer,
  type: VideoType,
  fileName: string,
  limits: VideoLimits,
): Promise<AvVideo> {
  try {
    const stream = await videoStreamOf(demuxer, fileName)
    const header = { ...type, ...(await describe(demuxer, stream)) }
    refuseBeyond(limits, header, fileName)
    const startS = Number.isFinite(demuxer.startTime) ? demuxer.startTime : 0
    return { header, demuxer, stream, startS, [Symbol.asyncDispose]: () => demuxer.close() }
  } catch (err) {
    await demuxer.close()
    throw err
  }
}

/** A cover picture of a music file is a video stream to FFmpeg, and none to people. */
async function videoStreamOf(demuxer: Demuxer, fileName: string): Promise<Stream> {
  const { constants } = await loadAv()
  const isMoving = ({ disposition }: Stream) => (disposition & constants.AV_DISPOSITION_ATTACHED_PIC) === 0
  const stream = demuxer.streams.find(
    (candidate) => candidate.codecpar.codecType === constants.AVMEDIA_TYPE_VIDEO && isMoving(candidate),
  )
  if (stream === undefined) throw new AppError('VIDEO_WITHOUT_PICTURES', { file_name: fileName })
  const { width, height } = stream.codecpar
  if (!(width > 0 && height > 0)) {
    const codec = stream.codecpar.codecTagString ?? '?'
    throw new AppError('VIDEO_CODEC_UNSUPPORTED', { file_name: fileName, codec })
  }
  return stream
}

async function describe(demuxer: Demuxer, stream: Stream) {
  const { constants } = await loadAv()
  const { codecpar, avgFrameRate } = stream
  const quarterTurns = quarterTurnsOf(stream, constants.AV_PKT_DATA_DISPLAYMATRIX)
  const isTurned = quarterTurns % 2 === 1
  const rate = avgFrameRate.den > 0 ? avgFrameRate.num / avgFrameRate.den : 0
  return {
    width: isTurned ? codecpar.height : codecpar.width,
    height: isTurned ? codecpar.width : codecpar.height,
    durationS: demuxer.duration > 0 && Number.isFinite(demuxer.duration) ? demuxer.duration : null,
    frameRate: rate > 0 && Number.isFinite(rate) ? rate : null,
    quarterTurns,
    codec: codecpar.getCodecString() ?? codecpar.codecTagString ?? '?',
  }
}

const DISPLAY_MATRIX_BYTES = 36

/** The display matrix holds cos and sin of the turn in 16.16 fixed point; nobody turns a video by anything but quarters. */
function quarterTurnsOf({ codecpar }: Stream, sideDataType: AVPacketSideDataType): VideoHeader['quarterTurns'] {
  const matrix = codecpar.getCodedSideData(sideDataType)
  if (matrix === null || matrix.length < DISPLAY_MATRIX_BYTES) return 0
  const degrees = (Math.atan2(matrix.readInt32LE(4), matrix.readInt32LE(0)) * 180) / Math.PI
  return (((Math.round(degrees / 90) % 4) + 4) % 4) as VideoHeader['quarterTurns']
}
