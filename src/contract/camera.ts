import { type Static, Type } from 'typebox'
import { Detection, FullDetectionOptions } from './detection.ts'
import { Nullable, NullableUserId, Seconds, TaskId, Timestamp } from './primitives.ts'
import { RecordId } from './record.ts'

export const CameraId = Type.String({ pattern: '^cam_[A-Za-z0-9_-]{1,64}$' })
export const CameraParams = Type.Object({ camera_id: CameraId })
export const CameraCropParams = Type.Object({
  camera_id: CameraId,
  task_id: TaskId,
  track_id: Type.Integer({ minimum: 1 }),
})

export const CameraAudience = Type.Enum(['analysts', 'everyone'], {
  description: 'Who sees the camera and hears of its signs: analysts and administrators, or every user',
})
export type CameraAudience = Static<typeof CameraAudience>

const CameraUrl = Type.String({
  minLength: 1,
  maxLength: 2000,
  description:
    'rtsp, rtsps, http or https; may hold user name and password, which no answer repeats. In a change, the address as it is shown keeps them; with others in it, or with none before an @, it replaces or forgets them and nothing else',
})
const CameraName = Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' })

/** As DetectionOptions, without defaults, which validation would write into a change that does not name them. */
const CameraOptions = Type.Object(
  {
    confidence_threshold: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'Left out: 0.5' })),
    mode: Type.Optional(Type.Enum(['fast', 'balanced', 'accurate', 'max'], { description: 'Left out: fast' })),
    frame_rate: Type.Optional(
      Type.Number({ minimum: 0.2, maximum: 30, description: 'Pictures to look at, a second. Left out: 5 to 10' }),
    ),
    save_result: Type.Optional(Type.Boolean({ description: 'Keep a picture of each sign. Left out: true' })),
  },
  { additionalProperties: false },
)

export const NewCamera = Type.Object(
  {
    name: CameraName,
    url: CameraUrl,
    enabled: Type.Optional(Type.Boolean({ description: 'Left out: true' })),
    audience: Type.Optional(CameraAudience),
    options: Type.Optional(CameraOptions),
  },
  { additionalProperties: false },
)
export type NewCamera = Static<typeof NewCamera>

export const CameraChange = Type.Partial(NewCamera, { additionalProperties: false, minProperties: 1 })
export type CameraChange = Static<typeof CameraChange>

export const CameraState = Type.Enum(['connecting', 'live', 'waiting', 'refused', 'disabled'], {
  description:
    'waiting: until next_try_at, or for a place where that is null. refused: until it is changed or restarted',
})
export type CameraState = Static<typeof CameraState>

export const CameraProblem = Type.Object({
  code: Type.String(),
  message: Type.String(),
  message_zh: Type.String(),
  at: Timestamp,
})
export type CameraProblem = Static<typeof CameraProblem>

/** How a camera does. `data` of `camera_state`, which comes with every change and every few seconds while it is live. */
export const CameraStatus = Type.Object({
  camera_id: CameraId,
  name: Type.String(),
  state: CameraState,
  since: Timestamp,
  next_try_at: Nullable(Timestamp),
  last_frame_at: Nullable(Timestamp),
  width: Nullable(Type.Integer()),
  height: Nullable(Type.Integer()),
  fps: Type.Number({ minimum: 0, description: 'Pictures looked at in a second, of late' }),
  frames_dropped: Type.Integer({
    minimum: 0,
    description: 'Since the server started: pictures that were due while the model was busy, which are never queued',
  }),
  latency: Nullable(Seconds, 'From the arrival of a picture to its answer, of late'),
  signs: Type.Integer({ minimum: 0, description: 'Since the server started' }),
  last_error: Nullable(CameraProblem),
})
export type CameraStatus = Static<typeof CameraStatus>

/** `data` of `camera_sign`: a sign has turned out to be none of the noise. Times of its track are seconds of the period. */
export const CameraSign = Type.Object({
  camera_id: CameraId,
  name: Type.String(),
  time: Timestamp,
  period_started_at: Timestamp,
  sign: Detection,
  crop_url: Nullable(
    Type.String(),
    'The sign as it was seen best so far, for whoever may see the camera; goes with the record of the period. Null without save_result',
  ),
})
export type CameraSign = Static<typeof CameraSign>

export const Camera = Type.Object({
  ...CameraStatus.properties,
  url: Nullable(Type.String({ description: 'For administrators, without anything secret' })),
  has_credentials: Type.Boolean(),
  enabled: Type.Boolean(),
  audience: CameraAudience,
  options: FullDetectionOptions,
  latest_signs: Type.Array(CameraSign, {
    description: 'What it has seen of late, the newest first: 12 at most, since the server started',
  }),
  created_by: NullableUserId,
  created_at: Timestamp,
})
export type Camera = Static<typeof Camera>

export const CameraList = Type.Object({
  items: Type.Array(Camera),
  limit: Type.Integer({ description: 'So many cameras run at once' }),
})
export type CameraList = Static<typeof CameraList>

/** `data` of `camera_record`: what a camera has seen in a period has become a record. */
export const CameraRecord = Type.Object({
  camera_id: CameraId,
  name: Type.String(),
  record_id: RecordId,
  total_detections: Type.Integer(),
})
export type CameraRecord = Static<typeof CameraRecord>
