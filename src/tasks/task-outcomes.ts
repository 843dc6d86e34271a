import type { DetectionComplete, DetectionError } from '../contract/index.ts'
import type { EventBus } from '../events/event-bus.ts'

export type Outcome = { complete: DetectionComplete } | { error: DetectionError }

/** Lets a request wait for a task's end. */
export class TaskOutcomes {
  readonly #waiting = new Map<string, (outcome: Outcome | null) => void>()
  readonly #unsubscribe: () => void

  constructor(bus: EventBus) {
    this.#unsubscribe = bus.subscribe((hint) => {
      if (hint.kind !== 'event' || hint.event.taskId === null) return
      const resolve = this.#waiting.get(hint.event.taskId)
      if (resolve === undefined) return
      if (hint.event.type === 'detection_complete') resolve({ complete: hint.event.data as DetectionComplete })
      if (hint.event.type === 'detection_error') resolve({ error: hint.event.data as DetectionError })
    })
  }

  /** @returns null when `signal` aborts first, or this closes. Ask before the task is submitted: only what happens from now on counts. */
  async of(taskId: string, signal: AbortSignal): Promise<Outcome | null> {
    try {
      return await new Promise<Outcome | null>((resolve) => {
        this.#waiting.set(taskId, resolve)
        signal.addEventListener('abort', () => resolve(null), { once: true })
      })
    } finally {
      this.#waiting.delete(taskId)
    }
  }

  close(): void {
    this.#unsubscribe()
    for (const resolve of this.#waiting.values()) resolve(null)
  }
}
