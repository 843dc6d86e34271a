import { type Static, type TSchema, Type } from 'typebox'
import { CameraRecord, CameraSign, CameraStatus } from './camera.ts'
import { Detection, DetectionOptions, DetectionType } from './detection.ts'
import { ModelChanged } from './model.ts'
import { NotificationMessage } from './notification.ts'
import { Bytes, Language, Nullable, NullableUserId, Seconds, TaskId, Timestamp } from './primitives.ts'
import { frameAnswer, ResumeSession, StopDetection } from './realtime.ts'
import { RecordsRemoved } from './record.ts'
import { ReviewChanged } from './review.ts'
import { Task } from './task.ts'
import { FileUploadProgress } from './upload.ts'

/*
 * Server to client. `hzsystem_websocket.md` fixes the names; fields marked "added" go beyond it.
 */

export const DetectionStart = Type.Object({
  task_id: TaskId,
  detection_type: DetectionType,
  file_name: Type.String(),
  file_size: Bytes,
  estimated_time: Seconds,
})
export type DetectionStart = Static<typeof DetectionStart>

export const DetectionProgress = Type.Object({
  task_id: TaskId,
  progress: Type.Integer({
    minimum: 0,
    maximum: 100,
    description: 'never falls. A camera session has 0 until its end, as nobody knows how long it will be',
  }),
  current_step: Type.String(),
  total_steps: Type.Integer(),
  current_step_index: Type.Integer(),
  elapsed_time: Seconds,
  remaining_time: Seconds,
  frames_done: Type.Optional(
    Type.Integer({ minimum: 0, description: 'added, videos and cameras: frames that were looked at' }),
  ),
  frames_total: Type.Optional(Nullable(Type.Integer({ minimum: 0, description: 'added, videos: as far as is known' }))),
  fps: Type.Optional(
    Type.Number({ minimum: 0, description: 'added, videos and cameras: frames looked at in a second' }),
  ),
  position: Type.Optional(Seconds),
  new_detections: Type.Optional(
    Type.Array(Detection, {
      description:
        'added, videos and cameras: signs found since the message before; where messages are skipped, one may come twice (track_id)',
    }),
  ),
  ...frameAnswer,
  dropped_frames: Type.Optional(
    Type.Integer({ minimum: 0, description: 'added, cameras: frames that a newer one has replaced, so far' }),
  ),
})
export type DetectionProgress = Static<typeof DetectionProgress>

export const DetectionComplete = Type.Object({
  task_id: TaskId,
  record_id: Type.Integer(),
  status: Type.Enum(['success', 'failed']),
  processing_time: Seconds,
  message: Type.Optional(
    Nullable(Type.String({ description: 'added: why a part of a video could not be read; status is failed then' })),
  ),
  failed_frames: Type.Optional(
    Type.Integer({ minimum: 0, description: 'added: frames of a video that could not be read' }),
  ),
  results: Type.Object({
    total_detections: Type.Integer(),
    detections: Type.Array(Detection),
    result_image_url: Nullable(Type.String()),
    thumbnail_url: Nullable(Type.String()),
    width: Type.Integer({ description: 'pixels of the upright picture that bbox refers to' }),
    height: Type.Integer(),
    result_video_url: Type.Optional(Nullable(Type.String({ description: 'added: the video with its boxes drawn' }))),
    duration: Type.Optional(Seconds),
    tracks_url: Type.Optional(Type.String({ description: 'added: where all boxes of a video are' })),
  }),
})
export type DetectionComplete = Static<typeof DetectionComplete>

export const DetectionError = Type.Object({
  task_id: TaskId,
  error_code: Type.String(),
  error_message: Type.String(),
  error_message_en: Type.String({ description: 'added: the English text, whatever the language of the socket' }),
  error_details: Type.Object(
    { error_type: Type.String(), stack_trace: Nullable(Type.String()) },
    { additionalProperties: true },
  ),
  retry_available: Type.Boolean(),
})
export type DetectionError = Static<typeof DetectionError>

export const NotificationWithdrawn = Type.Object({ notification_id: Type.String() })
export type NotificationWithdrawn = Static<typeof NotificationWithdrawn>

export const SocketLimits = Type.Object({
  max_message_bytes: Bytes,
  max_upload_bytes: Bytes,
  max_image_pixels: Type.Integer(),
  max_connections: Type.Integer({ description: 'sockets per user; 0: no limit' }),
  malformed_messages_per_minute: Type.Integer(),
  progress_per_second: Type.Integer({ description: 'at most, for one task' }),
  heartbeat_interval: Seconds,
  heartbeat_timeout: Seconds,
  slow_reader_bytes: Bytes,
  slow_reader_seconds: Seconds,
})
export type SocketLimits = Static<typeof SocketLimits>

export const ConnectionEstablished = Type.Object({
  connection_id: Type.String(),
  user_id: NullableUserId,
  server_time: Timestamp,
  supported_features: Type.Array(Type.String()),
  protocol_version: Type.String(),
  language: Language,
  cursor: Type.String({ description: 'Where this connection begins; `resume` takes it' }),
  positions: Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
    description: 'The same by `stream`: the first kept message of each has the next `seq`',
  }),
  recovered: Type.Boolean({ description: 'Everything after the given cursor follows, without a gap' }),
  limits: SocketLimits,
})
export type ConnectionEstablished = Static<typeof ConnectionEstablished>

