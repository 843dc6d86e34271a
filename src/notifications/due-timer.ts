/**
 * The longest wait before looking again. Other processes schedule notifications too, clocks are set and machines
 * sleep; it is also far below the 24.8 days at which setTimeout overflows.
 */
const LONGEST_WAIT_MS = 60_000
/** After a failure: long enough for a lock to be let go. */
const RETRY_MS = 1000

/** One timer to whatever is due next. */
export class DueTimer {
  readonly #run: () => Promise<number | null>
  readonly #onError: (err: unknown) => void
  readonly #now: () => number
  #timer: NodeJS.Timeout | null = null
  #running: Promise<void> | null = null
  #again = false
  #stopped = true

  /** @param run does what is due and answers when the next is, in milliseconds since 1970; null: nothing waits. */
  constructor(run: () => Promise<number | null>, now: () => number, onError: (err: unknown) => void) {
    this.#run = run
    this.#now = now
    this.#onError = onError
  }

  async start(): Promise<void> {
    this.#stopped = false
    await this.wake()
  }

  /** Resolves once nothing runs any more. */
  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#running
  }

  /** Does what is due now and sets the timer anew; never rejects. One run at a time, and one more if asked meanwhile. */
  async wake(): Promise<void> {
    if (this.#stopped) return
    this.#again = true
    this.#running ??= this.#loop()
    await this.#running
  }

  async #loop(): Promise<void> {
    let waitMs = LONGEST_WAIT_MS
    while (this.#again && !this.#stopped) {
      this.#again = false
      waitMs = await this.#once()
    }
    // In the same turn as the last look at #again, so that no call in between goes unserved.
    this.#running = null
    this.#arm(waitMs)
  }

  async #once(): Promise<number> {
    try {
      const next = await this.#run()
      return next === null ? LONGEST_WAIT_MS : Math.max(next - this.#now(), 0)
    } catch (err) {
      this.#onError(err)
      return RETRY_MS
    }
  }

  #arm(waitMs: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    if (this.#stopped) return
    this.#timer = setTimeout(() => void this.wake(), Math.min(waitMs, LONGEST_WAIT_MS))
    this.#timer.unref()
  }
}
