import { FRAME_HEADER_BYTES, MAX_FRAME_BYTES, type SocketLimits } from '../contract/index.ts'
import { MALFORMED_PER_MINUTE } from './malformed-budget.ts'
import { SLOW_READER_BYTES } from './session.ts'

/** A longer message closes its socket with 1009, unless it is a frame of a camera session. */
export const MAX_MESSAGE_BYTES = 64 * 1024

/** What ws itself lets through. */
export const MAX_PAYLOAD_BYTES = FRAME_HEADER_BYTES + MAX_FRAME_BYTES

interface Settings {
  uploads: { maxBytes: number; maxPixels: number }
  sockets: { maxPerUser: number; heartbeatMs: number; heartbeatTimeoutMs: number; slowReaderMs: number }
}

/** The limits in force, as `connection_established` tells them. */
export function socketLimitsOf({ uploads, sockets }: Settings, progressPerSecond: number): SocketLimits {
  return {
    max_message_bytes: MAX_MESSAGE_BYTES,
    max_upload_bytes: uploads.maxBytes,
    max_image_pixels: uploads.maxPixels,
    max_connections: sockets.maxPerUser,
    malformed_messages_per_minute: MALFORMED_PER_MINUTE,
    progress_per_second: progressPerSecond,
    heartbeat_interval: sockets.heartbeatMs / 1000,
    heartbeat_timeout: sockets.heartbeatTimeoutMs / 1000,
    slow_reader_bytes: SLOW_READER_BYTES,
    slow_reader_seconds: sockets.slowReaderMs / 1000,
  }
}
