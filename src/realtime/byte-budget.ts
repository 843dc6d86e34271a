/** More than any camera needs, and little enough that reading it harms nobody else. */
const MAX_BYTES_PER_SECOND = 24 * 1024 * 1024

/** How much one socket may send. */
export class ByteBudget {
  #secondMs = 0
  #bytes = 0

  /** @returns for how many milliseconds nothing more is to be read; 0: go on. */
  spend(bytes: number, nowMs: number): number {
    if (nowMs - this.#secondMs >= 1000) {
      this.#secondMs = nowMs
      this.#bytes = 0
    }
    this.#bytes += bytes
    return this.#bytes <= MAX_BYTES_PER_SECOND ? 0 : this.#secondMs + 1000 - nowMs
  }
}
