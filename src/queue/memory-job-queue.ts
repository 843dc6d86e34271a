import { setTimeout as sleep } from 'node:timers/promises'
import type { Job, JobQueue, Work } from './job-queue.ts'
import { TurnList } from './turn-list.ts'

/** Waits between attempts of one job; after the last it is dropped, and the next sweep of the database finds it. */
const RETRY_DELAYS_MS = [200, 1000, 5000]

/** In this process. Loses its contents with it. */
export class MemoryJobQueue implements JobQueue {
  readonly #waiting = new TurnList()
  /** Running jobs, and those that wait for another attempt. */
  readonly #active = new Map<string, AbortController>()
  readonly #onDropped: (id: string, err: unknown) => void
  #work: Work | null = null
  #concurrency = 0
  readonly #closing = new AbortController()
  #whenIdle: (() => void) | null = null

  constructor(onDropped: (id: string, err: unknown) => void) {
    this.#onDropped = onDropped
  }

  get waiting(): number {
    return this.#waiting.size
  }

  get running(): number {
    return this.#active.size
  }

  add(job: Job): void {
    if (this.#isClosing || this.#active.has(job.id)) return
    this.#waiting.add(job)
    this.#fill()
  }

  cancel(id: string): void {
    if (!this.#waiting.remove(id)) this.#active.get(id)?.abort()
  }

  has(id: string): boolean {
    return this.#active.has(id) || this.positionOf(id) !== null
  }

  waitingOf(owner: string): number {
    return this.#waiting.waitingOf(owner)
  }

  positionOf(id: string): number | null {
    return this.#waiting.positionOf(id)
  }

  start(work: Work, concurrency: number): void {
    this.#work = work
    this.#concurrency = concurrency
    this.#fill()
  }

  async close(graceMs: number): Promise<void> {
    this.#closing.abort()
    if (this.#active.size === 0) return
    const idle = new Promise<void>((resolve) => {
      this.#whenIdle = resolve
    })
    const timer = setTimeout(() => {
      for (const running of this.#active.values()) running.abort()
    }, graceMs)
    await idle
    clearTimeout(timer)
  }

  get #isClosing(): boolean {
    return this.#closing.signal.aborted
  }

  #fill(): void {
    while (!this.#isClosing && this.#work !== null && this.#active.size < this.#concurrency) {
      const job = this.#waiting.next()
      if (job === null) return
      this.#run(job, this.#work)
    }
  }

  #run({ id }: Job, work: Work): void {
    const controller = new AbortController()
    this.#active.set(id, controller)
    this.#attempt(id, work, controller.signal)
      .catch((err) => this.#onDropped(id, err))
      .finally(() => {
        this.#active.delete(id)
        if (this.#active.size === 0) this.#whenIdle?.()
        this.#fill()
      })
  }

  async #attempt(id: string, work: Work, signal: AbortSignal): Promise<void> {
    for (const delayMs of [...RETRY_DELAYS_MS, null]) {
      try {
        return await work(id, signal)
      } catch (err) {
        if (signal.aborted) return
        if (delayMs === null || this.#isClosing) throw err
        const either = AbortSignal.any([signal, this.#closing.signal])
        await sleep(delayMs, undefined, { signal: either }).catch(() => {})
        if (either.aborted) return
      }
    }
  }
}
