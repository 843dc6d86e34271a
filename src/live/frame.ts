import { FRAME_HEADER, FRAME_HEADER_BYTES } from '../contract/index.ts'

/** One picture of a camera, as it came over a socket. */
export interface Frame {
  /** The number of its session. */
  session: number
  /** As its client counts. */
  id: number
  /** By its client's clock, in milliseconds since 1970. */
  capturedAtMs: number
  /** By ours. */
  receivedAtMs: number
  /** JPEG or WebP, or so it should be. */
  bytes: Buffer
}

/** @returns null for a message that is no frame. */
export function readFrame(message: Buffer, receivedAtMs: number): Frame | null {
  if (message.length <= FRAME_HEADER_BYTES) return null
  if (message.toString('latin1', 0, FRAME_HEADER.length) !== FRAME_HEADER) return null
  const capturedAtMs = message.readDoubleBE(12)
  if (!Number.isFinite(capturedAtMs)) return null
  const bytes = message.subarray(FRAME_HEADER_BYTES)
  return { session: message.readUInt32BE(4), id: message.readUInt32BE(8), capturedAtMs, receivedAtMs, bytes }
}
