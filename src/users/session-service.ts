import type { SignedIn } from '../contract/index.ts'
import type { Tx, UserModel } from '../db/index.ts'
import { AppError } from '../errors.ts'
import type { AccountDeps } from './account-deps.ts'
import { AttemptLimit } from './attempt-limit.ts'
import { hashPassword, verifyPassword } from './passwords.ts'
import type { Principal } from './principal.ts'
import { revokeTokens, sessionKinds } from './revocation.ts'
import { issueTokens } from './session-tokens.ts'
import { hashOf, kindOf, tokenRefused } from './tokens.ts'

/** So many addresses' worth of attempts at one name are allowed in all. */
const ADDRESSES_PER_NAME = 20

/** Signing in, staying so and ending it. A session is what came from one sign-in: its tokens end together. */
export class SessionService {
  readonly #deps: AccountDeps
  /** By name and address. */
  readonly #attempts: AttemptLimit
  /** By name. */
  readonly #attemptsOfAll: AttemptLimit

  constructor(deps: AccountDeps) {
    this.#deps = deps
    this.#attempts = new AttemptLimit(deps.loginsPerMinute, deps.clock)
    this.#attemptsOfAll = new AttemptLimit(deps.loginsPerMinute * ADDRESSES_PER_NAME, deps.clock)
  }

  get refreshTtlS(): number {
    return this.#deps.refreshTtlS
  }

  /** @throws WRONG_CREDENTIALS (unknown, disabled and mistaken look alike, also in time), RATE_LIMITED */
  async signIn(username: string, password: string, address = ''): Promise<SignedIn> {
    const name = username.normalize('NFC')
    this.#takeAttempt(name, address)
    const user = await this.#deps.db.user.findUnique({ where: { username: name } })
    const passwordHash = user?.disabledAt === null ? user.passwordHash : null
    const matches = await verifyPassword(password, passwordHash)
    if (user === null || !matches) throw new AppError('WRONG_CREDENTIALS')
    this.#attempts.forget(`${name}\n${address}`)
    return this.#deps.db.$transaction(async (tx) => {
      const signedIn = await issueTokens(tx, user, this.#deps)
      await requireUnchanged(tx, user)
      return signedIn
    })
  }

  /** Few by one address, so that nobody's mistakes lock the owner out elsewhere; many by all, so that guesses stay slow. */
  #takeAttempt(name: string, address: string): void {
    this.#attempts.take(`${name}\n${address}`)
    this.#attemptsOfAll.take(name)
  }

  /**
   * Exchanges a refresh token for a new pair; each works once. One that comes a second time was copied, by whom is
   * not known, so its whole session ends.
   * @throws AUTHENTICATION_FAILED
   */
  async refresh(secret: string): Promise<SignedIn> {
    if (kindOf(secret) !== 'refresh') throw tokenRefused()
    const hash = hashOf(secret)
    const signedIn = await this.#deps.db.$transaction((tx) => this.#rotate(tx, hash))
    if (signedIn !== null) return signedIn
    return this.#refuseRefresh(hash)
  }

  /**
   * Ends the sessions of these secrets, expired or not: whoever holds one may end what it began.
   * Anything that is no session's secret is passed over.
   */
  async signOut(secrets: string[]): Promise<void> {
    const tokens = await this.#deps.db.token.findMany({
      where: { hash: { in: secrets.map(hashOf) }, ...sessionKinds },
      select: { userId: true, sessionId: true },
    })
    for (const { userId, sessionId } of tokens) await this.#endSession(userId, sessionId)
  }

  /**
   * Ends every other session of the user; the asking one and personal tokens go on.
   * @throws WRONG_CREDENTIALS, RATE_LIMITED
   */
  async changeOwnPassword(principal: Principal, current: string, next: string): Promise<void> {
    const { db, bus, clock } = this.#deps
    const user = await db.user.findUniqueOrThrow({ where: { id: principal.userId } })
    this.#attempts.take(user.username)
    if (!(await verifyPassword(current, user.passwordHash))) throw new AppError('WRONG_CREDENTIALS')
    this.#attempts.forget(user.username)
    const passwordHash = await hashPassword(next)
    const tokenIds = await db.$transaction(async (tx) => {
      const where = { id: user.id, passwordHash: user.passwordHash }
      const { count } = await tx.user.updateMany({ where, data: { passwordHash } })
      if (count === 0) throw new AppError('WRONG_CREDENTIALS')
      const others = { userId: user.id, ...sessionKinds, ...(await exceptSessionOf(tx, principal)) }
      return revokeTokens(tx, others, new Date(clock()))
    })
    if (tokenIds.length > 0) bus.publish({ kind: 'access_ended', userId: user.id, tokenIds })
  }

  /** The claim is the first statement: of two who come with one token, the second finds it used. */
  async #rotate(tx: Tx, hash: string): Promise<SignedIn | null> {
    const now = new Date(this.#deps.clock())
    const [claimed] = await tx.token.updateManyAndReturn({
      where: { hash, kind: 'refresh', revokedAt: null, expiresAt: { gt: now } },
      data: { revokedAt: now, lastUsedAt: now },
    })
    if (claimed === undefined || claimed.userId === null || claimed.sessionId === null) return null
    const user = await tx.user.findUniqueOrThrow({ where: { id: claimed.userId } })
    return user.disabledAt === null ? issueTokens(tx, user, this.#deps, claimed.sessionId) : null
  }

  async #refuseRefresh(hash: string): Promise<never> {
    const token = await this.#deps.db.token.findUnique({ where: { hash } })
    if (token?.lastUsedAt != null) await this.#endSession(token.userId, token.sessionId)
    throw tokenRefused(token?.expiresAt ?? null, this.#deps.clock())
  }

  async #endSession(userId: number | null, sessionId: string | null): Promise<void> {
    if (userId === null || sessionId === null) return
    const { db, bus, clock } = this.#deps
    const tokenIds = await revokeTokens(db, { sessionId }, new Date(clock()))
    if (tokenIds.length > 0) bus.publish({ kind: 'access_ended', userId, tokenIds })
  }
}

/** Checking a password takes long enough for it to be changed, or its user disabled, meanwhile. */
async function requireUnchanged(tx: Tx, { id, passwordHash }: UserModel): Promise<void> {
  const same = await tx.user.count({ where: { id, passwordHash, disabledAt: null } })
  if (same === 0) throw new AppError('WRONG_CREDENTIALS')
}

async function exceptSessionOf(tx: Tx, { tokenId }: Principal) {
  const token = tokenId === null ? null : await tx.token.findUnique({ where: { id: tokenId } })
  return token?.sessionId == null ? {} : { sessionId: { not: token.sessionId } }
}
