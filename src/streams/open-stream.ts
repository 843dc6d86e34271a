import { AppError } from '../errors.ts'
import { loadAv } from '../video/node-av/load-av.ts'
import { type AvVideo, videoIn } from '../video/node-av/open-video.ts'
import { openHttpStream } from './open-http.ts'
import { PulledBytes } from './pulled-bytes.ts'
import { RtspRelay } from './rtsp-relay.ts'
import type { AddressGuard } from './stream-address.ts'
import { formatBytes, streamFormatOf } from './stream-format.ts'
import type { StreamUrl } from './stream-url.ts'
import { unreachable } from './unreachable.ts'

export interface StreamLimits {
  /** Of one picture. */
  maxPixels: number
}

/** What errors call it: they are told to people who may not know its address. */
const NAME = 'camera'
/** A stream says what it is within so much of it, or so many microseconds. */
const LOOK_AHEAD = { probesize: '2000000', analyzeduration: '2000000', max_streams: '32' }
/** Microseconds. */
const RTSP_TIMEOUT = '15000000'

/**
 * Opens what a camera sends: nothing but its one stream is ever read, from an address that was checked.
 * @throws AppError CAMERA_*, VIDEO_*
 */
export async function openStream(url: StreamUrl, guard: AddressGuard, limits: StreamLimits): Promise<AvVideo> {
  return url.scheme === 'rtsp' || url.scheme === 'rtsps' ? openRtsp(url, guard, limits) : openHttp(url, guard, limits)
}

async function openHttp(url: StreamUrl, guard: AddressGuard, limits: StreamLimits): Promise<AvVideo> {
  const { contentType, body } = await openHttpStream(url, guard)
  const bytes = new PulledBytes(body)
  const format = streamFormatOf(contentType, await bytes.peek(formatBytes))
  const { Demuxer } = await loadAv()
  // No protocol at all: the bytes come from here.
  const options = { ...LOOK_AHEAD, protocol_whitelist: 'none' }
  const demuxer = await Demuxer.open(
    { read: (size) => bytes.read(size) },
    { format, bufferSize: 32 * 1024, options: options as never },
  ).catch((cause) => {
    throw unsupported(format, `${format} 数据无法识别`, cause)
  })
  return videoIn(demuxer, typeOf(contentType, format), NAME, { ...limits, maxSeconds: Number.POSITIVE_INFINITY })
}

async function openRtsp(url: StreamUrl, guard: AddressGuard, limits: StreamLimits): Promise<AvVideo> {
  const relay = await RtspRelay.open(url, await guard.resolve(url.host))
  const { Demuxer } = await loadAv()
  const options = {
    ...LOOK_AHEAD,
    protocol_whitelist: 'tcp',
    rtsp_transport: 'tcp',
    allowed_media_types: 'video',
    timeout: RTSP_TIMEOUT,
  }
  const login = url.credentials === null ? '' : `${url.credentials}@`
  const address = `rtsp://${login}127.0.0.1:${relay.port}${url.path}`
  const demuxer = await Demuxer.open(address, { format: 'rtsp', options: options as never }).catch((cause) => {
    throw relay.failure ?? rtspError(relay.status, cause)
  })
  const maxSeconds = Number.POSITIVE_INFINITY
  return videoIn(demuxer, typeOf('application/x-rtsp', 'rtsp'), NAME, { ...limits, maxSeconds })
}

/** By the last thing that the camera said. The cause is left out: it holds the address with its password. */
function rtspError(status: number, _cause: unknown): AppError {
  if (status === 401 || status === 403) return new AppError('CAMERA_CREDENTIALS_REFUSED')
  if (status >= 400) return unreachable(`it answers with status ${status}`, `返回状态码 ${status}`)
  return unsupported('no video came over RTSP', 'RTSP 没有送来视频')
}

function unsupported(reason: string, reason_zh: string, cause?: unknown): AppError {
  return new AppError('CAMERA_STREAM_UNSUPPORTED', { reason, reason_zh }, { cause })
}

function typeOf(mediaType: string, demuxer: string) {
  return { mediaType, extension: '', demuxer }
}
