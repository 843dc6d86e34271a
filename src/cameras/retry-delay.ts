const FIRST_MS = 1000
const LONGEST_MS = 60_000
/** Of a delay, so that cameras behind one switch do not all come back at once. */
const JITTER = 0.5

/**
 * How long to wait after so many failures in a row, from one second to one minute.
 * @param random from 0 to 1
 */
export function retryDelayMs(failures: number, random: number = Math.random()): number {
  const delayMs = FIRST_MS * 2 ** Math.max(0, failures - 1) * (1 + JITTER * random)
  return Math.round(Math.min(LONGEST_MS, delayMs))
}
