import type {
  CountsQuery,
  Detection,
  DetectionMode,
  DetectionType,
  ModelIdentity,
  RecordCounts,
  RecordPage,
  RecordQuery,
  RecordRemovalResult,
  RecordTracks,
  Record as RecordView,
  SignClass,
} from '../contract/index.ts'
import { type Db, Prisma, type Tx } from '../db/index.ts'
import { AppError } from '../errors.ts'
import type { EventLog } from '../events/event-log.ts'
import { hasRole, type Principal } from '../users/principal.ts'
import { calendarDayIn } from './calendar-day.ts'
import { findMediaOwner, type MediaOwner, maySeeMedia } from './media-access.ts'
import { visibleTo } from './record-access.ts'
import { countRecords } from './record-counts.ts'
import { decodeRecordCursor, encodeRecordCursor } from './record-cursor.ts'
import { filtersOf } from './record-filters.ts'
import { findRecordPlaces, readRecords } from './record-query.ts'
import {
  deleteRecords,
  finishRemovals,
  type RemovableFiles,
  type RemovableRecord,
  removeFiles,
} from './record-removal.ts'
import { mediaUrl, type RecordRow, viewOf, withSigns } from './record-view.ts'
import { walkRecords } from './record-walk.ts'
import { type TrackMarkRow, trackMark, tracksOf } from './track-view.ts'

/** The result of one finished task, to be kept. */
export interface NewRecord {
  taskId: string
  userId: number
  detectionType: DetectionType
  /** Without a key where there is no file, as of a camera. */
  upload: { fileName: string; fileSize: bigint | number; sha256: string; mediaType: string; key: string | null }
  /** Pixels of the upright picture. */
  width: number
  height: number
  mode: DetectionMode
  confidenceThreshold: number
  model: ModelIdentity
  /** Seconds. */
  processingTime: number
  detections: Detection[]
  resultKey: string | null
  thumbnailKey: string | null
  /** Of a video or a camera: seconds, the drawn video, and every sign with where it was seen. `detections` have a track each. */
  duration?: number
  /** Pictures of a video that could not be read. */
  failedFrames?: number
  videoKey?: string | null
  tracks?: NewTrack[]
}

/** One physical sign of a video or a camera. */
export interface NewTrack {
  trackId: number
  signClass: SignClass
  confidence: number
  firstTimeS: number
  lastTimeS: number
  bestTimeS: number
  bestBbox: Detection['bbox']
  boxes: Array<{ timeS: number; bbox: Detection['bbox']; confidence: number }>
  cropKey: string | null
}

export interface RecordServiceDeps {
  db: Db
  events: EventLog
  files: RemovableFiles
  /** Whose calendar days the counts are by. */
  timeZone: string
  /** Told of a file that could not be removed; `finishRemovals` tries again. */
  onError: (err: unknown) => void
}

/** Databases limit a statement's parameters, of which a sign has thirteen. */
const MAX_SIGNS_PER_STATEMENT = 50

/** Stored results: who may see them, find them, count them and delete them. */
export class RecordService {
  readonly #db: Db
  readonly #events: EventLog
  readonly #files: RemovableFiles
  readonly #dayOf: (time: Date) => string
  readonly #onError: (err: unknown) => void

  constructor({ db, events, files, timeZone, onError }: RecordServiceDeps) {
    this.#db = db
    this.#events = events
    this.#files = files
    this.#dayOf = calendarDayIn(timeZone)
    this.#onError = onError
  }

  /**
   * Keeps a result within the caller's transaction. A task has one record at most: a second insert fails it.
   * @returns the record's id.
   */
  async insert(tx: Tx, record: NewRecord): Promise<number> {
    const createdAt = new Date()
    const day = this.#dayOf(createdAt)
    const { id } = await tx.record.create({ data: { ...rowOf(record), createdAt, day }, select: { id: true } })
    await insertSigns(tx, record.detections, { id, userId: record.userId, day })
    for (const track of record.tracks ?? []) await tx.signTrack.create({ data: { recordId: id, ...trackRowOf(track) } })
    return id
  }

