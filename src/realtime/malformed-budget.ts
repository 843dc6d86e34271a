export const MALFORMED_PER_MINUTE = 10

/** How much malformed input a socket may send before it is closed. */
export class MalformedBudget {
  #times: number[] = []

  /** @returns whether the budget is used up. */
  spend(nowMs: number): boolean {
    this.#times = this.#times.filter((at) => nowMs - at < 60_000)
    this.#times.push(nowMs)
    return this.#times.length >= MALFORMED_PER_MINUTE
  }
}
