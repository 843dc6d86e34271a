/** Answers to a user's commands, for ten minutes: the same `request_id` gets the same answer and starts nothing twice. */
const KEPT_MS = 600_000
/** A client that numbers its pings, or asks for long lists, must not fill the memory: its oldest answers go first. */
const MAX_ANSWERS_PER_USER = 1000
const MAX_BYTES_PER_USER = 1024 * 1024

interface Entry {
  atMs: number
  answer: Promise<string>
  /** 0 until the answer is there. */
  bytes: number
}

export class CommandLog {
  /** In the order of the users' newest commands. */
  readonly #byUser = new Map<number, UserAnswers>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** How much is remembered, of all users. */
  get bytes(): number {
    return Array.from(this.#byUser.values()).reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Runs the command, unless the user has sent it before; also while it is still running. */
  once(userId: number, requestId: string, run: () => Promise<string>): Promise<string> {
    const expiredMs = this.#now() - KEPT_MS
    const answers = this.#byUser.get(userId) ?? new UserAnswers()
    this.#byUser.delete(userId)
    this.#byUser.set(userId, answers)
    for (const [id, idle] of this.#byUser) {
      idle.forget(expiredMs)
      if (idle.size > 0 || id === userId) break
      this.#byUser.delete(id)
    }
    answers.forget(expiredMs)
    return answers.find(requestId) ?? answers.add(requestId, this.#now(), run())
  }
}

/** Oldest first. */
class UserAnswers {
  readonly #entries = new Map<string, Entry>()
  bytes = 0

  get size(): number {
    return this.#entries.size
  }

  find(requestId: string): Promise<string> | undefined {
    return this.#entries.get(requestId)?.answer
  }

  add(requestId: string, atMs: number, answer: Promise<string>): Promise<string> {
    const entry = { atMs, answer, bytes: 0 }
    this.#entries.set(requestId, entry)
    answer.then(
      (text) => this.#weigh(requestId, entry, text.length),
      () => this.#entries.delete(requestId), // What broke by our fault may be tried again.
    )
    return answer
  }

  /** Removes what is from this moment or before, and the oldest of what is too much. */
  forget(expiredMs: number): void {
    for (const [requestId, { atMs, bytes }] of this.#entries) {
      const isTooMuch = this.size > MAX_ANSWERS_PER_USER || this.bytes > MAX_BYTES_PER_USER
      if (atMs > expiredMs && !isTooMuch) return
      this.#entries.delete(requestId)
      this.bytes -= bytes
    }
  }

  #weigh(requestId: string, entry: Entry, bytes: number): void {
    if (this.#entries.get(requestId) !== entry) return
    entry.bytes = bytes
    this.bytes += bytes
    this.forget(Number.NEGATIVE_INFINITY)
  }
}
