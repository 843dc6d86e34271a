import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { PassingEvent, Upload } from '../contract/index.ts'
import type { Db, UploadModel } from '../db/index.ts'
import { AppError } from '../errors.ts'
import type { FileStore, ReceivedFile } from '../storage/file-store.ts'
import { tidyFileName } from './file-name.ts'
import { UploadProgress } from './upload-progress.ts'

/** What the header of a picture or a video says of it. */
export interface MediaHeader {
  mediaType: string
  extension: string
  width: number
  height: number
  /** Seconds of a video, as far as it says. */
  durationS?: number | null
}

interface Deps {
  db: Db
  files: FileStore
  tell: (event: PassingEvent) => void
  /** @throws UNSUPPORTED_MEDIA, IMAGE_TOO_LARGE, IMAGE_UNREADABLE, and of videos what openVideo throws */
  readHeader: (path: string, fileName: string) => Promise<MediaHeader>
  maxBytes: number
}

export interface IncomingFile {
  content: Readable
  userId: number
  fileName: string | undefined
  /** Bytes of the whole request body, where the client said so. */
  totalBytes: number | null
}

/** A file that is on the disk, whole. */
export interface CompleteFile {
  id: string
  userId: number
  /** Tidy. */
  fileName: string
  file: ReceivedFile
}

export function newUploadId(): string {
  return `up_${randomUUID()}`
}

/** Files that users have sent. */
export class UploadService {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * Takes a file in: streamed to disk, its type told from its bytes, its header checked before anything decodes it.
   * Leaves neither file nor row when it fails.
   * @throws EMPTY_FILE, UPLOAD_TOO_LARGE, UPLOAD_INTERRUPTED, STORAGE_FULL and what reading the header throws
   */
  async receive(incoming: IncomingFile): Promise<UploadModel> {
    const { files, maxBytes, tell } = this.#deps
    const id = newUploadId()
    const { content, userId, totalBytes } = incoming
    const fileName = tidyFileName(incoming.fileName)
    const progress = new UploadProgress(tell, { uploadId: id, userId, fileName, totalBytes })
    const received = await files.receive(content, { maxBytes, fileName, onBytes: progress.onBytes })
    try {
      const upload = await this.adopt({ id, userId, fileName, file: received })
      progress.finish(received.bytes)
      return upload
    } catch (err) {
      await received.discard()
      throw err
    }
  }

  /**
   * Makes an upload of a file, which is published and not copied. Whether one that is refused goes is for the caller.
   * @throws EMPTY_FILE, UPLOAD_TOO_LARGE, STORAGE_FULL and what reading the header throws
   */
  async adopt({ id, userId, fileName, file }: CompleteFile): Promise<UploadModel> {
    const { readHeader, maxBytes } = this.#deps
    if (file.bytes === 0) throw new AppError('EMPTY_FILE', { file_name: fileName })
    const header = await readHeader(file.path, fileName)
    if (header.mediaType.startsWith('image/') && file.bytes > maxBytes) {
      throw new AppError('UPLOAD_TOO_LARGE', { file_name: fileName, max_bytes: maxBytes })
    }
    return this.#keep(id, fileName, userId, file, header)
  }

  /** An upload of this user, if there is one. */
  find(id: string, userId: number): Promise<UploadModel | null> {
    return this.#deps.db.upload.findFirst({ where: { id, userId } })
  }

  /** @throws UPLOAD_NOT_FOUND for anything but an upload of this user */
  async get(id: string, userId: number): Promise<UploadModel> {
    const upload = await this.find(id, userId)
    if (upload === null) throw new AppError('UPLOAD_NOT_FOUND', { upload_id: id })
    return upload
  }

  /** @throws FILE_NOT_FOUND for anything but an upload of this user: `file_path` never reaches the file system. */
  async getByPath(filePath: string, userId: number): Promise<UploadModel> {
    const id = /^\/uploads\/(up_[0-9a-f-]{36})\.[a-z0-9]{1,5}$/.exec(filePath)?.[1]
    const upload = id === undefined ? null : await this.find(id, userId)
    if (upload === null) throw new AppError('FILE_NOT_FOUND', { file_path: filePath })
    return upload
  }

  /** Takes files back out of a request that failed as a whole. */
  async discard(uploads: UploadModel[]): Promise<void> {
    for (const { id, key } of uploads) {
      await this.#deps.db.upload.deleteMany({ where: { id } })
      await this.#deps.files.remove(key)
    }
  }

  async #keep(id: string, fileName: string, userId: number, received: ReceivedFile, header: MediaHeader) {
    const { db, files } = this.#deps
    const { mediaType, extension, width, height, durationS } = header
    const key = files.newKey('uploads', extension)
    await received.publish(key)
    const row = {
      id,
      key,
      userId,
      fileName,
      fileSize: received.bytes,
      sha256: received.sha256,
      mediaType,
      width,
      height,
      duration: durationS ?? null,
    }
    return db.upload.create({ data: row }).catch(async (err) => {
      await files.remove(key)
      throw err
    })
  }
}

export function filePathOf({ id, key }: Pick<UploadModel, 'id' | 'key'>): string {
  return `/uploads/${id}.${key.split('.').at(-1)}`
}

export function toUpload(row: UploadModel): Upload {
  return {
    upload_id: row.id,
    file_path: filePathOf(row),
    file_name: row.fileName,
    file_size: Number(row.fileSize),
    sha256: row.sha256,
    media_type: row.mediaType,
    width: row.width,
    height: row.height,
    duration: row.duration,
  }
}
