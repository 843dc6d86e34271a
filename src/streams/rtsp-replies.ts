import { AppError } from '../errors.ts'

const MAX_HEADER_BYTES = 64 * 1024
const INTERLEAVED = 0x24

/** What a camera says over RTSP, taken apart on its way through: pictures in packets, and replies between them. */
export class RtspReplies {
  /** Of the newest reply; 0 before the first. */
  status = 0
  #held: Buffer = Buffer.alloc(0)
  /** Bytes that are still to come of what has begun. */
  #rest = 0

  /**
   * The part of it that may be passed on: whole headers, which have been looked at, and what belongs to them.
   * @throws CAMERA_URL_REFUSED for a redirect, which whoever reads on would follow; CAMERA_STREAM_UNSUPPORTED for what is no RTSP
   */
  pass(chunk: Buffer): Buffer {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    let at = 0
    while (at < bytes.length) {
      if (this.#rest > 0) {
        const taken = Math.min(this.#rest, bytes.length - at)
        this.#rest -= taken
        at += taken
        continue
      }
      const length = this.#begin(bytes.subarray(at))
      if (length === null) break
      this.#rest = length
    }
    this.#held = bytes.subarray(at)
    return bytes.subarray(0, at)
  }

  /** How long what begins here is; null where too little of it is there to say. */
  #begin(bytes: Buffer): number | null {
    if (bytes[0] === INTERLEAVED) return bytes.length < 4 ? null : 4 + bytes.readUInt16BE(2)
    const end = bytes.indexOf('\r\n\r\n')
    if (end < 0) {
      if (bytes.length > MAX_HEADER_BYTES) throw notRtsp()
      return null
    }
    const header = bytes.toString('latin1', 0, end)
    const [, status] = /^RTSP\/\d\.\d (\d{3})/.exec(header) ?? []
    if (status !== undefined) this.status = Number(status)
    else if (!/^[A-Z_]+ \S+ RTSP\/\d/.test(header)) throw notRtsp()
    if (this.status >= 300 && this.status < 400) throw redirected()
    const [, length = '0'] = /^content-length:\s*(\d{1,9})\s*$/im.exec(header) ?? []
    return end + 4 + Number(length)
  }
}

function redirected(): AppError {
  const reason = 'it redirects to another address, which RTSP cameras may not'
  return new AppError('CAMERA_URL_REFUSED', { reason, reason_zh: '被重定向到其他地址，RTSP 摄像头不允许重定向' })
}

function notRtsp(): AppError {
  return new AppError('CAMERA_STREAM_UNSUPPORTED', { reason: 'it does not speak RTSP', reason_zh: '不是 RTSP 协议' })
}
