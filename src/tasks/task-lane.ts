import type { DetectionType } from '../contract/index.ts'
import type { TaskModel, UploadModel } from '../db/index.ts'
import type { Job } from '../queue/job-queue.ts'

/** What the queue is told of a task. */
export function jobOf({ id, userId, detectionType }: Pick<TaskModel, 'id' | 'userId' | 'detectionType'>): Job {
  return { id, owner: String(userId), lane: detectionType === 'video' ? 'videos' : 'pictures' }
}

/** The one type of detection that a file is for. */
export function detectionTypeOf({ mediaType }: Pick<UploadModel, 'mediaType'>): DetectionType {
  return mediaType.startsWith('video/') ? 'video' : 'image'
}
