/** How fast something gets on, from the first time that it is asked. */
export class Pace {
  readonly #now: () => number
  #first: { at: number; ms: number } | null = null

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** What was done since it was asked first, in the unit of `position`. */
  done(position: number): number {
    this.#first ??= { at: position, ms: this.#now() }
    return position - this.#first.at
  }

  /** Seconds until `end`, as the speed until now has it; null where nothing can be said yet. */
  remainingS(position: number, end: number | null): number | null {
    const done = this.done(position)
    if (end === null || done <= 0 || this.#first === null) return null
    const passedS = (this.#now() - this.#first.ms) / 1000
    return (passedS / done) * Math.max(0, end - position)
  }
}
