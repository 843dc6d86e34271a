import type { RetentionChange, RetentionOutcome, RetentionState } from '../contract/index.ts'
import { type Principal, requireRole } from '../users/principal.ts'
import { cutoffsOf, outcomeOf } from './cutoffs.ts'
import { insertPolicy, lastRunAt, latestPolicy, policyOf, stateOf } from './policies.ts'
import { previewRetention } from './retention-preview.ts'
import { type RetentionRunDeps, runRetention } from './retention-run.ts'

export interface RetentionServiceDeps extends RetentionRunDeps {
  log: { info(details: object, message: string): void }
  /** Milliseconds since 1970. */
  now?: () => number
}

const DAY_MS = 86_400_000

/** What is deleted by itself once it is old. */
export class RetentionService {
  readonly #deps: RetentionServiceDeps
  readonly #now: () => number
  /** When the next run by itself is due: after the start, then once a day. */
  #dueMs = 0
  #interruption = new AbortController()
  #isStopped = false
  /** The newest run; runs wait for each other. */
  #latest: Promise<unknown> = Promise.resolve()

  constructor(deps: RetentionServiceDeps) {
    this.#deps = deps
    this.#now = deps.now ?? Date.now
  }

  /** @throws PERMISSION_DENIED */
  async state(principal: Principal): Promise<RetentionState> {
    requireRole(principal, 'administrator')
    return this.#state()
  }

  /**
   * Sets another policy. A run that is under way by the one before ends; the next one by itself is a day away, so that a
   * mistake can be taken back.
   * @throws PERMISSION_DENIED
   */
  async change(principal: Principal, change: RetentionChange): Promise<RetentionState> {
    requireRole(principal, 'administrator')
    const nowMs = this.#now()
    await insertPolicy(this.#deps.db, change, principal.userId, new Date(nowMs))
    this.#dueMs = nowMs + DAY_MS
    this.#interrupt()
    return this.#state()
  }

  /** What a policy would delete now. Nothing changes. @throws PERMISSION_DENIED */
  async preview(principal: Principal, policy: RetentionChange): Promise<RetentionOutcome> {
    requireRole(principal, 'administrator')
    const { db, files } = this.#deps
    const cutoffs = cutoffsOf(policy, this.#now())
    return outcomeOf(policy, cutoffs, await previewRetention(db, files, cutoffs))
  }

  /**
   * Applies the policy that is set now, to the end.
   * @returns what was deleted.
   * @throws PERMISSION_DENIED
   */
  async run(principal: Principal): Promise<RetentionOutcome> {
    requireRole(principal, 'administrator')
    return this.#run(principal.userId)
  }

  /** To be called from time to time. @returns null where no run was due. */
  async runIfDue(): Promise<RetentionOutcome | null> {
    if (this.#isStopped || this.#now() < this.#dueMs) return null
    this.#dueMs = this.#now() + DAY_MS
    return this.#run(null)
  }

  /** Resolves once nothing is being deleted any more. The next start goes on with what is left. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#interrupt()
    await this.#latest
  }

  #interrupt(): void {
    this.#interruption.abort()
    this.#interruption = new AbortController()
  }

  #run(userId: number | null): Promise<RetentionOutcome> {
    const run = this.#latest.then(() => this.#apply(userId))
    this.#latest = run.catch(() => {})
    return run
  }

  async #apply(userId: number | null): Promise<RetentionOutcome> {
    const { db, log } = this.#deps
    const signal = this.#isStopped ? AbortSignal.abort() : this.#interruption.signal
    const row = await latestPolicy(db)
    const policy = policyOf(row)
    const nowMs = this.#now()
    const cutoffs = cutoffsOf(policy, nowMs)
    const outcome = outcomeOf(policy, cutoffs, await runRetention(this.#deps, cutoffs, signal))
    const isWhole = row !== null && !signal.aborted
    if (isWhole) await db.retentionPolicy.update({ where: { id: row.id }, data: { lastRunAt: new Date(nowMs) } })
    const { records, originals } = outcome
    if (records.records + originals.records > 0)
      log.info({ user_id: userId, records, originals }, 'old things were deleted')
    return outcome
  }

  async #state(): Promise<RetentionState> {
    const { db } = this.#deps
    return stateOf(await latestPolicy(db), await lastRunAt(db))
  }
}
