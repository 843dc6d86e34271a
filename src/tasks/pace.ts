/** How fast something gets on, from where it was when it was asked first. What it takes to begin says nothing of that. */
export class Pace {
  readonly #now: () => number
  #first: { at: number; ms: number } | null = null

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** What was done since it was asked first, in the unit of `position`. */
  done(position: number): number {
    if (this.#first === null || position === this.#first.at) this.#first = { at: position, ms: this.#now() }
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
