import { hasText, languageNow, t } from './texts.js'

/** @typedef {{ code?: string, detail?: string, detail_en?: string, retry_available?: boolean }} Problem */

/** What the server, or the way to it, refused; in both languages, as people switch. */
export class ApiError extends Error {
  /** @param {{ code: string, zh: string, en: string, canRetry: boolean }} problem */
  constructor({ code, zh, en, canRetry }) {
    super(zh)
    this.code = code
    this.canRetry = canRetry
    this.zh = zh
    this.en = en
  }

  /** What happened. */
  get text() {
    return languageNow() === 'en' ? this.en : this.zh
  }

  /** What to do. */
  get hint() {
    const key = `hint_${this.code}`
    if (hasText(key)) return t(key)
    return this.canRetry ? t('hint_retry') : t('hint_other')
  }
}

/** The server did not answer. */
class NetworkError extends ApiError {
  constructor() {
    super({ code: 'NETWORK', zh: '', en: '', canRetry: true })
  }

  /** @override */
  get text() {
    return t('error_NETWORK')
  }
}

/**
 * @param {number} status
 * @param {Problem | null} problem
 */
function apiError(status, problem) {
  const { code = 'INTERNAL', detail = `HTTP ${status}`, detail_en = detail, retry_available } = problem ?? {}
  return new ApiError({ code, zh: detail, en: detail_en, canRetry: retry_available ?? status >= 500 })
}

/** @param {unknown} err */
export function asApiError(err) {
  if (err instanceof ApiError) return err
  console.error(err)
  const text = String(err instanceof Error ? err.message : err)
  return new ApiError({ code: 'INTERNAL', zh: text, en: text, canRetry: true })
}

/** @type {() => Promise<boolean>} */
let renewSession = async () => false

/** @param {() => Promise<boolean>} renew called when the server no longer knows us; true: ask again */
export function onUnauthorized(renew) {
  renewSession = renew
}

/**
 * @param {string} method
 * @param {string} path
 * @param {{ body?: object, isRetry?: boolean }} [options]
 * @returns {Promise<any>} null for an answer without a body
 * @throws {ApiError}
 */
export async function call(method, path, { body, isRetry = false } = {}) {
  // Always in Chinese: the English text comes along as detail_en.
  const headers = { 'accept-language': 'zh-CN', ...(body && { 'content-type': 'application/json' }) }
  const request = { method, headers, credentials: /** @type {const} */ ('same-origin') }
  const response = await fetch(path, body ? { ...request, body: JSON.stringify(body) } : request).catch(() => {
    throw new NetworkError()
  })
  if (response.ok) return response.status === 204 ? null : response.json()
  const problem = await response.json().catch(() => null)
  const mayRenew = problem?.code === 'AUTHENTICATION_FAILED' && !isRetry && !path.startsWith('/api/auth/')
  if (mayRenew && (await renewSession())) return call(method, path, { ...(body && { body }), isRetry: true })
  throw apiError(response.status, problem)
}

/**
 * Sends one picture and starts its detection. XMLHttpRequest, as fetch does not tell how far an upload has got.
 * @param {File} file
 * @param {Record<string, string>} fields
 * @param {(share: number) => void} onProgress
 * @param {AbortSignal} signal
 * @returns {Promise<{ task_id: string, queue_position: number | null, estimated_time: number }>}
 * @throws {ApiError}
 */
export async function upload(file, fields, onProgress, signal, isRetry = false) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', file, file.name)
  const { status, answer } = await send(form, onProgress, signal)
  if (status === 202) return answer.tasks[0]
  if (status === 401 && !isRetry && (await renewSession())) return upload(file, fields, onProgress, signal, true)
  throw apiError(status, answer)
}

/**
 * @param {FormData} form
 * @param {(share: number) => void} onProgress
 * @param {AbortSignal} signal
 * @returns {Promise<{ status: number, answer: any }>}
 */
function send(form, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', '/api/detections')
    request.setRequestHeader('accept-language', 'zh-CN')
    request.responseType = 'json'
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0)
    request.onload = () => resolve({ status: request.status, answer: request.response })
    request.onerror = () => reject(new NetworkError())
    request.onabort = () => reject(signal.reason)
    signal.addEventListener('abort', () => request.abort())
    request.send(form)
  })
}
