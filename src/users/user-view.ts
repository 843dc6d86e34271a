import type { ApiToken, Role, User } from '../contract/index.ts'
import type { TokenModel, UserModel } from '../db/index.ts'
import { wireUserId } from './principal.ts'

/** A user as clients see it. `role` is the row's, or the one that AUTH=open gives everyone. */
export function toUser(row: UserModel, role: Role = row.role): User {
  return {
    user_id: wireUserId(row.id),
    username: row.username,
    display_name: row.displayName,
    role,
    disabled: row.disabledAt !== null,
    created_at: row.createdAt.toISOString(),
  }
}

/** A personal token as lists show it: never its secret, which nobody has, nor its hash. */
export function toApiToken(row: Omit<TokenModel, 'hash'> & { userId: number }): ApiToken {
  return {
    token_id: row.id,
    user_id: wireUserId(row.userId),
    name: row.name,
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt?.toISOString() ?? null,
    last_used_at: row.lastUsedAt?.toISOString() ?? null,
  }
}
