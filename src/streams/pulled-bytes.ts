import type { Readable } from 'node:stream'

/** The bytes of a stream, as a reader asks for them: what it does not ask for holds the sender up. */
export class PulledBytes {
  readonly #chunks: AsyncIterator<Buffer>
  #held: Buffer = Buffer.alloc(0)
  #hasEnded = false

  constructor(body: Readable) {
    this.#chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  }

  /** So many bytes from the start, which are read again later; fewer where the stream ends before. */
  async peek(bytes: number): Promise<Buffer> {
    while (this.#held.length < bytes && !this.#hasEnded) await this.#pull()
    return this.#held.subarray(0, bytes)
  }

  /** At most so many bytes; null at the end, also where the line has broken. */
  async read(bytes: number): Promise<Buffer | null> {
    while (this.#held.length === 0) {
      if (this.#hasEnded) return null
      await this.#pull()
    }
    const read = this.#held.subarray(0, bytes)
    this.#held = this.#held.subarray(read.length)
    return read
  }

  async #pull(): Promise<void> {
    try {
      const { value, done } = await this.#chunks.next()
      if (done === true) this.#hasEnded = true
      else this.#held = this.#held.length === 0 ? value : Buffer.concat([this.#held, value])
    } catch {
      this.#hasEnded = true
    }
  }
}
