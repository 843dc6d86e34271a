import type { Db } from '../db/index.ts'
import type { EventBus } from '../events/event-bus.ts'

/** What the account services are made of. */
export interface AccountDeps {
  db: Db
  bus: EventBus
  /** Milliseconds since 1970. */
  clock: () => number
  accessTtlS: number
  refreshTtlS: number
  /** Password attempts per user name. */
  loginsPerMinute: number
}
