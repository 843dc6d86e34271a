import { randomUUID } from 'node:crypto'
import type { SignedIn } from '../contract/index.ts'
import type { Tx, UserModel } from '../db/index.ts'
import type { AccountDeps } from './account-deps.ts'
import { makeToken } from './tokens.ts'
import { toUser } from './user-view.ts'

/** Makes a pair of access and refresh token, for a new session or, at rotation, for one that goes on. */
export async function issueTokens(
  tx: Tx,
  user: UserModel,
  { clock, accessTtlS, refreshTtlS }: AccountDeps,
  sessionId: string = randomUUID(),
): Promise<SignedIn> {
  const createdAt = new Date(clock())
  const until = (ttlS: number) => new Date(createdAt.getTime() + ttlS * 1000)
  const expiresAt = until(accessTtlS)
  const access = makeToken('access', { userId: user.id, sessionId, createdAt, expiresAt })
  const refresh = makeToken('refresh', { userId: user.id, sessionId, createdAt, expiresAt: until(refreshTtlS) })
  await tx.token.createMany({ data: [access.row, refresh.row] })
  return {
    access_token: access.secret,
    token_type: 'Bearer',
    expires_in: accessTtlS,
    expires_at: expiresAt.toISOString(),
    refresh_token: refresh.secret,
    user: toUser(user),
  }
}
