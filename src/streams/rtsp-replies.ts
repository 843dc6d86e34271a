import { AppError } from '../errors.ts'

const MAX_HEADER_BYTES = 64 * 1024
const INTERLEAVED = 0x24
/*
 * Only what FFmpeg reads as it is read here: it ends a line at \n, overlooks \r, ends a text at NUL, cuts a line at 4095
 * characters, takes one that begins with $ for a packet, and of several lengths the last.
 */
const LINE = /^[^$\x00-\x08\x0a-\x1f\x7f][^\x00-\x08\x0a-\x1f\x7f]*$/
const MAX_LINE_CHARS = 4000
const REPLY = /^RTSP\/\d\.\d (\d{3})(?: .*)?$/
const REQUEST = /^[A-Z_]+ \S+ RTSP\/\d\.\d$/
const LENGTH = /^content-length:[ \t]*(\d{1,9})[ \t]*$/i

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
    return end + 4 + this.#read(bytes.toString('latin1', 0, end).split('\r\n'))
  }

  /** @returns how many bytes belong to the header. */
  #read(lines: string[]): number {
    if (lines.some((line) => line.length > MAX_LINE_CHARS || !LINE.test(line))) throw notRtsp()
    const [first = '', ...fields] = lines
    const [, status] = REPLY.exec(first) ?? []
    if (status !== undefined) this.status = Number(status)
    else if (!REQUEST.test(first)) throw notRtsp()
    const isElsewhere = fields.some((line) => /^location\s*:/i.test(line))
    if (isElsewhere || (this.status >= 300 && this.status < 400)) throw redirected()
    const lengths = fields.filter((line) => /^content-length/i.test(line))
    if (lengths.length > 1 || !lengths.every((line) => LENGTH.test(line))) throw notRtsp()
    return Number(LENGTH.exec(lengths[0] ?? '')?.[1] ?? 0)
  }
}

function redirected(): AppError {
  const reason = 'it redirects to another address, which RTSP cameras may not'
  return new AppError('CAMERA_URL_REFUSED', { reason, reason_zh: '被重定向到其他地址，RTSP 摄像头不允许重定向' })
}

function notRtsp(): AppError {
  return new AppError('CAMERA_STREAM_UNSUPPORTED', { reason: 'it does not speak RTSP', reason_zh: '不是 RTSP 协议' })
}
