import type { WebSocket } from 'ws'

type Reason = 'commands' | 'bytes'

/** A socket is not read as long as there is a reason not to. */
export class ReadingGate {
  readonly #socket: Pick<WebSocket, 'pause' | 'resume'>
  readonly #reasons = new Set<Reason>()

  constructor(socket: Pick<WebSocket, 'pause' | 'resume'>) {
    this.#socket = socket
  }

  hold(reason: Reason): void {
    this.#reasons.add(reason)
    this.#socket.pause()
  }

  release(reason: Reason): void {
    if (this.#reasons.delete(reason) && this.#reasons.size === 0) this.#socket.resume()
  }
}