  /**
   * One page, in the order asked for. Users see their own records, analysts and administrators everybody's.
   * @throws INVALID_CURSOR, INVALID_REQUEST, PERMISSION_DENIED
   */
  async list(principal: Principal, query: RecordQuery): Promise<RecordPage> {
    const filters = { ...filtersOf(principal, query), newestId: query.newest_id ?? null }
    const { order = 'newest', limit = 50, cursor, offset = 0 } = query
    if (cursor !== undefined && query.offset !== undefined) throw offsetWithCursor()
    const after = cursor === undefined ? null : decodeRecordCursor(order, cursor)
    const places = await findRecordPlaces(this.#db, filters, { order, after, offset, limit: limit + 1 })
    const shown = places.slice(0, limit)
    const last = places.length > limit ? shown.at(-1) : undefined
    return {
      items: (await readRecords(this.#db, shown)).map((row) => viewOf(row)),
      next_cursor: last === undefined ? null : encodeRecordCursor(order, last),
    }
  }

  /**
   * All matching records, newest first, some at a time. What is wrong with the query is said before the first.
   * @param recordIds only these of them; null: all
   * @throws INVALID_REQUEST, PERMISSION_DENIED
   */
  async walk(
    principal: Principal,
    query: CountsQuery,
    recordIds: number[] | null,
  ): Promise<AsyncIterable<RecordRow[]>> {
    const filters = filtersOf(principal, query)
    const { _max } = await this.#db.record.aggregate({ _max: { id: true } })
    return walkRecords(this.#db, { ...filters, newestId: _max.id ?? 0 }, recordIds)
  }

  /** @throws RECORD_NOT_FOUND, also for a record that the asker may not see */
  async get(principal: Principal, recordId: number): Promise<RecordView> {
    const row = await this.#visible(principal, recordId)
    return viewOf(row, row.duration === null ? [] : await this.#marks(recordId))
  }

  /**
   * Where and when each sign of a video was seen. A picture has none.
   * @throws RECORD_NOT_FOUND, also for a record that the asker may not see
   */
  async tracks(principal: Principal, recordId: number): Promise<RecordTracks> {
    const { width, height, duration, signs } = await this.#visible(principal, recordId)
    const rows = await this.#db.signTrack.findMany({ where: { recordId }, orderBy: { firstTime: 'asc' } })
    return { record_id: recordId, width, height, duration: duration ?? 0, tracks: tracksOf(rows, signs) }
  }

  #marks(recordId: number): Promise<TrackMarkRow[]> {
    return this.#db.signTrack.findMany({ where: { recordId }, select: trackMark })
  }

  /**
   * How many records and signs match, by class and by day.
   * @throws INVALID_REQUEST, PERMISSION_DENIED
   */
  async counts(principal: Principal, query: CountsQuery): Promise<RecordCounts> {
    return countRecords(this.#db, filtersOf(principal, query))
  }

  /**
   * Deletes a record, its signs, and the files that nothing else needs, and tells its owner.
   * @throws RECORD_NOT_FOUND, also for a record that the asker may not see
   * @throws PERMISSION_DENIED when an analyst deletes somebody else's
   */
  async remove(principal: Principal, recordId: number): Promise<void> {
    const record = await this.#visible(principal, recordId)
    if (!mayRemove(principal, record)) throw new AppError('PERMISSION_DENIED', { needed: 'administrator' })
    if (!(await this.#delete([record])).has(recordId)) throw new AppError('RECORD_NOT_FOUND', { record_id: recordId })
  }

  /** As `remove`, for several: those that the asker may not delete are named, the others are deleted all the same. */
  async removeAll(principal: Principal, recordIds: number[]): Promise<RecordRemovalResult> {
    const rows = await this.#db.record.findMany({ where: { id: { in: recordIds }, ...visibleTo(principal) } })
    const allowed = rows.filter((row) => mayRemove(principal, row))
    const removed = await this.#delete(allowed)
    const denied = new Set(rows.filter((row) => !allowed.includes(row)).map(({ id }) => id))
    const refused = recordIds.filter((id) => !removed.has(id))
    return {
      removed: recordIds.filter((id) => removed.has(id)),
      refused: refused.map((record_id) => {
        return { record_id, code: denied.has(record_id) ? 'PERMISSION_DENIED' : 'RECORD_NOT_FOUND' }
      }),
    }
  }

  /** Which user's record or upload a stored file belongs to; null for an unknown key. */
  async findByMediaKey(key: string): Promise<MediaOwner | null> {
    return findMediaOwner(this.#db, key)
  }

  /** @throws NOT_FOUND for a file that is not there, or not for the asker to see */
  async requireMediaAccess(principal: Principal, key: string): Promise<void> {
    const owner = await this.findByMediaKey(key)
    if (owner === null || !maySeeMedia(principal, owner)) throw new AppError('NOT_FOUND', { path: mediaUrl(key) })
  }

  /** To be called at start-up: removes the files that a crash left after their records were deleted. */
  async finishRemovals(): Promise<number> {
    return finishRemovals(this.#db, this.#files, this.#onError)
  }

  /** @returns the ids of those that were still there. */
  async #delete(records: RemovableRecord[]): Promise<Set<number>> {
    const { recordIds, keys } = await this.#events.transact((tx, emit) => deleteRecords(tx, emit, records))
    // The records are gone whatever becomes of their files.
    await removeFiles(this.#db, this.#files, keys).catch(this.#onError)
    return new Set(recordIds)
  }

  async #visible(principal: Principal, id: number): Promise<RecordRow> {
    const row = await this.#db.record.findFirst({ where: { id, ...visibleTo(principal) }, include: withSigns })
    if (row === null) throw new AppError('RECORD_NOT_FOUND', { record_id: id })
    return row
  }
}

function mayRemove(principal: Principal, { userId }: { userId: number }): boolean {
  return userId === principal.userId || hasRole(principal, 'administrator')
}

function offsetWithCursor(): AppError {
  const field = {
    field: 'offset',
    expected: 'must not come together with cursor',
    expected_zh: '不能与 cursor 同时使用',
  }
  return new AppError('INVALID_REQUEST', {}, { fields: [field] })
}

function trackRowOf({ trackId, signClass, confidence, cropKey, ...track }: NewTrack) {
  const { firstTimeS: firstTime, lastTimeS: lastTime, bestTimeS: bestTime } = track
  const boxes = track.boxes.map(({ timeS, bbox, confidence: sure }) => [rounded(timeS), ...bbox, sure])
  return { trackId, signClass, confidence, cropKey, firstTime, lastTime, bestTime, boxes }
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}

function rowOf({ upload, model, detections, tracks: _, ...record }: NewRecord) {
  const { key: sourceKey, fileName, fileSize, sha256, mediaType } = upload
  return {
    ...record,
    fileName,
    fileSize,
    sha256,
    mediaType,
    sourceKey,
    modelName: model.name,
    modelVersion: model.version,
    totalDetections: detections.length,
    lowestConfidence: detections.reduce<number | null>((low, { confidence }) => Math.min(low ?? 1, confidence), null),
  }
}

/** By hand, as Prisma plans a createMany anew at every call, which takes longer than running it. */
async function insertSigns(
  tx: Tx,
  detections: Detection[],
  { id, userId, day }: { id: number; userId: number; day: string },
) {
  for (let start = 0; start < detections.length; start += MAX_SIGNS_PER_STATEMENT) {
    const rows = detections.slice(start, start + MAX_SIGNS_PER_STATEMENT).map((found) => {
      const { class_code, class_name, class_name_en, category, confidence, bbox } = found
      const trackId = found.track?.track_id ?? null
      const values = [id, userId, day, class_code, class_name, class_name_en, category, confidence, ...bbox, trackId]
      return Prisma.sql`(${Prisma.join(values)})`
    })
    await tx.$executeRaw`
      INSERT INTO "Sign" ("recordId", "userId", "day", "classCode", "className", "classNameEn", "category", "confidence",
                          "x1", "y1", "x2", "y2", "trackId")
      VALUES ${Prisma.join(rows)}`
  }
}
