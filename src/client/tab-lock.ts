import type { Clock } from './clock.ts'
import { page, type StringStorage } from './page-globals.ts'
import { randomId } from './random-id.ts'

const NAME = 'hz.session'
const LEASE_KEY = 'hz.session-lease'
/** Longer than the work takes; who dies at it holds the others up for so long. */
const LEASE_MS = 20_000
/** Until what one tab writes is there for all. */
const SETTLE_MS = 100

/** Runs the work while no other tab is at it. */
export function oneTabAtATime(work: () => Promise<void>, storage: StringStorage, clock: Clock): Promise<void> {
  const locks = page.navigator?.locks
  return locks === undefined ? withLease(work, storage, clock) : locks.request(NAME, work)
}

/** Pages that came neither over https nor from localhost have no locks: of several that write, the last one has the lease. */
export async function withLease(work: () => Promise<void>, storage: StringStorage, clock: Clock): Promise<void> {
  const id = randomId()
  const isOurs = () => storage.getItem(LEASE_KEY)?.startsWith(`${id} `) === true
  while (!isOurs()) {
    const untilMs = Number(storage.getItem(LEASE_KEY)?.split(' ')[1] ?? 0)
    if (untilMs <= clock.now()) storage.setItem(LEASE_KEY, `${id} ${clock.now() + LEASE_MS}`)
    await new Promise<void>((resolve) => clock.setTimeout(resolve, SETTLE_MS))
  }
  try {
    await work()
  } finally {
    if (isOurs()) storage.removeItem(LEASE_KEY)
  }
}
