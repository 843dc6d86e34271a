/** What one photo took, in milliseconds. `cpu` counts all threads of the process, `wall` is the time that passed. */
export interface TimeSample {
  cpu: number
  wall: number
}

export interface TimeSummary {
  median: TimeSample
  mean: TimeSample
}

/** Runs `work` and measures it. Right only while the process does nothing else. */
export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; time: TimeSample }> {
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  const result = await work()
  const wall = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpuBefore)
  return { result, time: { cpu: (user + system) / 1000, wall } }
}

/** null without samples. */
export function summarize(samples: readonly TimeSample[]): TimeSummary | null {
  if (samples.length === 0) return null
  const [cpu, wall] = [samples.map((sample) => sample.cpu), samples.map((sample) => sample.wall)]
  return { median: { cpu: median(cpu), wall: median(wall) }, mean: { cpu: mean(cpu), wall: mean(wall) } }
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Of an even count the mean of the two in the middle. */
function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
