import { text } from 'node:stream/consumers'
import { AppError } from '../../errors.ts'
import { refuseBeyond, refuseLarger } from '../header-limits.ts'
import type { VideoHeader, VideoLimits } from '../video-engine.ts'
import { readVideoType, type VideoType } from '../video-type.ts'
import { FfmpegRun } from './ffmpeg-run.ts'
import type { FfmpegTools } from './find-tools.ts'
import { inputArgs } from './input-args.ts'

/** A file that was looked into. Nothing of it stays open. */
export interface ProbedVideo {
  path: string
  header: VideoHeader
  /** The stream of pictures, by its place in the file. */
  index: number
  /** Where the time of the video begins, in seconds of its time stamps. */
  startS: number
  /** Where ffmpeg begins to count, in seconds of the video. */
  originS: number
  /** Whether luma has all 256 values, not those from 16 to 235 that drawing and the model expect. */
  isFullRange: boolean
  /** null where there is no sound. */
  sound: { index: number; codec: string } | null
}

/** What ffprobe says, as far as it is asked. */
interface Probe {
  streams?: ProbedStream[]
  format?: { start_time?: string; duration?: string }
}

interface ProbedStream {
  index: number
  codec_type?: string
  codec_name?: string
  codec_tag_string?: string
  start_time?: string
  width?: number
  height?: number
  avg_frame_rate?: string
  color_range?: string
  disposition?: { attached_pic?: number }
  side_data_list?: Array<{ rotation?: number }>
}

const ASKED = [
  'format=start_time,duration',
  'stream=index,codec_type,codec_name,codec_tag_string,start_time,width,height,avg_frame_rate,color_range',
  'stream_disposition=attached_pic',
  'stream_side_data=rotation',
].join(':')

/** @throws AppError as VideoEngine.open does */
export async function openVideo(
  tools: FfmpegTools,
  path: string,
  fileName: string,
  limits: VideoLimits,
): Promise<ProbedVideo> {
  const type = await readVideoType(path)
  if (type === null) throw new AppError('UNSUPPORTED_MEDIA', { file_name: fileName })
  const { streams = [], format = {} } = await probe(tools, path, type, fileName, limits)
  const stream = videoStreamOf(streams, fileName)
  const header = { ...type, ...describe(stream, Number(format.duration)) }
  refuseBeyond(limits, header, fileName)
  const sound = streams.find(({ codec_type }) => codec_type === 'audio')
  return {
    ...{ path, header, index: stream.index },
    ...timesOf(format, stream, type),
    isFullRange: stream.color_range === 'pc',
    sound: sound === undefined ? null : { index: sound.index, codec: sound.codec_name ?? '?' },
  }
}

/** As versions from 4 to 8 say that pictures are larger than they may be, or than FFmpeg can have any. */
const OVERSIZE = /Picture size (\d+)x(\d+) (?:exceeds|is invalid)/

async function probe(
  tools: FfmpegTools,
  path: string,
  type: VideoType,
  fileName: string,
  limits: VideoLimits,
): Promise<Probe> {
  const asked = ['-show_entries', ASKED, '-of', 'json=compact=1']
  // It decodes a picture to learn what all are like.
  const args = ['-v', 'error', '-max_pixels', String(limits.maxPixels), ...asked, ...inputArgs(path, type)]
  let oversize: { width: number; height: number } | null = null
  const hear = (line: string) => {
    const [, width, height] = OVERSIZE.exec(line) ?? []
    if (width !== undefined) oversize ??= { width: Number(width), height: Number(height) }
  }
  await using run = new FfmpegRun(tools.ffprobe, args, tools, hear)
  // Of some streams and a few fields each: it is short.
  const answer = await text(run.stdout)
  const failure = await run.ended
  if (oversize !== null) refuseLarger(limits, oversize, fileName)
  if (failure === null) return JSON.parse(answer) as Probe
  const cause = new Error(`${failure}: ${run.complaints}`)
  throw new AppError('VIDEO_UNREADABLE', { file_name: fileName }, { cause })
}

/** A cover picture of a music file is a video stream to FFmpeg, and none to people. */
function videoStreamOf(streams: ProbedStream[], fileName: string): ProbedStream & { width: number; height: number } {
  const stream = streams.find(
    ({ codec_type, disposition }) => codec_type === 'video' && (disposition?.attached_pic ?? 0) === 0,
  )
  if (stream === undefined) throw new AppError('VIDEO_WITHOUT_PICTURES', { file_name: fileName })
  const { width = 0, height = 0 } = stream
  if (width > 0 && height > 0) return { ...stream, width, height }
  throw new AppError('VIDEO_CODEC_UNSUPPORTED', { file_name: fileName, codec: codecOf(stream) })
}

function describe(stream: ProbedStream & { width: number; height: number }, durationS: number) {
  const quarterTurns = quarterTurnsOf(stream)
  const isTurned = quarterTurns % 2 === 1
  const [pictures = 0, seconds = 0] = (stream.avg_frame_rate ?? '').split('/').map(Number)
  const frameRate = pictures / seconds
  return {
    width: isTurned ? stream.height : stream.width,
    height: isTurned ? stream.width : stream.height,
    durationS: durationS > 0 && Number.isFinite(durationS) ? durationS : null,
    frameRate: frameRate > 0 && Number.isFinite(frameRate) ? frameRate : null,
    quarterTurns,
    codec: codecOf(stream),
  }
}

/** ffmpeg counts from the first time stamp of a file; in a transport stream, from the first one of what is read of it. */
function timesOf({ start_time }: NonNullable<Probe['format']>, stream: ProbedStream, { demuxer }: VideoType) {
  const fileS = Number(start_time) || 0
  const startS = Math.max(0, fileS)
  const countedS = demuxer === 'mpegts' ? Math.max(fileS, Number(stream.start_time) || fileS) : fileS
  return { startS, originS: countedS - startS }
}

function codecOf({ codec_name, codec_tag_string }: ProbedStream): string {
  return codec_name ?? codec_tag_string ?? '?'
}

/** FFmpeg counts degrees counter-clockwise; nobody turns a video by anything but quarters. */
function quarterTurnsOf({ side_data_list = [] }: ProbedStream): VideoHeader['quarterTurns'] {
  const degrees = -(side_data_list.find(({ rotation }) => rotation !== undefined)?.rotation ?? 0)
  return (((Math.round(degrees / 90) % 4) + 4) % 4) as VideoHeader['quarterTurns']
}
