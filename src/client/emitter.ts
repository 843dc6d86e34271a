type Listener = (event: never) => void

/** Events by name, each with its own type. */
export class Emitter<Events> {
  readonly #listeners = new Map<keyof Events, Set<{ listener: Listener }>>()

  /** Calls the listener at every such event, until the function that comes back is called. */
  on<K extends keyof Events>(type: K, listener: (event: Events[K]) => void): () => void {
    const entry = { listener }
    const listeners = this.#listeners.get(type)
    if (listeners === undefined) this.#listeners.set(type, new Set([entry]))
    else listeners.add(entry)
    return () => void this.#listeners.get(type)?.delete(entry)
  }

  /** The next such event, the first that fits. @throws the signal's reason */
  until<K extends keyof Events>(
    type: K,
    { fits = () => true, signal }: { fits?: (event: Events[K]) => boolean; signal?: AbortSignal } = {},
  ): Promise<Events[K]> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const onAbort = () => {
        off()
        reject(signal?.reason)
      }
      const off = this.on(type, (event) => {
        if (!fits(event)) return
        off()
        signal?.removeEventListener('abort', onAbort)
        resolve(event)
      })
      signal?.addEventListener('abort', onAbort)
    })
  }

  /** A listener that throws keeps neither the others nor the sender from going on: its error is reported as uncaught. */
  protected emit<K extends keyof Events>(type: K, event: Events[K]): void {
    for (const entry of [...(this.#listeners.get(type) ?? [])]) {
      try {
        ;(entry.listener as (event: Events[K]) => void)(event)
      } catch (err) {
        queueMicrotask(() => {
          throw err
        })
      }
    }
  }
}
