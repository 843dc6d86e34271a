import { type Static, Type } from 'typebox'
import { DetectionType, FullDetectionOptions } from './detection.ts'
import { Bytes, Nullable, NullableUserId, Page, PageQuery, Percent, Seconds, TaskId, Timestamp } from './primitives.ts'

export const TaskStatus = Type.Enum(['queued', 'processing', 'success', 'failed', 'cancelled'])
export type TaskStatus = Static<typeof TaskStatus>

/** A task as everyone outside sees it, over REST and as `get_status` answers it. */
export const Task = Type.Object({
  task_id: TaskId,
  user_id: NullableUserId,
  status: TaskStatus,
  detection_type: DetectionType,
  file_name: Type.String(),
  file_size: Bytes,
  options: FullDetectionOptions,
  progress: Percent,
  current_step: Nullable(Type.String()),
  current_step_index: Type.Integer({ minimum: 0, description: '0 until the work begins' }),
  total_steps: Type.Integer(),
  queue_position: Nullable(Type.Integer({ minimum: 1, description: '1 is next; null unless queued' })),
  attempt: Type.Integer({ minimum: 0 }),
  estimated_time: Seconds,
  elapsed_time: Nullable(Seconds),
  remaining_time: Nullable(Seconds),
  queued_at: Timestamp,
  started_at: Nullable(Timestamp),
  finished_at: Nullable(Timestamp),
  record_id: Nullable(Type.Integer()),
  error_code: Nullable(Type.String()),
  error_message: Nullable(Type.String()),
  retry_available: Type.Boolean(),
  retry_of: Nullable(TaskId),
})
export type Task = Static<typeof Task>

export const TaskPage = Page(Task)
export type TaskPage = Static<typeof TaskPage>

export const TaskQuery = Type.Object(
  {
    ...PageQuery,
    status: Type.Optional(TaskStatus),
    unfinished: Type.Optional(Type.Boolean()),
    scope: Type.Optional(
      Type.Enum(['own', 'all'], { default: 'own', description: 'all: everybody’s, for analysts and administrators' }),
    ),
  },
  { additionalProperties: false },
)
export type TaskQuery = Static<typeof TaskQuery>

/** One accepted file of `POST /api/detections`. */
export const StartedTask = Type.Object({
  task_id: TaskId,
  upload_id: Type.String(),
  file_name: Type.String(),
  file_path: Type.String(),
  estimated_time: Seconds,
  queue_position: Nullable(Type.Integer()),
})
export const StartedTasks = Type.Object({ task_ids: Type.Array(TaskId), tasks: Type.Array(StartedTask) })
export type StartedTasks = Static<typeof StartedTasks>