export const Snapshot = Type.Object({ tasks: Type.Array(Task) })
export type Snapshot = Static<typeof Snapshot>

export const ConnectionClosing = Type.Object({
  reason: Type.String(),
  message: Type.String(),
  reconnect_after: Seconds,
})
export type ConnectionClosing = Static<typeof ConnectionClosing>

export const UserMessageResponse = Type.Object({
  request_id: Type.String(),
  status: Type.Enum(['success', 'error']),
  message: Type.String(),
  data: Type.Object({}, { additionalProperties: true }),
})
export type UserMessageResponse = Static<typeof UserMessageResponse>

export const SocketError = Type.Object({
  error_code: Type.Integer(),
  error_type: Type.String(),
  message: Type.String(),
  details: Type.Object({}, { additionalProperties: true }),
})
export type SocketError = Static<typeof SocketError>

const envelope = <T extends string, D extends TSchema>(type: T, data: D) => ({
  type: Type.Literal(type),
  data,
  timestamp: Timestamp,
  user_id: NullableUserId,
})

/** Sent once or latest-wins, and not kept. */
const passing = <T extends string, D extends TSchema>(type: T, data: D) => Type.Object(envelope(type, data))

export const StreamKind = Type.Enum(['user', 'inbox', 'role', 'everyone', 'all'])
export type StreamKind = Static<typeof StreamKind>

/** Kept, numbered and never dropped. */
const lossless = <T extends string, D extends TSchema>(type: T, data: D) =>
  Type.Object({
    ...envelope(type, data),
    event_id: Type.String(),
    stream: StreamKind,
    seq: Type.Integer({ minimum: 1, description: '1, 2, 3, … without gaps within the stream' }),
    cursor: Type.String({ description: 'opaque; `resume` takes it' }),
    snapshot: Type.Optional(Type.Boolean({ description: 'an earlier event told again at the start of a connection' })),
  })

export const KeptMessage = Type.Union([
  lossless('detection_start', DetectionStart),
  lossless('detection_complete', DetectionComplete),
  lossless('detection_error', DetectionError),
  lossless('system_notification', NotificationMessage),
  lossless('notification_withdrawn', NotificationWithdrawn),
  lossless('review_changed', ReviewChanged),
  lossless('records_removed', RecordsRemoved),
  lossless('model_changed', ModelChanged),
  lossless('camera_sign', CameraSign),
  lossless('camera_record', CameraRecord),
])
export type KeptMessage = Static<typeof KeptMessage>

export const PassingMessage = Type.Union([
  passing('connection_established', ConnectionEstablished),
  passing('snapshot', Snapshot),
  passing('detection_progress', DetectionProgress),
  passing('file_upload_progress', FileUploadProgress),
  passing('camera_state', CameraStatus),
  passing('user_message_response', UserMessageResponse),
  passing('connection_closing', ConnectionClosing),
  passing('error', SocketError),
])
export type PassingMessage = Static<typeof PassingMessage>

export const ServerMessage = Type.Union([KeptMessage, PassingMessage])
export type ServerMessage = Static<typeof ServerMessage>

/*
 * Client to server.
 */

export const StartDetection = Type.Object(
  {
    file_path: Type.Optional(
      Type.String({ maxLength: 500, description: 'As an upload returned it: /uploads/…; none with realtime' }),
    ),
    detection_type: DetectionType,
    options: Type.Optional(DetectionOptions),
  },
  { additionalProperties: false },
)
export const CancelDetection = Type.Object(
  { task_id: Type.String({ maxLength: 100 }) },
  { additionalProperties: false },
)
export const GetStatus = Type.Object(
  { task_id: Type.Optional(Type.String({ maxLength: 100 })) },
  { additionalProperties: false },
)
export const Ping = Type.Object({})

/** Every command a client may send, with the schema of its payload. */
export const commands = {
  start_detection: StartDetection,
  cancel_detection: CancelDetection,
  get_status: GetStatus,
  stop_detection: StopDetection,
  resume_session: ResumeSession,
  ping: Ping,
} as const
export type CommandName = keyof typeof commands
export type CommandPayload<C extends CommandName> = Static<(typeof commands)[C]>

/** The outer shape alone; the payload is checked against its command's schema, so that its errors name its fields. */
export const UserMessage = Type.Object({
  type: Type.Literal('user_message'),
  data: Type.Object({
    message_type: Type.Enum(Object.keys(commands) as CommandName[]),
    request_id: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    payload: Type.Optional(Type.Object({}, { additionalProperties: true })),
  }),
})
export type UserMessage = Static<typeof UserMessage>

/** 4000-4099: stop; 4100-4199: back off and reconnect; 4200-4299: reconnect at once. */
export const closeCodes = {
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  unsupportedData: 1003,
  messageTooBig: 1009,
  serverError: 1011,
  authenticationFailed: 4000,
  permissionDenied: 4001,
  connectionLimit: 4002,
  slowReader: 4101,
  accessChanged: 4200,
} as const
