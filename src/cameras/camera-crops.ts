import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Db } from '../db/index.ts'
import type { FileStore } from '../storage/file-store.ts'
import type { CameraStreams } from '../streams/camera-stream.ts'

export interface CameraCropsDeps {
  db: Db
  files: Pick<FileStore, 'pathOf'>
  streams: Pick<CameraStreams, 'readCrop'>
}

/** One sign of one period. */
export interface CropKey {
  cameraId: string
  taskId: string
  trackId: number
}

/** Begins the ids of the tasks of a camera's periods: they say whose they are, also when the period has become a record. */
export function taskPrefixOf(cameraId: string): string {
  return `task_${cameraId.replace(/^cam_/, '').slice(0, 18)}-`
}

export function cropUrl({ cameraId, taskId, trackId }: CropKey): string {
  return `/api/cameras/${cameraId}/crops/${taskId}/${trackId}`
}

/** Pictures of the signs that cameras see, for whoever may see the camera. */
export class CameraCrops {
  readonly #deps: CameraCropsDeps

  constructor(deps: CameraCropsDeps) {
    this.#deps = deps
  }

  /**
   * The sign as it was seen best so far, WebP: out of the folder of the period that goes on, else of its record. Null where
   * there is none: not kept, or deleted with its record.
   * @param workDir of the camera's process; null where none is at work
   */
  async find(key: CropKey, workDir: string | null): Promise<Buffer | null> {
    const { cameraId, taskId, trackId } = key
    // Without this, somebody who may see one camera could see the signs of any record.
    if (!taskId.startsWith(taskPrefixOf(cameraId))) return null
    const fresh = workDir === null ? null : await this.#deps.streams.readCrop(join(workDir, taskId), trackId)
    return fresh ?? (await this.#ofRecord(taskId, trackId))
  }

  async #ofRecord(taskId: string, trackId: number): Promise<Buffer | null> {
    const { db, files } = this.#deps
    const { cropKey } = (await db.signTrack.findFirst({ where: { trackId, record: { taskId } } })) ?? { cropKey: null }
    return cropKey === null ? null : readFile(files.pathOf(cropKey)).catch(() => null)
  }
}
