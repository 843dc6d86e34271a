import type { PassingEvent } from '../contract/index.ts'

export interface ProgressOf {
  uploadId: string
  userId: number
  fileName: string
  /** Where the client said so. */
  totalBytes: number | null
}

const INTERVAL_MS = 100

/** Tells the uploader how far a file has got, not oftener than watchers can follow. */
export class UploadProgress {
  readonly #tell: (event: PassingEvent) => void
  readonly #of: ProgressOf
  #toldMs = 0

  constructor(tell: (event: PassingEvent) => void, of: ProgressOf) {
    this.#tell = tell
    this.#of = of
  }

  readonly onBytes = (received: number): void => {
    if (Date.now() - this.#toldMs < INTERVAL_MS) return
    this.#toldMs = Date.now()
    const { totalBytes } = this.#of
    const share = totalBytes === null ? 0 : Math.floor((received / totalBytes) * 100)
    this.#send(received, totalBytes, Math.min(99, share))
  }

  /** The file is kept. */
  finish(bytes: number): void {
    this.#send(bytes, bytes, 100)
  }

  #send(received: number, total: number | null, progress: number): void {
    const { uploadId, userId, fileName } = this.#of
    const data = { upload_id: uploadId, file_name: fileName, received, total, progress }
    this.#tell({ type: 'file_upload_progress', userId, key: uploadId, data })
  }
}
