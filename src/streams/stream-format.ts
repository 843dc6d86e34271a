import { AppError } from '../errors.ts'
import { videoTypeOf } from '../video/video-type.ts'

/** Enough bytes from the start of a stream for `streamFormatOf`. */
export const formatBytes = 400

/** Names of FFmpeg's demuxers: each reads the bytes that it is given, and opens nothing else. */
export type StreamFormat = 'mpjpeg' | 'mjpeg' | 'flv' | 'mpegts' | 'mov'

/**
 * What a stream over HTTP is, by its first bytes; its content type is believed of multipart only, which has no signature.
 * A playlist, which would name other places to read from, is none of them.
 * @throws CAMERA_STREAM_UNSUPPORTED
 */
export function streamFormatOf(contentType: string, start: Buffer): StreamFormat {
  const text = start.toString('latin1')
  if (/^multipart\//i.test(contentType)) return 'mpjpeg'
  if (start[0] === 0xff && start[1] === 0xd8) return 'mjpeg'
  if (text.startsWith('FLV\x01')) return 'flv'
  const demuxer = videoTypeOf(start)?.demuxer
  if (demuxer === 'mpegts' || demuxer === 'mov') return demuxer
  throw unsupported(contentType, text)
}

function unsupported(contentType: string, text: string): AppError {
  if (/^(#EXTM3U|v=0|ffconcat|\s*<\?xml|\s*<MPD|\[playlist\])/i.test(text)) {
    const reason = 'it is a playlist, which is never followed'
    return new AppError('CAMERA_STREAM_UNSUPPORTED', { reason, reason_zh: '这是播放列表，服务器不会跟随' })
  }
  const type = contentType === '' ? '?' : contentType
  const reason = `neither MJPEG, MPEG-TS, FLV nor MP4 (${type})`
  return new AppError('CAMERA_STREAM_UNSUPPORTED', { reason, reason_zh: `不是 MJPEG、MPEG-TS、FLV 或 MP4（${type}）` })
}
