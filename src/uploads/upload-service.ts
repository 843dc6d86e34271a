import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { PassingEvent, Upload } from '../contract/index.ts'
import type { Db, UploadModel } from '../db/index.ts'
import { AppError } from '../errors.ts'
import type { FileStore, ReceivedFile } from '../storage/file-store.ts'
import { tidyFileName } from './file-name.ts'

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

const PROGRESS_INTERVAL_MS = 100

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
    const { files, readHeader, maxBytes } = this.#deps
    const id = `up_${randomUUID()}`
    const fileName = tidyFileName(incoming.fileName)
    const progress = this.#progressOf(id, fileName, incoming)
    const received = await files.receive(incoming.content, { maxBytes, fileName, onBytes: progress.onBytes })
    try {
      if (received.bytes === 0) throw new AppError('EMPTY_FILE', { file_name: fileName })
      const header = await readHeader(received.path, fileName)
      const upload = await this.#keep(id, fileName, incoming.userId, received, header)
      progress.finish(received.bytes)
      return upload
    } catch (err) {
      await received.discard()
      throw err
    }
  }

  /** @throws FILE_NOT_FOUND for anything but an upload of this user: `file_path` never reaches the file system. */
  async getByPath(filePath: string, userId: number): Promise<UploadModel> {
    const id = /^\/uploads\/(up_[0-9a-f-]{36})\.[a-z0-9]{1,5}$/.exec(filePath)?.[1]
    const upload = id === undefined ? null : await this.#deps.db.upload.findFirst({ where: { id, userId } })
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

  /** Tells the uploader how far the file has got, not oftener than watchers can follow. */
  #progressOf(uploadId: string, fileName: string, { userId, totalBytes }: IncomingFile) {
    let toldMs = 0
    const send = (received: number, total: number | null, progress: number) => {
      const data = { upload_id: uploadId, file_name: fileName, received, total, progress }
      this.#deps.tell({ type: 'file_upload_progress', userId, key: uploadId, data })
    }
    return {
      onBytes: (received: number) => {
        if (Date.now() - toldMs < PROGRESS_INTERVAL_MS) return
        toldMs = Date.now()
        const share = totalBytes === null ? 0 : Math.floor((received / totalBytes) * 100)
        send(received, totalBytes, Math.min(99, share))
      },
      finish: (bytes: number) => send(bytes, bytes, 100),
    }
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
