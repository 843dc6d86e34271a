import type { Upload } from '../contract/index.ts'
import type { Clock } from './clock.ts'
import { HzError, noAnswerInTime } from './hz-error.ts'
import { PieceSize } from './piece-size.ts'
import type { RequestOptions, Rest } from './rest.ts'
import type { UploadFile } from './upload.ts'

export interface ResumableUploadOptions {
  /** From 0 to 1, as pieces are acknowledged. The socket's `file_upload_progress` tells it while they are on their way. */
  onProgress?: (share: number) => void
  /** Gives the upload up: the server forgets what it has of it. */
  signal?: AbortSignal
  /** Told the upload's id as soon as there is one: whoever keeps it can go on in another page or process. */
  onBegin?: (uploadId: string) => void
  /** Goes on with an upload of this same file, where the server still has it. */
  uploadId?: string
  /** Bytes of the largest piece. */
  maxPieceBytes?: number
  /** How long nothing may get through before it is given up. */
  patienceMs?: number
}

interface Deps {
  rest: Rest
  clock: Clock
  random: () => number
}

const PATH = '/api/uploads/tus'
const TUS = { 'tus-resumable': '1.0.0' }
/** Long enough for the smallest piece on a line that is worth waiting for, and for the server to look at the whole. */
const ANSWER_LIMIT_MS = 120_000
const DELAYS = { firstMs: 500, longestMs: 15_000 }

/** One file on its way by tus 1.0. */
export class ResumableUpload {
  readonly #deps: Deps
  readonly #name: string
  readonly #blob: Blob
  readonly #options: ResumableUploadOptions
  readonly #pieces: PieceSize
  readonly #patienceMs: number
  #id: string | null
  /** Bytes that the server has; null: it has to be asked. */
  #offset: number | null = null
  /** The most that it has ever had: asking again is no progress. */
  #furthest = -1
  #failures = 0
  #lastProgressMs: number

  constructor(deps: Deps, file: UploadFile, options: ResumableUploadOptions) {
    this.#deps = deps
    this.#name = file.name
    this.#blob = 'blob' in file ? file.blob : file
    this.#options = options
    this.#pieces = new PieceSize(options.maxPieceBytes ?? 8 * 1024 * 1024)
    this.#patienceMs = options.patienceMs ?? 600_000
    this.#id = options.uploadId ?? null
    this.#lastProgressMs = deps.clock.now()
  }

  async run(): Promise<Upload> {
    for (;;) {
      try {
        return await this.#attempt()
      } catch (err) {
        if (this.#options.signal?.aborted) await this.#giveUp()
        await this.#waitAfter(err)
        this.#offset = null
      }
    }
  }

  async #attempt(): Promise<Upload> {
    if (this.#id !== null && this.#offset === null) await this.#ask(this.#id)
    this.#id ??= await this.#begin()
    this.#offset ??= 0
    while (this.#offset < this.#blob.size) await this.#sendPiece(this.#id, this.#offset)
    return this.#uploadOf(this.#id)
  }

  async #begin(): Promise<string> {
    const metadata = `filename ${base64(this.#name)}`
    const headers = { 'upload-length': String(this.#blob.size), 'upload-metadata': metadata }
    const location = (await this.#send('POST', PATH, { headers })).headers.get('location')
    const id = location?.split('/').at(-1)
    if (id === undefined) throw new TypeError('The answer to the creation names no Location')
    this.#options.onBegin?.(id)
    return id
  }

  /** Where to go on; from the start, as something new, where the server has no such upload of this size. */
  async #ask(id: string): Promise<void> {
    try {
      const { headers } = await this.#send('HEAD', `${PATH}/${encodeURIComponent(id)}`, {})
      if (Number(headers.get('upload-length')) === this.#blob.size) return this.#hasArrived(offsetIn(headers))
    } catch (err) {
      if (!(err instanceof HzError) || err.status !== 404) throw err
      // What was there a moment ago was refused, or taken back: not to be begun again. This says so in words.
      if (this.#furthest >= 0) await this.#uploadOf(id)
    }
    this.#id = null
  }

  async #sendPiece(id: string, offset: number): Promise<void> {
    const bytes = new Uint8Array(await this.#blob.slice(offset, offset + this.#pieces.bytes).arrayBuffer())
    const headers = { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' }
    const beganMs = this.#deps.clock.now()
    try {
      const answer = await this.#send('PATCH', `${PATH}/${encodeURIComponent(id)}`, { headers, bytes })
      this.#pieces.took(this.#deps.clock.now() - beganMs)
      this.#hasArrived(offsetIn(answer.headers))
    } catch (err) {
      this.#pieces.failed()
      throw err
    }
  }

  #uploadOf(id: string): Promise<Upload> {
    const { signal } = this.#options
    return this.#deps.rest.call('GET /api/uploads/:upload_id', { params: { upload_id: id }, ...(signal && { signal }) })
  }

  #hasArrived(offset: number): void {
    this.#offset = offset
    if (offset <= this.#furthest) return
    this.#furthest = offset
    this.#failures = 0
    this.#lastProgressMs = this.#deps.clock.now()
    this.#options.onProgress?.(offset / this.#blob.size)
  }

  /** A line that has died without a word is noticed by the clock. */
  async #send(method: string, path: string, options: RequestOptions): Promise<Response> {
    const { clock, rest } = this.#deps
    const { signal } = this.#options
    signal?.throwIfAborted()
    const ended = new AbortController()
    const end = () => ended.abort(signal?.reason)
    signal?.addEventListener('abort', end)
    const timer = clock.setTimeout(() => ended.abort(noAnswerInTime()), ANSWER_LIMIT_MS)
    try {
      return await rest.open(method, path, {
        ...options,
        headers: { ...TUS, ...options.headers },
        signal: ended.signal,
      })
    } finally {
      clock.clearTimeout(timer)
      signal?.removeEventListener('abort', end)
    }
  }

  /** @throws what cannot get better, or has not for too long */
  async #waitAfter(err: unknown): Promise<void> {
    const { clock, random } = this.#deps
    const isHopeless = !(err instanceof HzError) || !err.canRetry || err.code === 'STORAGE_FULL'
    if (isHopeless || clock.now() - this.#lastProgressMs > this.#patienceMs) throw err
    const askedMs = err.retryAfterS === null ? null : err.retryAfterS * 1000
    const delayMs = askedMs ?? random() * Math.min(DELAYS.longestMs, DELAYS.firstMs * 2 ** this.#failures++)
    await this.#sleep(delayMs)
  }

  #sleep(delayMs: number): Promise<void> {
    const { signal } = this.#options
    return new Promise((resolve) => {
      const wake = () => {
        this.#deps.clock.clearTimeout(timer)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const timer = this.#deps.clock.setTimeout(wake, delayMs)
      signal?.addEventListener('abort', wake)
    })
  }

  async #giveUp(): Promise<never> {
    const { rest } = this.#deps
    // Not waited for: there may be no line. What stays goes by itself.
    if (this.#id !== null) void rest.open('DELETE', `${PATH}/${this.#id}`, { headers: TUS }).catch(() => {})
    throw this.#options.signal?.reason
  }
}

function offsetIn(headers: Headers): number {
  const offset = Number(headers.get('upload-offset') ?? Number.NaN)
  if (!Number.isInteger(offset)) throw new TypeError('The answer names no Upload-Offset')
  return offset
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}
