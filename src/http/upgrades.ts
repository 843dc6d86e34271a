import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'

/** How long the answer to an upgrade that comes too late may take to be read. */
const ANSWER_MS = 500

/** The connections that asked to become WebSockets. Node's server forgets them, but does not end while they are open. */
export class Upgrades {
  readonly #open = new Set<Duplex>()
  #isStopping = false

  constructor(server: Server) {
    server.on('upgrade', (_request, socket) => {
      this.#open.add(socket)
      socket.once('close', () => this.#open.delete(socket))
      if (this.#isStopping) setTimeout(() => socket.destroy(), ANSWER_MS)
    })
  }

  /** From now on whoever comes is sent away: Fastify answers 503, and nobody would take the connection over. */
  stop(): void {
    this.#isStopping = true
  }

  /** Cuts every one that is still open. */
  end(): void {
    for (const socket of this.#open) socket.destroy()
  }
}
