import { type DetectionError, type Language, type Task, withDefaults } from '../contract/index.ts'
import type { TaskModel } from '../db/index.ts'
import { type ErrorCode, type ErrorDetails, isRetryable, messageOf } from '../errors.ts'
import { wireUserId } from '../users/principal.ts'
import type { LiveProgress } from './progress-board.ts'
import { stepName, totalSteps } from './steps.ts'

/** What the database does not know of a task. */
export interface TaskSurroundings {
  live: LiveProgress | null
  queuePosition: number | null
  recordId: number | null
  language: Language
}

/** A task as everyone outside sees it, over REST and as the answer to `get_status`. */
export function toTask(row: TaskModel, { live, queuePosition, recordId, language }: TaskSurroundings): Task {
  const isSuccess = row.status === 'success'
  const total = totalSteps(row.detectionType)
  const stepIndex = isSuccess ? total : (live?.stepIndex ?? (isCameraOn(row) ? 1 : 0))
  const endedAt = row.finishedAt ?? (isCameraOn(row) ? new Date() : null)
  const elapsed = endedAt && row.startedAt && (endedAt.getTime() - row.startedAt.getTime()) / 1000
  return {
    task_id: row.id,
    user_id: wireUserId(row.userId),
    status: row.status,
    detection_type: row.detectionType,
    file_name: row.fileName,
    file_size: Number(row.fileSize),
    options: withDefaults(row.options as object, row.detectionType),
    progress: isSuccess ? 100 : (live?.percent ?? 0),
    current_step: stepName(stepIndex, language, row.detectionType),
    current_step_index: stepIndex,
    total_steps: total,
    queue_position: row.status === 'queued' ? queuePosition : null,
    attempt: row.attempt,
    estimated_time: row.estimatedTime,
    elapsed_time: live?.elapsedS ?? elapsed,
    remaining_time: live?.remainingS ?? null,
    queued_at: row.queuedAt.toISOString(),
    started_at: row.startedAt?.toISOString() ?? null,
    finished_at: row.finishedAt?.toISOString() ?? null,
    record_id: recordId,
    ...failureOf(row, language),
    retry_of: row.retryOfId,
  }
}

/** Camera sessions are on no progress board. */
function isCameraOn({ detectionType, status }: TaskModel): boolean {
  return detectionType === 'realtime' && status === 'processing'
}

function failureOf(row: TaskModel, language: Language) {
  if (row.errorCode === null) return { error_code: null, error_message: null, retry_available: false }
  const code = row.errorCode as ErrorCode
  const details = (row.errorDetails ?? {}) as ErrorDetails
  return { error_code: code, error_message: messageOf(code, details, language), retry_available: canRetry(row) }
}

/** The fault was not the file's, and the file is still there. */
export function canRetry(row: Pick<TaskModel, 'status' | 'errorCode' | 'uploadId'>): boolean {
  const hasEnded = row.status === 'failed' || row.status === 'cancelled'
  return hasEnded && row.uploadId !== null && isRetryable(row.errorCode as ErrorCode)
}

/** `data` of the message that ends a task without a result. Chinese first, as the document's users expect. */
export function toDetectionError(taskId: string, failure: Failure): DetectionError {
  const { code, details, stack } = failure
  return {
    task_id: taskId,
    error_code: code,
    error_message: messageOf(code, details, 'zh-CN'),
    error_message_en: messageOf(code, details, 'en'),
    error_details: { ...details, error_type: code, stack_trace: stack },
    retry_available: isRetryable(code),
  }
}

/** Why a task ended without a result. */
export interface Failure {
  code: ErrorCode
  details: ErrorDetails
  /** Null unless the server is configured to show it. */
  stack: string | null
}
