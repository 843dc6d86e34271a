import type { IncomingHttpHeaders } from 'node:http'
import { DataStore, type Locker, Server, Upload } from '@tus/server'
import type { UploadModel } from '../db/index.ts'
import { AppError } from '../errors.ts'
import type { RequestBytes } from './request-bytes.ts'
import type { ResumableUploads, UploadState } from './resumable-uploads.ts'
import { tusProblem } from './tus-problems.ts'
import { checksumOf } from './upload-checksum.ts'
import { fileNameIn } from './upload-metadata.ts'

export const TUS_PATH = '/api/uploads/tus'
export const TUS_VERSION = '1.0.0'

export interface TusRequest {
  method: string
  /** Null for what is about no upload yet. */
  id: string | null
  userId: number
  headers: IncomingHttpHeaders
  bytes: RequestBytes
}

export interface TusAnswer {
  status: number
  headers: Record<string, string>
  /** What came of it, once it is complete. */
  upload: UploadModel | null
}

/** The only headers that the protocol looks at; what proxies add is not its business. */
const HEADERS = [
  'tus-resumable',
  'upload-length',
  'upload-defer-length',
  'upload-concat',
  'upload-offset',
  'upload-metadata',
  'content-type',
  'content-length',
]

/**
 * One request of tus 1.0, spoken by @tus/server, whose store this is: made for the request, as the store has to know who asks,
 * which digest is expected, and where the body is. That goes around @tus/server, so that no byte is copied more often than
 * needed, and so that what has arrived when a connection breaks is written.
 */
export class TusExchange extends DataStore {
  override extensions = ['creation', 'creation-with-upload', 'expiration', 'checksum', 'termination']
  readonly #uploads: ResumableUploads
  readonly #request: TusRequest
  #state: UploadState | null = null
  /** What @tus/server answers with and dates; told of bytes that have come. */
  #shown: Upload | null = null
  #failure: unknown = null

  constructor(uploads: ResumableUploads, request: TusRequest) {
    super()
    this.#uploads = uploads
    this.#request = request
  }

  /** @throws AppError for what is refused */
  async answer(): Promise<TusAnswer> {
    const { method, id } = this.#request
    const server = new Server({
      path: TUS_PATH,
      datastore: this,
      locker: this.#locker,
      maxSize: this.#uploads.maxBytes,
      relativeLocation: true,
      // Made when the file is: until then it has none.
      namingFunction: () => 'new',
      onResponseError: (_request, err) => {
        this.#failure = err
        return undefined
      },
    })
    const url = `http://localhost${TUS_PATH}${id === null ? '' : `/${id}`}`
    const response = await server.handleWeb(new Request(url, { method, headers: this.#headers() }))
    if (response.status >= 400) throw tusProblem(this.#failure ?? (await response.text()), this.#about())
    const headers = Object.fromEntries(
      [...response.headers].filter(([name]) => !/^(access-control-|content-)/.test(name)),
    )
    return { status: response.status, headers, upload: this.#state?.upload ?? null }
  }

  override async create(file: Upload): Promise<Upload> {
    const { userId, headers } = this.#request
    const made = await this.#uploads.create(userId, fileNameIn(textOf(headers['upload-metadata'])), file.size ?? 0)
    file.id = made.id
    this.#state = { ...made, offset: 0, changedMs: Date.now(), upload: null }
    this.#shown = file
    return file
  }

  override async getUpload(id: string): Promise<Upload> {
    // After a creation: it is known, and its lock is not held.
    this.#state ??= await this.#uploads.stateOf(id, this.#request.userId)
    const { fileName, length, offset, changedMs, upload } = this.#state
    const date = new Date(upload === null ? changedMs : Date.now()).toISOString()
    this.#shown = new Upload({ id, size: length, offset, metadata: { filename: fileName }, creation_date: date })
    return this.#shown
  }

  override async write(stream: NodeJS.ReadableStream, id: string): Promise<number> {
    stream.resume()
    const { userId, headers, bytes, method } = this.#request
    // Nothing more for what is complete, and was perhaps complete when the answer was lost.
    if (this.#state?.upload) return this.#state.length
    try {
      const expected = checksumOf(textOf(headers['upload-checksum']))
      const { offset, upload } = await this.#uploads.append(id, userId, bytes, expected)
      if (this.#state !== null) Object.assign(this.#state, { offset, upload, changedMs: Date.now() })
      if (this.#shown !== null) this.#shown.creation_date = new Date().toISOString()
      return offset
    } catch (err) {
      // Whoever was to be told where it is has not been told.
      if (method === 'POST') await this.#uploads.remove(id, userId).catch(() => {})
      throw err
    }
  }

  override async remove(id: string): Promise<void> {
    await this.#uploads.remove(id, this.#request.userId)
  }

  override getExpiration(): number {
    return this.#uploads.resumeMs
  }

  get #locker(): Locker {
    const { locks } = this.#uploads
    const { method, bytes } = this.#request
    return {
      newLock: (id) => {
        let release = () => {}
        const lock = async () => {
          // What is only being made is nobody else's yet.
          if (method === 'POST') return
          release = method === 'PATCH' ? await locks.write(id, () => bytes.stop()) : await locks.takeOver(id)
        }
        return { lock, unlock: async () => release() }
      },
    }
  }

  #headers(): Headers {
    const { headers } = this.#request
    return new Headers(
      HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])) as never,
    )
  }

  #about() {
    const { id, headers } = this.#request
    const fileName = this.#state?.fileName ?? nameFor(textOf(headers['upload-metadata']))
    const maxBytes = this.#state?.length ?? this.#uploads.maxBytes
    return { id: id ?? '', fileName, maxBytes, offset: this.#state?.offset ?? 0 }
  }
}

/** Node joins what was sent twice; no header of the protocol is one of those that it lists. */
function textOf(header: string | string[] | undefined): string | undefined {
  return header === undefined ? undefined : String(header)
}

/** Of a request that is refused anyway. */
function nameFor(metadata: string | undefined): string {
  try {
    return fileNameIn(metadata)
  } catch (err) {
    if (err instanceof AppError) return fileNameIn(undefined)
    throw err
  }
}
