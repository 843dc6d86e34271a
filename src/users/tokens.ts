import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { TokenKind } from '../db/index.ts'
import { AppError } from '../errors.ts'

// Opaque random secrets, not JWTs: a revoked one is refused by the very next request, and there is no signing key to
// lose. The prefix says what a found string is, to us and to scanners of leaked secrets.
const prefixes: { [K in TokenKind]: string } = { access: 'hza_', refresh: 'hzr_', personal: 'hzp_', setup: 'hzs_' }

const SECRET_BYTES = 32
const SECRET = /^(hz[arps]_)[A-Za-z0-9_-]{43}$/

export interface NewToken {
  userId: number | null
  sessionId?: string
  name?: string
  createdAt: Date
  expiresAt: Date | null
}

/** A new secret and the row that recognises it. The secret itself is stored nowhere. */
export function makeToken(kind: TokenKind, fields: NewToken) {
  const secret = prefixes[kind] + randomBytes(SECRET_BYTES).toString('base64url')
  return { secret, row: { id: `tok_${randomUUID()}`, hash: hashOf(secret), kind, ...fields } }
}

/** SHA-256 without salt or cost: 256 random bits cannot be guessed, and the hash must be found by its value. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** @returns null where the string is no secret of ours by its form. */
export function kindOf(secret: string): TokenKind | null {
  const prefix = SECRET.exec(secret)?.[1]
  const kinds = Object.keys(prefixes) as TokenKind[]
  return kinds.find((kind) => prefixes[kind] === prefix) ?? null
}

/** The AUTHENTICATION_FAILED of a secret that is missing, unknown or (`expiresAt` in the past) too old. */
export function tokenRefused(expiresAt: Date | null = null, nowMs = 0): AppError {
  return new AppError('AUTHENTICATION_FAILED', {
    token_expired: expiresAt !== null && expiresAt.getTime() <= nowMs,
    expires_at: expiresAt?.toISOString() ?? null,
  })
}
