import type { SignedIn } from '../contract/index.ts'
import { AppError } from '../errors.ts'
import type { AccountDeps } from './account-deps.ts'
import { hashPassword } from './passwords.ts'
import { activeAdministrators, revokeTokens } from './revocation.ts'
import { issueTokens } from './session-tokens.ts'
import { hashOf, kindOf, makeToken, tokenRefused } from './tokens.ts'
import { insertUser } from './user-service.ts'

const SETUP_TTL_MS = 86_400_000

/** The way in of a server that nobody can sign in to yet: a link that makes the first administrator, once. */
export class SetupService {
  readonly #deps: AccountDeps

  constructor(deps: AccountDeps) {
    this.#deps = deps
  }

  /**
   * @returns the secret of a new link, good for one day and for one use, which ends earlier links; null where an
   * administrator can sign in already.
   */
  async ensureSetupLink(): Promise<string | null> {
    const createdAt = new Date(this.#deps.clock())
    return this.#deps.db.$transaction(async (tx) => {
      await revokeTokens(tx, { kind: 'setup' }, createdAt)
      if ((await tx.user.count({ where: activeAdministrators })) > 0) return null
      const expiresAt = new Date(createdAt.getTime() + SETUP_TTL_MS)
      const { secret, row } = makeToken('setup', { userId: null, createdAt, expiresAt })
      await tx.token.create({ data: row })
      return secret
    })
  }

  /**
   * Makes the first administrator and signs it in. Of several requests with one link one wins; one that fails leaves
   * the link good.
   * @throws AUTHENTICATION_FAILED for a link that is used, replaced, too old or not ours; USERNAME_TAKEN
   */
  async setUp(secret: string, username: string, password: string): Promise<SignedIn> {
    await this.#requireGood(secret)
    const passwordHash = await hashPassword(password)
    return this.#deps.db.$transaction(async (tx) => {
      const now = new Date(this.#deps.clock())
      const claim = { hash: hashOf(secret), kind: 'setup' as const, revokedAt: null, expiresAt: { gt: now } }
      const { count } = await tx.token.updateMany({ where: claim, data: { revokedAt: now, lastUsedAt: now } })
      if (count === 0 || (await tx.user.count({ where: activeAdministrators })) > 0) throw tokenRefused()
      const name = username.normalize('NFC')
      if ((await tx.user.count({ where: { username: name } })) > 0) throw new AppError('USERNAME_TAKEN', { username })
      const user = await insertUser(tx, { username: name, passwordHash, role: 'administrator', createdAt: now })
      return issueTokens(tx, user, this.#deps)
    })
  }

  /** Before the password is hashed: strangers must not have us do costly work. */
  async #requireGood(secret: string): Promise<void> {
    if (kindOf(secret) !== 'setup') throw tokenRefused()
    const nowMs = this.#deps.clock()
    const token = await this.#deps.db.token.findUnique({ where: { hash: hashOf(secret), revokedAt: null } })
    if (token === null || (token.expiresAt?.getTime() ?? 0) <= nowMs) throw tokenRefused(token?.expiresAt, nowMs)
  }
}
