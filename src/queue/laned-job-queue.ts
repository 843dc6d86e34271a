import type { Job, JobQueue, Lane, Work } from './job-queue.ts'

/** A queue for each kind of work, so that what takes an hour never keeps back what takes a second. */
export class LanedJobQueue implements JobQueue {
  readonly #lanes: Record<Lane, JobQueue>

  constructor(lanes: Record<Lane, JobQueue>) {
    this.#lanes = lanes
  }

  get waiting(): number {
    return this.#sum((lane) => lane.waiting)
  }

  get running(): number {
    return this.#sum((lane) => lane.running)
  }

  add(job: Job): void {
    this.#lanes[job.lane ?? 'pictures'].add(job)
  }

  cancel(id: string): void {
    for (const lane of this.#all) lane.cancel(id)
  }

  positionOf(id: string): number | null {
    return this.#all.map((lane) => lane.positionOf(id)).find((position) => position !== null) ?? null
  }

  has(id: string): boolean {
    return this.#all.some((lane) => lane.has(id))
  }

  waitingOf(owner: string): number {
    return this.#sum((lane) => lane.waitingOf(owner))
  }

  start(work: Work, concurrency: number): void {
    this.startLanes(work, { pictures: concurrency, videos: concurrency })
  }

  /** @param concurrency how many jobs of each lane run at once. */
  startLanes(work: Work, concurrency: Record<Lane, number>): void {
    for (const [name, lane] of Object.entries(this.#lanes)) lane.start(work, concurrency[name as Lane])
  }

  async close(graceMs: number): Promise<void> {
    await Promise.all(this.#all.map((lane) => lane.close(graceMs)))
  }

  get #all(): JobQueue[] {
    return Object.values(this.#lanes)
  }

  #sum(count: (lane: JobQueue) => number): number {
    return this.#all.reduce((sum, lane) => sum + count(lane), 0)
  }
}
