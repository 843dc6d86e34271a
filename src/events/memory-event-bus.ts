import type { EventBus, Hint } from './event-bus.ts'

/** Within one process. A listener that throws breaks neither the publisher nor the other listeners. */
export class MemoryEventBus implements EventBus {
  readonly #listeners = new Set<(hint: Hint) => void>()
  readonly #onError: (err: unknown) => void

  constructor(onError: (err: unknown) => void) {
    this.#onError = onError
  }

  publish(hint: Hint): void {
    for (const listener of this.#listeners) {
      try {
        listener(hint)
      } catch (err) {
        this.#onError(err)
      }
    }
  }

  subscribe(listener: (hint: Hint) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
