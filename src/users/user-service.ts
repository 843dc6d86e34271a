import type { NewUser, UserChange } from '../contract/index.ts'
import { Prisma, type Tx, type UserModel } from '../db/index.ts'
import { AppError } from '../errors.ts'
import type { AccountDeps } from './account-deps.ts'
import { hashPassword } from './passwords.ts'
import { LOCAL_USER_ID } from './principal.ts'
import { activeAdministrators, revokeTokens, sessionKinds } from './revocation.ts'

const MAX_USER_ID = 2 ** 31 - 1
/** How often creating a user is tried when others take the same id at the same moment. */
const MAX_TRIES = 5

export interface UserRows {
  rows: UserModel[]
  nextCursor: string | null
}

/** What an administrator does with accounts. What takes access away is followed by the hint `access_ended`. */
export class UserService {
  readonly #deps: AccountDeps

  constructor(deps: AccountDeps) {
    this.#deps = deps
  }

  /** @throws USERNAME_TAKEN */
  async createUser({ username, password, display_name = '', role = 'user' }: NewUser): Promise<UserModel> {
    const { db, clock } = this.#deps
    const name = username.normalize('NFC')
    const passwordHash = await hashPassword(password)
    for (let tries = 1; ; tries += 1) {
      if ((await db.user.count({ where: { username: name } })) > 0) throw new AppError('USERNAME_TAKEN', { username })
      try {
        const createdAt = new Date(clock())
        return await insertUser(db, { username: name, passwordHash, displayName: display_name, role, createdAt })
      } catch (err) {
        if (!isTaken(err) || tries === MAX_TRIES) throw err
      }
    }
  }

  /** Accounts by id, without the local user, who is no account. @throws INVALID_CURSOR */
  async listUsers({ cursor, limit = 50 }: { cursor?: string; limit?: number }): Promise<UserRows> {
    const after = cursor === undefined ? LOCAL_USER_ID : positionOf(cursor)
    const found = await this.#deps.db.user.findMany({
      where: { id: { gt: after } },
      orderBy: { id: 'asc' },
      take: limit + 1,
    })
    const rows = found.slice(0, limit)
    return { rows, nextCursor: found.length > limit ? `u${rows.at(-1)?.id}` : null }
  }

  /** @throws USER_NOT_FOUND */
  async getUser(userId: number): Promise<UserModel> {
    const user = await this.#deps.db.user.findUnique({ where: { id: userId } })
    if (user === null) throw new AppError('USER_NOT_FOUND', { user_id: userId })
    return user
  }

  /** The names of those users that there are. */
  async usernamesOf(userIds: number[]): Promise<Map<number, string>> {
    const where = { id: { in: [...new Set(userIds)] } }
    const rows = await this.#deps.db.user.findMany({ where, select: { id: true, username: true } })
    return new Map(rows.map(({ id, username }) => [id, username]))
  }

  /**
   * A new password ends the user's sessions, disabling ends sessions and personal tokens; a new role ends only live
   * sockets, which come back with it.
   * @throws USER_NOT_FOUND, LAST_ADMINISTRATOR
   */
  async changeUser(userId: number, change: UserChange): Promise<UserModel> {
    const { db, bus, clock } = this.#deps
    const passwordHash = change.password === undefined ? undefined : await hashPassword(change.password)
    const now = new Date(clock())
    const { user, ended, hasNewRole } = await db.$transaction(async (tx) => {
      const before = await tx.user.findUnique({ where: { id: userId } })
      if (before === null) throw new AppError('USER_NOT_FOUND', { user_id: userId })
      const user = await tx.user.update({ where: { id: userId }, data: rowChange(before, change, passwordHash, now) })
      if (isActiveAdministrator(before)) await requireAnAdministrator(tx)
      return { user, ended: await endAccess(tx, before, user, now), hasNewRole: user.role !== before.role }
    })
    if (hasNewRole) bus.publish({ kind: 'access_changed', userId })
    if (ended !== null) bus.publish({ kind: 'access_ended', userId, tokenIds: ended.tokenIds })
    return user
  }

  /** Ends all of the user's sessions and personal tokens. @throws USER_NOT_FOUND */
  async revokeAll(userId: number): Promise<void> {
    const { db, bus, clock } = this.#deps
    await this.getUser(userId)
    await revokeTokens(db, { userId }, new Date(clock()))
    bus.publish({ kind: 'access_ended', userId, tokenIds: null })
  }
}

/**
 * Gives the id itself. The database would go on from the highest, which AUTH=open lets anyone name, even the last there is;
 * PostgreSQL's counter would not know of ids named so.
 */
export async function insertUser(tx: Tx, data: Omit<Prisma.UserCreateInput, 'id'>): Promise<UserModel> {
  const newest = await tx.user.findFirst({ orderBy: { id: 'desc' }, select: { id: true } })
  const id = (newest?.id ?? LOCAL_USER_ID) + 1
  return tx.user.create({ data: { ...data, id: id <= MAX_USER_ID ? id : await lowestFreeId(tx) } })
}

/** Whether a write failed because a unique value exists already. */
export function isTaken(err: unknown): boolean {
  return err instanceof Prisma.PrismaClientKnownRequestError && err.code === 'P2002'
}

async function lowestFreeId(tx: Tx): Promise<number> {
  const [row] = await tx.$queryRaw<Array<{ id: bigint | number | null }>>`
    SELECT MIN(u."id") + 1 AS "id" FROM "User" u WHERE NOT EXISTS (SELECT 1 FROM "User" v WHERE v."id" = u."id" + 1)`
  return Number(row?.id)
}

function positionOf(cursor: string): number {
  const id = /^u(\d{1,10})$/.exec(cursor)?.[1]
  if (id === undefined || Number(id) > MAX_USER_ID) throw new AppError('INVALID_CURSOR')
  return Number(id)
}

function rowChange(before: UserModel, change: UserChange, passwordHash: string | undefined, now: Date) {
  return {
    ...(passwordHash === undefined ? {} : { passwordHash }),
    ...(change.display_name === undefined ? {} : { displayName: change.display_name }),
    ...(change.role === undefined ? {} : { role: change.role }),
    ...(change.disabled === undefined ? {} : { disabledAt: change.disabled ? (before.disabledAt ?? now) : null }),
  }
}

function isActiveAdministrator({ role, disabledAt, passwordHash }: UserModel): boolean {
  return role === 'administrator' && disabledAt === null && passwordHash !== null
}

async function requireAnAdministrator(tx: Tx): Promise<void> {
  if ((await tx.user.count({ where: activeAdministrators })) === 0) throw new AppError('LAST_ADMINISTRATOR')
}

/** Revokes what the change takes away. @returns null where it takes nothing. */
async function endAccess(tx: Tx, before: UserModel, after: UserModel, now: Date) {
  const userId = after.id
  if (after.disabledAt !== null && before.disabledAt === null) {
    await revokeTokens(tx, { userId }, now)
    return { tokenIds: null }
  }
  const newPassword = after.passwordHash !== before.passwordHash
  const tokenIds = newPassword ? await revokeTokens(tx, { userId, ...sessionKinds }, now) : []
  return tokenIds.length > 0 ? { tokenIds } : null
}
