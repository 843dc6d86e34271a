/** Of unsorted numbers; `share` 0 to 1, by the nearest rank. NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** Of an even number, the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2
}

/** `0.83 to 0.91`: how far the rounds of one run lie apart. */
export function spread(values: readonly number[], digits = 2): string {
  return `${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)}`
}

export function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}

/** Runs the jobs, `clients` at once, each client taking the next as soon as it is free. */
export async function inTurn<T>(jobs: readonly T[], clients: number, work: (job: T, client: number) => Promise<void>) {
  const left = jobs.values()
  const client = async (_: unknown, number: number) => {
    for (const job of left) await work(job, number)
  }
  await Promise.all(Array.from({ length: Math.min(clients, jobs.length) }, client))
}
