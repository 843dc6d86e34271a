/** Smaller ones cost more in requests than they save. */
const SMALLEST_BYTES = 256 * 1024
const WANTED_MS = 4000

/**
 * How much to send at a time: what takes some seconds on this line, so that little has to be sent again when it breaks, and a
 * dead line is told from a slow one.
 */
export class PieceSize {
  readonly #maxBytes: number
  #bytes: number

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
    this.#bytes = Math.min(maxBytes, 4 * SMALLEST_BYTES)
  }

  get bytes(): number {
    return this.#bytes
  }

  took(ms: number): void {
    if (ms < WANTED_MS / 2) this.#set(this.#bytes * 2)
    else if (ms > WANTED_MS * 2) this.#set(this.#bytes / 2)
  }

  failed(): void {
    this.#set(this.#bytes / 4)
  }

  #set(bytes: number): void {
    this.#bytes = Math.min(this.#maxBytes, Math.max(SMALLEST_BYTES, Math.floor(bytes)))
  }
}
