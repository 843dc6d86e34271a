import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'

/** Read and written in pieces of this size: one by one, those of a socket would cost a trip to the disk each. */
const PIECE_BYTES = 1024 * 1024

/**
 * A request's body, to be read to where it ends, for whatever reason: then `isCutOff` says whether the client left, and
 * `isStopped` whether `stop` was called. Nothing that has arrived before that is lost. The request itself stays open.
 */
export class RequestBytes {
  readonly #request: IncomingMessage
  readonly #bytes = new PassThrough({ highWaterMark: PIECE_BYTES })
  isCutOff = false
  isStopped = false

  constructor(request: IncomingMessage) {
    this.#request = request
    if (request.destroyed && !request.complete) this.#endEarly()
    request.once('close', () => !request.complete && this.#endEarly())
    // Said again by 'close'; unheard, it would end the process.
    request.on('error', () => {})
  }

  stop(): void {
    this.isStopped = true
    this.#end()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    if (!this.#bytes.writableEnded) this.#request.pipe(this.#bytes)
    try {
      yield* this.#bytes as AsyncIterable<Buffer>
    } finally {
      this.#end()
    }
  }

  #endEarly(): void {
    this.isCutOff = true
    this.#end()
  }

  #end(): void {
    this.#request.unpipe(this.#bytes)
    if (!this.#bytes.destroyed) this.#bytes.end()
  }
}
