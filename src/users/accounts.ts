import type { AccountDeps } from './account-deps.ts'
import { OpenUsers } from './open-users.ts'
import { SessionService } from './session-service.ts'
import { SetupService } from './setup-service.ts'
import { TokenService } from './token-service.ts'
import { UserService } from './user-service.ts'

export interface Accounts {
  users: UserService
  sessions: SessionService
  tokens: TokenService
  setup: SetupService
  openUsers: OpenUsers
}

const defaults = { clock: Date.now, accessTtlS: 15 * 60, refreshTtlS: 30 * 86_400, loginsPerMinute: 10 }

/** The account services over one database and bus. They hold no resource that would have to be closed. */
export function makeAccounts(options: Pick<AccountDeps, 'db' | 'bus'> & Partial<AccountDeps>): Accounts {
  const deps: AccountDeps = { ...defaults, ...options }
  return {
    users: new UserService(deps),
    sessions: new SessionService(deps),
    tokens: new TokenService(deps),
    setup: new SetupService(deps),
    openUsers: new OpenUsers(deps.db),
  }
}
