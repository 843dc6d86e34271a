import type { Clock } from './clock.ts'

interface LineWatchOptions {
  clock: Clock
  /** Says something that the other side answers. */
  ask: () => void
  onDead: () => void
}

/** Tells a dead line from a quiet one: pages cannot send ping frames, and hear nothing of those they are sent. */
export class LineWatch {
  readonly #clock: Clock
  readonly #ask: () => void
  readonly #onDead: () => void
  #heardMs = 0
  #intervalMs = 0
  #timeoutMs = 0
  #nextCheck: unknown = null
  #deadline: { atMs: number; timer: unknown } | null = null

  constructor({ clock, ask, onDead }: LineWatchOptions) {
    this.#clock = clock
    this.#ask = ask
    this.#onDead = onDead
  }

  /** Asks whenever nothing was heard for `intervalMs`; without an answer within `timeoutMs` the line is dead. */
  start(intervalMs: number, timeoutMs: number): void {
    this.stop()
    this.#intervalMs = intervalMs
    this.#timeoutMs = timeoutMs
    this.heard()
    this.#check()
  }

  stop(): void {
    this.#clock.clearTimeout(this.#nextCheck)
    this.heard()
  }

  heard(): void {
    this.#heardMs = this.#clock.now()
    if (this.#deadline !== null) this.#clock.clearTimeout(this.#deadline.timer)
    this.#deadline = null
  }

  /** Asks now: there is a reason to doubt the line. A deadline that is nearer stays. */
  doubt(timeoutMs: number): void {
    const atMs = this.#clock.now() + timeoutMs
    if (this.#deadline !== null && this.#deadline.atMs <= atMs) return
    if (this.#deadline !== null) this.#clock.clearTimeout(this.#deadline.timer)
    this.#deadline = { atMs, timer: this.#clock.setTimeout(this.#onDead, timeoutMs) }
    this.#ask()
  }

  #check = (): void => {
    const quietMs = this.#clock.now() - this.#heardMs
    const isQuiet = quietMs >= this.#intervalMs
    if (isQuiet) this.doubt(this.#timeoutMs)
    this.#nextCheck = this.#clock.setTimeout(this.#check, isQuiet ? this.#intervalMs : this.#intervalMs - quietMs)
  }
}
