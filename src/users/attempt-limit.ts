import { AppError } from '../errors.ts'

const WINDOW_MS = 60_000
/** Names are made up by clients: the memory they take is bounded, the oldest are forgotten first. */
const MAX_KEYS = 10_000

interface Window {
  attempts: number
  endsAtMs: number
}

/** Counts attempts by name, in this process, so that guesses from many addresses at one account are slowed too. */
export class AttemptLimit {
  readonly #windows = new Map<string, Window>()
  readonly #maxPerMinute: number
  readonly #clock: () => number

  constructor(maxPerMinute: number, clock: () => number) {
    this.#maxPerMinute = maxPerMinute
    this.#clock = clock
  }

  /**
   * Counts one attempt, before its outcome is known: attempts at the same moment count too.
   * @throws RATE_LIMITED with `retry_after` in seconds
   */
  take(name: string): void {
    const nowMs = this.#clock()
    const window = this.#windowOf(name, nowMs)
    if (window.attempts >= this.#maxPerMinute) {
      throw new AppError('RATE_LIMITED', { retry_after: Math.ceil((window.endsAtMs - nowMs) / 1000) })
    }
    window.attempts += 1
  }

  /** After a success: whoever knows the password is not slowed by own mistakes. */
  forget(name: string): void {
    this.#windows.delete(name)
  }

  #windowOf(name: string, nowMs: number): Window {
    const known = this.#windows.get(name)
    if (known !== undefined && known.endsAtMs > nowMs) return known
    this.#windows.delete(name) // set again below, so that the map stays ordered by age
    if (this.#windows.size >= MAX_KEYS) this.#windows.delete(this.#windows.keys().next().value as string)
    const fresh = { attempts: 0, endsAtMs: nowMs + WINDOW_MS }
    this.#windows.set(name, fresh)
    return fresh
  }
}
