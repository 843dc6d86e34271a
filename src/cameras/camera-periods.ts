import { randomUUID } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CameraModel, Db } from '../db/index.ts'
import type { EventLog } from '../events/event-log.ts'
import type { NewRecord, NewTrack, RecordService } from '../records/record-service.ts'
import type { FileStore, Folder } from '../storage/file-store.ts'
import type { CameraStreams } from '../streams/camera-stream.ts'
import type { PeriodResult } from '../streams/period.ts'
import { detectionsOf } from '../tasks/video-work.ts'

export interface CameraPeriodsDeps {
  db: Db
  events: EventLog
  files: FileStore & {
    /** The ids of all unfinished work. */
    works(): Promise<string[]>
    /** As `publish`, and the file also stays where it is, unless the disk knows no second names. */
    link(path: string, key: string): Promise<void>
  }
  streams: Pick<CameraStreams, 'readPeriod'>
  records: RecordService
  log: { error(details: object, message: string): void }
}

const MEDIA_TYPE = 'video/x-camera'

/** What cameras have seen, from the folders that their processes leave to records. */
export class CameraPeriods {
  readonly #deps: CameraPeriodsDeps

  constructor(deps: CameraPeriodsDeps) {
    this.#deps = deps
  }

  /** A folder for one process of a camera. */
  workDir(cameraId: string): Promise<string> {
    return this.#deps.files.workDir(`${cameraId}-${randomUUID()}`)
  }

  /**
   * What processes of an earlier server have left: to be called before any camera starts. What cannot be kept is logged, and
   * holds up neither the rest nor the server.
   */
  async recover(): Promise<void> {
    const { files, log } = this.#deps
    for (const work of await files.works()) {
      const [, camera_id] = /^(cam_[\w-]+?)-[0-9a-f]{8}-[0-9a-f-]{27}$/.exec(work) ?? []
      if (camera_id === undefined) continue
      await this.#recoverWork(work, camera_id).catch((err) => {
        log.error({ err, camera_id }, 'what a camera has seen could not be kept; it is tried again at the next start')
      })
    }
  }

  async #recoverWork(work: string, cameraId: string): Promise<void> {
    const { db, files } = this.#deps
    const row = await db.camera.findUnique({ where: { id: cameraId } })
    if (row === null) await files.dropWork(work)
    else await this.keepAll(row, await files.workDir(work))
  }

  /**
   * Every period in a folder of a process that has gone, then the folder goes.
   * @throws AggregateError where some could not be kept, once all others are: their folders stay
   */
  async keepAll(row: CameraModel, workDir: string): Promise<void> {
    const failures: unknown[] = []
    for (const name of await readdir(workDir)) {
      await this.keep(row, join(workDir, name)).catch((err) => failures.push(err))
    }
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} periods could not be kept`)
    await rm(workDir, { recursive: true, force: true })
  }

  /**
   * One period: its pictures first, then everything else in one transaction, or nothing at all. May be repeated, as nothing
   * leaves its folder before the record is there.
   */
  async keep(row: CameraModel, dir: string): Promise<void> {
    const result = await this.#deps.streams.readPeriod(dir)
    if (result !== null && !(await this.#isKept(result))) await this.#insert(row, dir, result)
    await rm(dir, { recursive: true, force: true })
  }

  async #isKept({ taskId }: PeriodResult): Promise<boolean> {
    return (await this.#deps.db.record.count({ where: { taskId } })) > 0
  }

  async #insert(row: CameraModel, dir: string, result: PeriodResult): Promise<void> {
    const { events, files, records } = this.#deps
    const published: string[] = []
    const publish = async (name: string | null, folder: Folder, extension: string) => {
      if (name === null) return null
      const key = files.newKey(folder, extension)
      if (!(await this.#publish(join(dir, name), key))) return null
      published.push(key)
      return key
    }
    try {
      const resultKey = await publish(result.poster, 'detection_results', '.jpg')
      const thumbnailKey = await publish(result.thumbnail, 'thumbnails', '.webp')
      const tracks: NewTrack[] = []
      for (const { crop, ...track } of result.tracks) {
        tracks.push({ ...track, cropKey: await publish(crop, 'crops', '.webp') })
      }
      const record = { ...recordOf(row, result, tracks), resultKey, thumbnailKey }
      await events.transact(async (tx, emit) => {
        const record_id = await records.insert(tx, record)
        const data = { camera_id: row.id, name: row.name, record_id, total_detections: tracks.length }
        await emit({ type: 'camera_record', userId: row.createdById, data })
      })
    } catch (err) {
      for (const key of published) await files.remove(key)
      throw err
    }
  }

  /** @returns whether there is such a picture: a power cut may have cost it, and nothing else of the period. */
  async #publish(path: string, key: string): Promise<boolean> {
    try {
      await this.#deps.files.link(path, key)
      return true
    } catch (err) {
      if ((err as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw err
    }
  }
}

function recordOf(row: CameraModel, result: PeriodResult, tracks: NewTrack[]): NewRecord {
  const { taskId, width, height, mode, confidenceThreshold, model } = result
  return {
    ...{ taskId, width, height, mode, confidenceThreshold, model, tracks },
    userId: row.createdById,
    detectionType: 'realtime',
    upload: { fileName: row.name, fileSize: 0, sha256: '', mediaType: MEDIA_TYPE, key: null },
    processingTime: Math.round(result.workedS * 1000) / 1000,
    duration: result.durationS,
    detections: detectionsOf(tracks),
    resultKey: null,
    thumbnailKey: null,
  }
}
