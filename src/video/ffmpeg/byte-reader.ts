import type { Readable } from 'node:stream'

/** The stream ended in the midst of something. */
export class UnexpectedEnd extends Error {}

/** The bytes of a stream in their order. What is not asked for holds up whoever writes it. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>
  #chunk: Buffer = Buffer.alloc(0)
  #at = 0

  constructor(stream: Readable) {
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  }

  /** The next byte; null at the end. */
  async next(): Promise<number | null> {
    while (this.#at === this.#chunk.length) if (!(await this.#pull())) return null
    return this.#chunk[this.#at++] as number
  }

  /** @throws UnexpectedEnd */
  async byte(): Promise<number> {
    const byte = await this.next()
    if (byte === null) throw new UnexpectedEnd()
    return byte
  }

  /** Fills the whole buffer. @throws UnexpectedEnd */
  async fill(target: Buffer): Promise<void> {
    for (let filled = 0; filled < target.length; ) {
      if (this.#at === this.#chunk.length && !(await this.#pull())) throw new UnexpectedEnd()
      const count = this.#chunk.copy(target, filled, this.#at)
      this.#at += count
      filled += count
    }
  }

  /** @throws UnexpectedEnd */
  async take(bytes: number): Promise<Buffer> {
    const taken = Buffer.allocUnsafe(bytes)
    await this.fill(taken)
    return taken
  }

  async #pull(): Promise<boolean> {
    const { value, done } = await this.#chunks.next()
    if (done === true) return false
    this.#chunk = value
    this.#at = 0
    return true
  }
}
