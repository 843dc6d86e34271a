import type { Analysis } from '../analysis/analyzer.ts'
import type { Detection, EventDraft } from '../contract/index.ts'
import type { Prisma, TaskModel, Tx } from '../db/index.ts'
import { AppError } from '../errors.ts'
import type { Emit } from '../events/event-log.ts'
import { mediaUrl } from '../records/record-view.ts'
import type { VideoAnalysis } from '../video/video-analyzer.ts'
import type { ResultKeys } from './result-pictures.ts'
import { type Failure, toDetectionError } from './task-view.ts'

/** Only the newest attempt may settle a task, and only while it runs. */
export function ofAttempt({ id, attempt }: TaskModel): Prisma.TaskWhereInput {
  return { id, attempt, status: 'processing' }
}

/** @returns whether the task was this attempt's to settle. */
export async function succeed(tx: Tx, task: TaskModel): Promise<boolean> {
  const data = { status: 'success' as const, finishedAt: new Date() }
  const { count } = await tx.task.updateMany({ where: ofAttempt(task), data })
  return count === 1
}

/**
 * Ends a task without a result, and says so.
 * @param where the states from which it may be ended.
 * @returns whether it was in one of them.
 */
export async function fail(
  tx: Tx,
  emit: Emit,
  where: Prisma.TaskWhereInput,
  { id, userId }: TaskModel,
  failure: Failure,
): Promise<boolean> {
  const { count } = await tx.task.updateMany({
    where,
    data: {
      status: failure.code === 'TASK_CANCELLED' ? 'cancelled' : 'failed',
      finishedAt: new Date(),
      errorCode: failure.code,
      errorDetails: failure.details as Prisma.InputJsonValue,
    },
  })
  if (count === 0) return false
  await emit({ type: 'detection_error', userId, taskId: id, data: toDetectionError(id, failure) })
  return true
}

export function failureOf(err: unknown, exposeStack: boolean): Failure {
  const known = err instanceof AppError ? err : new AppError('MODEL_ERROR', {}, { cause: err })
  const stack = exposeStack && err instanceof Error ? (err.stack ?? null) : null
  return { code: known.code, details: known.details, stack }
}

export function startEvent(task: TaskModel): EventDraft {
  const data = {
    task_id: task.id,
    detection_type: task.detectionType,
    file_name: task.fileName,
    file_size: Number(task.fileSize),
    estimated_time: task.estimatedTime,
  }
  return { type: 'detection_start', userId: task.userId, taskId: task.id, data }
}

export function completeEvent(
  task: TaskModel,
  recordId: number,
  processingTime: number,
  analysis: Pick<Analysis, 'width' | 'height' | 'detections'>,
  keys: ResultKeys,
): EventDraft {
  const { width, height, detections } = analysis
  const data = {
    task_id: task.id,
    record_id: recordId,
    status: 'success' as const,
    processing_time: processingTime,
    results: {
      total_detections: detections.length,
      detections,
      result_image_url: mediaUrl(keys.resultKey),
      thumbnail_url: mediaUrl(keys.thumbnailKey),
      width,
      height,
    },
  }
  return { type: 'detection_complete', userId: task.userId, taskId: task.id, data }
}

interface VideoResult {
  recordId: number
  processingTime: number
  analysis: VideoAnalysis
  detections: Detection[]
  keys: ResultKeys & { videoKey: string | null }
}

/** Of a video: `failed` where a part of it could not be read, which is kept all the same. */
export function videoCompleteEvent(task: TaskModel, result: VideoResult): EventDraft {
  const { recordId, processingTime, analysis, detections, keys } = result
  const { width, height, durationS, failedFrames, isPartial } = analysis
  const data = {
    task_id: task.id,
    record_id: recordId,
    status: isPartial ? ('failed' as const) : ('success' as const),
    processing_time: processingTime,
    message: isPartial ? partialMessage(failedFrames) : null,
    failed_frames: failedFrames,
    results: {
      total_detections: detections.length,
      detections,
      result_image_url: mediaUrl(keys.resultKey),
      thumbnail_url: mediaUrl(keys.thumbnailKey),
      width,
      height,
      result_video_url: mediaUrl(keys.videoKey),
      duration: durationS,
      tracks_url: `/api/detections/${recordId}/tracks`,
    },
  }
  return { type: 'detection_complete', userId: task.userId, taskId: task.id, data }
}

/** Events are kept in one language, and read in both. */
function partialMessage(failedFrames: number): string {
  return `视频有 ${failedFrames} 帧无法读取，其余部分的结果已保存 / ${failedFrames} frames of the video could not be read; the result of the rest is kept`
}
