/** Kinds of work that do not wait for each other. */
export type Lane = 'pictures' | 'videos'

export interface Job {
  id: string
  /** Jobs of different owners take turns. */
  owner: string
  /** Pictures, unless it is said. */
  lane?: Lane
}

/**
 * Rejects where it should be tried again. `signal` aborts when the job is cancelled or the queue closes.
 */
export type Work = (id: string, signal: AbortSignal) => Promise<void>

/**
 * Runs work at least once, some time later, perhaps in another process. It carries ids only: the database says what
 * the work is and whether it is still wanted. Losing its contents loses time, not work: tasks/ adds them again.
 */
export interface JobQueue {
  /** Adding an id that is already waiting or running changes nothing. */
  add(job: Job): void
  /** Takes a waiting job out, or aborts a running one. */
  cancel(id: string): void
  /** How many jobs will have begun when this one begins; null where it is not waiting. */
  positionOf(id: string): number | null
  /** Whether it waits or runs here. */
  has(id: string): boolean
  readonly waiting: number
  /** How many of one owner's jobs wait. */
  waitingOf(owner: string): number
  readonly running: number
  start(work: Work, concurrency: number): void
  /** Begins nothing more, lets running jobs end for `graceMs`, then aborts them and waits for that. */
  close(graceMs: number): Promise<void>
}
