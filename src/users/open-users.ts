import { randomBytes } from 'node:crypto'
import type { Db } from '../db/index.ts'
import { LOCAL_USER_ID, type Principal } from './principal.ts'
import { isTaken } from './user-service.ts'

/**
 * The users of AUTH=open. Nobody proves who they are there, so everyone is an administrator, whatever the row's role,
 * and disabling a user keeps nobody out.
 */
export class OpenUsers {
  readonly #db: Db
  /** Rows known to exist, or being made. Users are never removed. */
  readonly #present = new Map<number, Promise<void>>()

  constructor(db: Db) {
    this.#db = db
  }

  /** Who comes without a `user_id`. */
  localUser(): Promise<Principal> {
    return this.#principal(LOCAL_USER_ID, 'local')
  }

  /** Makes the user where it is new; any number of requests may ask for one id at once. */
  userOnFirstSight(userId: number): Promise<Principal> {
    return this.#principal(userId, `user-${userId}`)
  }

  async #principal(userId: number, username: string): Promise<Principal> {
    let present = this.#present.get(userId)
    if (present === undefined) {
      present = this.#ensure(userId, username)
      this.#present.set(userId, present)
      present.catch(() => this.#present.delete(userId)) // the next request tries again
    }
    await present
    return { userId, role: 'administrator', tokenId: null, expiresAtMs: null }
  }

  async #ensure(id: number, username: string): Promise<void> {
    if (await this.#exists(id)) return
    // An ordinary row: that everyone may do everything ends with AUTH=open.
    const row = { id, username }
    try {
      await this.#db.user.create({ data: row })
    } catch (err) {
      if (!isTaken(err)) throw err
      if (await this.#exists(id)) return // another process was faster
      // An account bears the name already.
      await this.#db.user.create({ data: { ...row, username: `${username}-${randomBytes(4).toString('hex')}` } })
    }
  }

  async #exists(id: number): Promise<boolean> {
    return (await this.#db.user.count({ where: { id } })) > 0
  }
}
