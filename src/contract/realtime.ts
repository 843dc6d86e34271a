import { type Static, Type } from 'typebox'
import { BoundingBox, SignClass } from './detection.ts'
import { Bytes, TaskId } from './primitives.ts'

/**
 * What comes before the picture in a binary message of a camera session; numbers are big-endian.
 *
 * | bytes | what |
 * |---|---|
 * | 0-3 | `HZF1` |
 * | 4-7 | unsigned: the session, as `start_detection` answered it |
 * | 8-11 | unsigned: the frame, as the client counts them |
 * | 12-19 | float64: when it was taken, in milliseconds since 1970 by the client's clock |
 */
export const FRAME_HEADER = 'HZF1'
export const FRAME_HEADER_BYTES = 20

/** Of the picture behind the header. */
export const MAX_FRAME_BYTES = 2 * 1024 * 1024

/** What a client needs to know to stream; `realtime` of the answer to `start_detection` and to `resume_session`. */
export const RealtimeTerms = Type.Object({
  session: Type.Integer({ minimum: 1, maximum: 0xffffffff, description: 'For the header of every frame' }),
  frame_header: Type.Literal(FRAME_HEADER),
  max_frame_bytes: Bytes,
  max_frame_pixels: Type.Integer(),
  max_seconds: Type.Number({ description: 'The session ends by itself after this' }),
  idle_seconds: Type.Number({ description: 'and after this without a frame' }),
  resume_seconds: Type.Number({ description: 'and after this without a connection' }),
})
export type RealtimeTerms = Static<typeof RealtimeTerms>

/** A sign that is in sight, in pixels of the frame that the message is about. */
export const LiveDetection = Type.Object({
  ...SignClass.properties,
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
  bbox: BoundingBox,
  track_id: Type.Integer({ minimum: 1, description: 'The same for the same sign, throughout the session' }),
  is_seen: Type.Boolean({ description: 'false: not found in this frame; bbox is where it should be' }),
})
export type LiveDetection = Static<typeof LiveDetection>

/** Fields of `detection_progress` that only the socket gets that streams. */
export const frameAnswer = {
  frame_id: Type.Optional(
    Type.Integer({ minimum: 0, description: 'added, cameras: the frame; every earlier one is answered or dropped' }),
  ),
  captured_at: Type.Optional(Type.Number({ description: 'added, cameras: the time in that frame’s header' })),
  frame_width: Type.Optional(Type.Integer({ description: 'added, cameras: pixels that `detections` refer to' })),
  frame_height: Type.Optional(Type.Integer()),
  detections: Type.Optional(Type.Array(LiveDetection, { description: 'added, cameras: the signs in that frame' })),
  latency: Type.Optional(
    Type.Number({
      minimum: 0,
      description: 'added, cameras: seconds from captured_at to this answer, true where both clocks are',
    }),
  ),
  processing_latency: Type.Optional(
    Type.Number({ minimum: 0, description: 'added, cameras: seconds from the arrival of the frame to this answer' }),
  ),
}

export const StopDetection = Type.Object(
  { task_id: Type.String({ maxLength: 100 }) },
  {
    additionalProperties: false,
    description: 'Ends a camera session with its record; `cancel_detection` ends it without',
  },
)

export const ResumeSession = Type.Object(
  { task_id: Type.String({ maxLength: 100 }) },
  { additionalProperties: false, description: 'Goes on with a camera session over this socket' },
)

/** `data` of the answer to `stop_detection`. */
export const StoppedSession = Type.Object({ task_id: TaskId, record_id: Type.Integer() })
export type StoppedSession = Static<typeof StoppedSession>
