import { closeCodes, type Language } from '../contract/index.ts'
import { AppError } from '../errors.ts'

/** Why a socket is turned away: what its one `error` message says, and the close code. */
export interface Refusal {
  code: number
  type: string
  message: string
  details: Record<string, unknown>
}

const codeOf: Partial<Record<AppError['code'], number>> = {
  AUTHENTICATION_FAILED: closeCodes.authenticationFailed,
  PERMISSION_DENIED: closeCodes.permissionDenied,
}

export function refusalOf(err: AppError, language: Language): Refusal {
  const code = codeOf[err.code] ?? closeCodes.protocolError
  return { code, type: err.code, message: err.messageIn(language), details: err.details }
}

export function tooManyConnections(limit: number, language: Language): Refusal {
  const message = language === 'en' ? `At most ${limit} connections per user` : `连接数已达上限（${limit}）`
  return { code: closeCodes.connectionLimit, type: 'CONNECTION_LIMIT', message, details: { max_connections: limit } }
}

/** A token that ran out, or was revoked, while its socket was open. */
export function accessEnded(expiresAtMs: number | null, nowMs: number, language: Language): Refusal {
  const isExpired = expiresAtMs !== null && expiresAtMs <= nowMs
  const expiresAt = expiresAtMs === null ? null : new Date(expiresAtMs).toISOString()
  const err = new AppError('AUTHENTICATION_FAILED', { token_expired: isExpired, expires_at: expiresAt })
  return refusalOf(err, language)
}
