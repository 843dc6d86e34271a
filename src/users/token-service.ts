import type { ApiToken, ApiTokenQuery, CreatedApiToken, NewApiToken } from '../contract/index.ts'
import type { TokenModel, UserModel } from '../db/index.ts'
import { AppError } from '../errors.ts'
import type { AccountDeps } from './account-deps.ts'
import { hasRole, type Principal, requireRole } from './principal.ts'
import { revokeTokens } from './revocation.ts'
import { hashOf, kindOf, makeToken, tokenRefused } from './tokens.ts'
import { toApiToken } from './user-view.ts'

/** A page of pictures must not become a page of writes. */
const LAST_USED_PRECISION_MS = 60_000
/** Expired tokens are kept a while, so that their holders are told that they expired, and when. */
const KEEP_EXPIRED_MS = 7 * 86_400_000

export class TokenService {
  readonly #deps: AccountDeps

  constructor(deps: AccountDeps) {
    this.#deps = deps
  }

  /**
   * Who presents this access or personal token. Read from the database each time: a revocation by any process, or a
   * new role, holds from the next request on.
   * @throws AUTHENTICATION_FAILED with `token_expired` and `expires_at`
   */
  async authenticate(secret: string): Promise<Principal> {
    const kind = kindOf(secret)
    if (kind !== 'access' && kind !== 'personal') throw tokenRefused()
    const nowMs = this.#deps.clock()
    const token = await this.#deps.db.token.findUnique({ where: { hash: hashOf(secret) }, include: { user: true } })
    const expiresAtMs = token?.expiresAt?.getTime() ?? null
    if (token === null || token.user === null || token.revokedAt !== null || !isAccount(token.user)) {
      throw tokenRefused()
    }
    if (expiresAtMs !== null && expiresAtMs <= nowMs) throw tokenRefused(token.expiresAt, nowMs)
    if (kind === 'personal') await this.#noteUse(token, nowMs)
    return { userId: token.user.id, role: token.user.role, tokenId: token.id, expiresAtMs }
  }

  /** @throws AUTHENTICATION_FAILED where the token or its user has lost, or changed, what they had. */
  async confirm({ tokenId, role }: Principal): Promise<void> {
    const where = { id: tokenId ?? '', revokedAt: null, user: { role, disabledAt: null } }
    if ((await this.#deps.db.token.count({ where })) === 0) throw tokenRefused()
  }

  /**
   * Makes a token for scripts. The answer is the only place where its secret is ever seen.
   * @throws INVALID_OPTION where it would expire in the past
   */
  async createPersonalToken(userId: number, { name, expires_at }: NewApiToken): Promise<CreatedApiToken> {
    const createdAt = new Date(this.#deps.clock())
    const expiresAt = expires_at == null ? null : new Date(expires_at)
    if (expiresAt !== null && !(expiresAt > createdAt)) {
      const field = { field: 'expires_at', expected: 'must be a time to come', expected_zh: '应为将来的时间' }
      throw new AppError('INVALID_OPTION', {}, { fields: [field] })
    }
    const { secret, row } = makeToken('personal', { userId, name, createdAt, expiresAt })
    const created = await this.#deps.db.token.create({ data: row })
    return { ...toApiToken({ ...created, userId }), token: secret }
  }

  /**
   * The user's personal tokens that are not revoked, newest first; expired ones are among them.
   * @param owner null: everybody's
   */
  async listPersonalTokens(owner: number | null): Promise<ApiToken[]> {
    const rows = await this.#deps.db.token.findMany({
      where: { userId: owner ?? { not: null }, kind: 'personal', revokedAt: null },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      omit: { hash: true },
    })
    return rows.flatMap(({ userId, ...row }) => (userId === null ? [] : toApiToken({ ...row, userId })))
  }

  /** One's own, or as an administrator anyone's. @throws TOKEN_NOT_FOUND, also for what is another's */
  async revokePersonalToken(principal: Principal, tokenId: string): Promise<void> {
    const { db, bus, clock } = this.#deps
    const token = await db.token.findUnique({ where: { id: tokenId, kind: 'personal', revokedAt: null } })
    const may = token?.userId === principal.userId || hasRole(principal, 'administrator')
    if (token === null || token.userId === null || !may) {
      throw new AppError('TOKEN_NOT_FOUND', { token_id: tokenId })
    }
    await revokeTokens(db, { id: tokenId }, new Date(clock()))
    bus.publish({ kind: 'access_ended', userId: token.userId, tokenIds: [tokenId] })
  }

  /** Removes rows that can tell nobody anything any more. @returns how many */
  async purge(): Promise<number> {
    const before = new Date(this.#deps.clock() - KEEP_EXPIRED_MS)
    const dead = { OR: [{ expiresAt: { lt: before } }, { kind: 'personal' as const, revokedAt: { lt: before } }] }
    const { count } = await this.#deps.db.token.deleteMany({ where: dead })
    return count
  }

  async #noteUse({ id, lastUsedAt }: TokenModel, nowMs: number): Promise<void> {
    if (lastUsedAt !== null && nowMs - lastUsedAt.getTime() < LAST_USED_PRECISION_MS) return
    await this.#deps.db.token.updateMany({ where: { id }, data: { lastUsedAt: new Date(nowMs) } })
  }
}

/** Whose tokens `principal` asks for; null: everybody's. @throws PERMISSION_DENIED for others', except to administrators */
export function tokenOwner(principal: Principal, { user_id: userId, scope }: ApiTokenQuery): number | null {
  if (scope === 'all' && userId !== undefined) {
    const field = { field: 'scope', expected: 'not together with user_id', expected_zh: '不能与 user_id 同时使用' }
    throw new AppError('INVALID_OPTION', {}, { fields: [field] })
  }
  const isOwn = userId === undefined ? scope !== 'all' : userId === principal.userId
  if (isOwn) return principal.userId
  requireRole(principal, 'administrator')
  return userId ?? null
}

/** Users made on first sight by AUTH=open have no password, and what they had does not outlive it. */
function isAccount({ disabledAt, passwordHash }: UserModel): boolean {
  return disabledAt === null && passwordHash !== null
}
