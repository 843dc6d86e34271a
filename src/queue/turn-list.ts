import type { Job } from './job-queue.ts'

/** Waiting jobs. Owners take turns, so that one owner's thousand do not delay another's first; each owner's keep their order. */
export class TurnList {
  /** By owner, in the order of their turns: who has just had one goes to the end. */
  readonly #byOwner = new Map<string, Job[]>()
  readonly #owners = new Map<string, string>()

  get size(): number {
    return this.#owners.size
  }

  add(job: Job): void {
    if (this.#owners.has(job.id)) return
    this.#owners.set(job.id, job.owner)
    const jobs = this.#byOwner.get(job.owner)
    if (jobs === undefined) this.#byOwner.set(job.owner, [job])
    else jobs.push(job)
  }

  next(): Job | null {
    for (const [owner, jobs] of this.#byOwner) {
      const job = jobs.shift() as Job
      this.#byOwner.delete(owner)
      if (jobs.length > 0) this.#byOwner.set(owner, jobs)
      this.#owners.delete(job.id)
      return job
    }
    return null
  }

  remove(id: string): boolean {
    const owner = this.#owners.get(id)
    if (owner === undefined) return false
    const jobs = (this.#byOwner.get(owner) ?? []).filter((job) => job.id !== id)
    if (jobs.length === 0) this.#byOwner.delete(owner)
    else this.#byOwner.set(owner, jobs)
    return this.#owners.delete(id)
  }

  waitingOf(owner: string): number {
    return this.#byOwner.get(owner)?.length ?? 0
  }

  /** 1 is next. In the round in which it comes, owners earlier in the turn order go first. */
  positionOf(id: string): number | null {
    const owner = this.#owners.get(id)
    if (owner === undefined) return null
    const round = (this.#byOwner.get(owner) ?? []).findIndex((job) => job.id === id)
    let before = round
    let isEarlier = true
    for (const [other, jobs] of this.#byOwner) {
      if (other === owner) isEarlier = false
      else before += Math.min(jobs.length, isEarlier ? round + 1 : round)
    }
    return before + 1
  }
}
