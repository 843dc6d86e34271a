import type { DetectionOptions, Language, StartedTasks } from '../contract/index.ts'
import { networkError, problemError } from './hz-error.ts'
import type { Answer, CallArguments, Route } from './routes.ts'
import { type Answered, formOf, sendForm, type UploadFile } from './upload.ts'

export interface RestOptions {
  origin: string
  fetch?: typeof fetch
  language?: Language
  /** Only where the server asks for no sign-in. */
  userId?: number
  /** Asked at every request; null: a cookie speaks for us, or nothing has to. */
  token?: () => string | null
  /** Called once for a request that the server does not accept any longer; true: ask again. */
  renewAccess?: () => Promise<boolean>
}

export type QueryValues = { [name: string]: string | number | boolean | null | undefined }

export interface RequestOptions {
  query?: QueryValues
  /** Sent as JSON. */
  body?: unknown
  /** Sent as they are, in place of JSON. */
  bytes?: Uint8Array
  headers?: { [name: string]: string }
  signal?: AbortSignal
  /** Of what the answer says in words; the client's own where it is left out. */
  language?: Language
}

export interface UploadOptions {
  /** From 0 to 1. Only browsers tell it while the files are on their way; others once, at the end. */
  onProgress?: (share: number) => void
  signal?: AbortSignal
}

/**
 * Requests to the server. What it refuses is thrown as an HzError; where there was no answer, one with the code NETWORK.
 * A request whose access has run out is sent once more after it has been renewed.
 */
export class Rest {
  readonly #options: RestOptions
  readonly #fetch: typeof fetch
  readonly #ownFetch: boolean

  constructor(options: RestOptions) {
    this.#options = options
    this.#ownFetch = options.fetch !== undefined
    this.#fetch = options.fetch ?? ((...request) => fetch(...request))
  }

  /** Calls a route of the table: `call('GET /api/tasks/:task_id', { params: { task_id } })`. @throws HzError */
  call<R extends Route>(route: R, ...[options]: CallArguments<R>): Promise<Answer<R>> {
    const { params = {}, ...rest } = (options ?? {}) as RequestOptions & {
      params?: { [name: string]: string | number }
    }
    const [method = '', template = ''] = route.split(' ')
    const path = template.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])))
    return this.request(method, path, rest)
  }

  /** Any other route, typed by the caller. @returns the answer's JSON; null where it has none. @throws HzError */
  async request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
    const response = await this.open(method, path, options)
    return (
      response.status === 204 ? null : await response.json().catch((err) => Promise.reject(networkError(err)))
    ) as T
  }

  /** The answer as it comes, for what is no JSON. @throws HzError unless it is a success */
  async open(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
    const response = await this.#send(method, path, options)
    if (response.ok) return response
    const body = await response.json().catch(() => null)
    const err = problemError(response.status, body, response.headers.get('retry-after'))
    if (!(await this.#mayAskAgain(err.code, path))) throw err
    const again = await this.#send(method, path, options)
    if (again.ok) return again
    throw problemError(again.status, await again.json().catch(() => null), again.headers.get('retry-after'))
  }

  /** Sends pictures and starts their detection. All or none of the files are taken. @throws HzError */
  async upload(
    files: Iterable<UploadFile>,
    fields: DetectionOptions = {},
    { onProgress = () => {}, signal }: UploadOptions = {},
  ): Promise<StartedTasks> {
    const form = formOf(files, fields)
    const path = '/api/detections'
    const send = () => this.#sendForm(path, form, onProgress, signal)
    let answered = await send()
    if (answered.status === 202) return answered.body as StartedTasks
    const err = problemError(answered.status, answered.body, answered.retryAfter)
    if (!(await this.#mayAskAgain(err.code, path))) throw err
    answered = await send()
    if (answered.status === 202) return answered.body as StartedTasks
    throw problemError(answered.status, answered.body, answered.retryAfter)
  }

  /** The address of a path of the server, for links and pictures. */
  url(path: string, query: QueryValues = {}): string {
    const url = new URL(path, this.#options.origin)
    for (const [name, value] of Object.entries(query)) if (value != null) url.searchParams.set(name, String(value))
    return url.href
  }

  async #send(method: string, path: string, options: RequestOptions): Promise<Response> {
    const { query, body, bytes, signal, language } = options
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const sent = bytes ?? (body === undefined ? undefined : JSON.stringify(body))
    const request = {
      method,
      headers: { ...this.#headers(language), ...type, ...options.headers },
      ...(signal && { signal }),
      ...(sent !== undefined && { body: sent }),
    }
    return this.#fetch(this.url(path, query), request as RequestInit).catch((err) => {
      throw signal?.aborted ? signal.reason : networkError(err)
    })
  }

  async #sendForm(
    path: string,
    form: FormData,
    onProgress: (share: number) => void,
    signal: AbortSignal | undefined,
  ): Promise<Answered> {
    const request = { url: this.url(path), headers: this.#headers(), form, onProgress, signal }
    return sendForm(request, this.#ownFetch ? this.#fetch : null)
  }

  #headers(language: Language = this.#options.language ?? 'zh-CN'): { [name: string]: string } {
    const { userId, token } = this.#options
    const secret = token?.() ?? null
    return {
      'accept-language': language,
      ...(userId !== undefined && { 'x-user-id': String(userId) }),
      ...(secret !== null && { authorization: `Bearer ${secret}` }),
    }
  }

  async #mayAskAgain(code: string, path: string): Promise<boolean> {
    if (code !== 'AUTHENTICATION_FAILED' || path.startsWith('/api/auth/')) return false
    return (await this.#options.renewAccess?.()) ?? false
  }
}
