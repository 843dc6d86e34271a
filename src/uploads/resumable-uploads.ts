import type { PassingEvent } from '../contract/index.ts'
import type { UploadModel } from '../db/index.ts'
import { AppError, isCallersFault } from '../errors.ts'
import type { ExpectedDigest, PartialFile, PartialFiles } from '../storage/partial-files.ts'
import type { RequestBytes } from './request-bytes.ts'
import { UploadLocks } from './upload-locks.ts'
import { UploadProgress } from './upload-progress.ts'
import { newUploadId, type UploadService } from './upload-service.ts'

interface Deps {
  partial: PartialFiles
  uploads: UploadService
  tell: (event: PassingEvent) => void
  /** Of one file. */
  maxBytes: number
  /** Unfinished ones of one user. */
  maxUnfinished: number
  /** An upload goes when nothing has come for this long. */
  resumeMs: number
}

export interface UploadState {
  id: string
  fileName: string
  length: number
  offset: number
  /** When the last byte came. */
  changedMs: number
  /** What became of it, once it is complete. */
  upload: UploadModel | null
}

/** Files that come in pieces, by whatever protocol, until they are uploads like all others, under the same id. */
export class ResumableUploads {
  readonly locks = new UploadLocks()
  readonly #deps: Deps
  readonly #progress = new Map<string, UploadProgress>()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  get maxBytes(): number {
    return this.#deps.maxBytes
  }

  get resumeMs(): number {
    return this.#deps.resumeMs
  }

  /** @throws EMPTY_FILE, UPLOAD_TOO_LARGE, TOO_MANY_UPLOADS, STORAGE_FULL */
  async create(userId: number, fileName: string, length: number): Promise<PartialFile> {
    const { partial, maxBytes, maxUnfinished } = this.#deps
    if (length === 0) throw new AppError('EMPTY_FILE', { file_name: fileName })
    if (length > maxBytes) throw new AppError('UPLOAD_TOO_LARGE', { file_name: fileName, max_bytes: maxBytes })
    const unfinished = partial.list().filter((file) => file.userId === userId)
    if (unfinished.length >= maxUnfinished) throw new AppError('TOO_MANY_UPLOADS', { max_uploads: maxUnfinished })
    const file = { id: newUploadId(), userId, fileName, length }
    await partial.create(file)
    return file
  }

  /**
   * How far an upload has got. With its lock held: one that a crash kept from being completed is completed now.
   * @throws UPLOAD_NOT_FOUND for anything but an upload of this user, and what completing it throws
   */
  async stateOf(id: string, userId: number): Promise<UploadState> {
    const { partial, uploads } = this.#deps
    // The row first: a file that was not yet cleared away says nothing beside it.
    const upload = await uploads.find(id, userId)
    if (upload !== null) return completeState(upload)
    const file = this.#ownFile(id, userId)
    const { bytes, changedMs } = await partial.stateOf(id)
    if (bytes < file.length) return { ...file, offset: bytes, changedMs, upload: null }
    return completeState(await this.#complete(file))
  }

  /**
   * Takes bytes in where the upload ends, with its lock held. Those that came before something failed count, unless a
   * digest was expected of them. The last ones complete the upload: what is then refused is gone.
   * @throws UPLOAD_NOT_FOUND, UPLOAD_INTERRUPTED, UPLOAD_BUSY where `bytes` was stopped, CHECKSUM_MISMATCH, STORAGE_FULL,
   * UPLOAD_TOO_LARGE, and what reading the header throws
   */
  async append(
    id: string,
    userId: number,
    bytes: RequestBytes,
    expected: ExpectedDigest | null,
  ): Promise<{ offset: number; upload: UploadModel | null }> {
    const file = this.#ownFile(id, userId)
    const { onBytes } = this.#progressOf(file)
    const offset = await this.#deps.partial.append(id, untilItsEnd(bytes, file), { expected, onBytes })
    return { offset, upload: offset < file.length ? null : await this.#complete(file) }
  }

  /** With its lock held. @throws UPLOAD_NOT_FOUND, UPLOAD_FINISHED */
  async remove(id: string, userId: number): Promise<void> {
    if ((await this.#deps.uploads.find(id, userId)) !== null) throw new AppError('UPLOAD_FINISHED', { upload_id: id })
    this.#ownFile(id, userId)
    await this.#forget(id)
  }

  /** Removes what nobody has gone on with, and what a crash left of uploads that are complete. @returns how many */
  async sweep(nowMs: number): Promise<number> {
    const { partial, uploads, resumeMs } = this.#deps
    let removed = 0
    for (const { id, userId } of partial.list()) {
      if (this.locks.has(id)) continue
      const release = await this.locks.takeOver(id)
      try {
        if (partial.find(id) === null) continue
        const isOld = (await partial.stateOf(id)).changedMs + resumeMs < nowMs
        if (!isOld && (await uploads.find(id, userId)) === null) continue
        await this.#forget(id)
        removed++
      } finally {
        release()
      }
    }
    return removed
  }

  /** Our own failures leave the file, so that asking again completes it; the caller's end it. */
  async #complete(file: PartialFile): Promise<UploadModel> {
    const { id, userId, fileName } = file
    try {
      const upload = await this.#deps.uploads.adopt({ id, userId, fileName, file: await this.#deps.partial.whole(id) })
      this.#progressOf(file).finish(file.length)
      await this.#forget(id)
      return upload
    } catch (err) {
      if (isCallersFault(err)) await this.#forget(id)
      throw err
    }
  }

  async #forget(id: string): Promise<void> {
    this.#progress.delete(id)
    await this.#deps.partial.remove(id)
  }

  #ownFile(id: string, userId: number): PartialFile {
    const file = this.#deps.partial.find(id)
    if (file?.userId !== userId) throw new AppError('UPLOAD_NOT_FOUND', { upload_id: id })
    return file
  }

  /** One for all requests of an upload, so that many small ones tell no more than a large one. */
  #progressOf({ id, userId, fileName, length }: PartialFile): UploadProgress {
    const known = this.#progress.get(id)
    if (known !== undefined) return known
    const made = new UploadProgress(this.#deps.tell, { uploadId: id, userId, fileName, totalBytes: length })
    this.#progress.set(id, made)
    return made
  }
}

/** Fails at the end of what has come, so that this is written. */
async function* untilItsEnd(bytes: RequestBytes, { id, fileName }: PartialFile): AsyncIterable<Buffer> {
  yield* bytes
  if (bytes.isStopped) throw new AppError('UPLOAD_BUSY', { upload_id: id })
  if (bytes.isCutOff) throw new AppError('UPLOAD_INTERRUPTED', { file_name: fileName })
}

function completeState(upload: UploadModel): UploadState {
  const length = Number(upload.fileSize)
  const { id, fileName, createdAt } = upload
  return { id, fileName, length, offset: length, changedMs: createdAt.getTime(), upload }
}
