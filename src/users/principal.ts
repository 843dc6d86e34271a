import type { Role } from '../contract/index.ts'
import { AppError } from '../errors.ts'

/** The row of the local user: everyone who comes to AUTH=open without a `user_id`; `null` on the wire. */
export const LOCAL_USER_ID = 0

/** Who is asking. */
export interface Principal {
  userId: number
  role: Role
  /** The token that was presented; null where AUTH=open asked for none. */
  tokenId: string | null
  /** Milliseconds since 1970; null: does not end by itself. */
  expiresAtMs: number | null
}

export function wireUserId(userId: number): number | null {
  return userId === LOCAL_USER_ID ? null : userId
}

const rank: { [R in Role]: number } = { user: 0, analyst: 1, administrator: 2 }

export function hasRole(principal: Principal, needed: Role): boolean {
  return rank[principal.role] >= rank[needed]
}

/** @throws PERMISSION_DENIED */
export function requireRole(principal: Principal, needed: Role): void {
  if (!hasRole(principal, needed)) throw new AppError('PERMISSION_DENIED', { needed })
}
