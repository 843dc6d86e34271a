import type { FieldProblem, Language, Problem } from '../contract/index.ts'

interface Details {
  code: string
  zh: string
  en: string
  /** HTTP status; 0 where there was no answer, or it came over the socket. */
  status?: number
  fields?: FieldProblem[]
  canRetry?: boolean
  logId?: string | null
  retryAfterS?: number | null
  cause?: unknown
}

/**
 * What the server, or the way to it, refused. `code` is what programs should look at: one of `/docs/errors`, or of this
 * module's own: `NETWORK` (no answer), `NOT_CONNECTED`, `CONNECTION_LOST` (before the answer came), `TIMEOUT`.
 */
export class HzError extends Error {
  override readonly name = 'HzError'
  readonly code: string
  readonly status: number
  readonly zh: string
  readonly en: string
  /** The fields that are not as they must be. */
  readonly fields: FieldProblem[]
  /** Whether the same request may succeed another time. */
  readonly canRetry: boolean
  /** Finds the entry in the server's log. */
  readonly logId: string | null
  /** Seconds after which it may be tried again; null where the server does not say. */
  readonly retryAfterS: number | null

  constructor(details: Details) {
    super(details.en, details.cause === undefined ? {} : { cause: details.cause })
    this.code = details.code
    this.status = details.status ?? 0
    this.zh = details.zh
    this.en = details.en
    this.fields = details.fields ?? []
    this.canRetry = details.canRetry ?? false
    this.logId = details.logId ?? null
    this.retryAfterS = details.retryAfterS ?? null
  }

  textIn(language: Language): string {
    return language === 'en' ? this.en : this.zh
  }
}

/** An answer that is not a success. What stands between may have written it: then it is no problem of ours. */
export function problemError(status: number, body: unknown, retryAfter: string | null): HzError {
  const problem: Partial<Problem> = typeof body === 'object' && body !== null ? body : {}
  const zh = problem.detail ?? `HTTP ${status}`
  const seconds = Number(retryAfter ?? Number.NaN)
  return new HzError({
    code: problem.code ?? codeOf(status),
    status,
    zh,
    en: problem.detail_en ?? zh,
    fields: problem.errors ?? [],
    canRetry: problem.retry_available ?? (status >= 500 || status === 429),
    logId: problem.log_id ?? null,
    retryAfterS: Number.isFinite(seconds) ? seconds : null,
  })
}

/** An answer to HEAD has no body to say it. */
function codeOf(status: number): string {
  if (status === 401) return 'AUTHENTICATION_FAILED'
  return status >= 500 ? 'INTERNAL' : 'INVALID_REQUEST'
}

export const networkError = (cause?: unknown) =>
  new HzError({ code: 'NETWORK', zh: '无法连接服务器', en: 'The server cannot be reached', canRetry: true, cause })

export const notConnected = () =>
  new HzError({ code: 'NOT_CONNECTED', zh: '实时连接未建立', en: 'There is no connection', canRetry: true })

export const connectionLost = () =>
  new HzError({
    code: 'CONNECTION_LOST',
    zh: '连接在收到答复前中断',
    en: 'The connection was lost before the answer came',
    canRetry: true,
  })

export const noAnswerInTime = () =>
  new HzError({ code: 'TIMEOUT', zh: '服务器未及时答复', en: 'The server did not answer in time', canRetry: true })
