/** How a connection ended. */
export interface Loss {
  code: number
  /** Failures since a connection was a good one. */
  attempt: number
  /** What the server's farewell asks for; null where it said nothing. */
  askedMs: number | null
}

export interface Delays {
  firstMs: number
  longestMs: number
}

/**
 * How long to wait before connecting again; null: not at all. Close codes 4000-4099 stop; 4200-4299 ask to come back at
 * once, but not again and again; all others back off: exponentially, up to a limit, with full jitter, as many clients
 * that lost one server must not come back in one moment.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function reconnectDelay(
  { code, attempt, askedMs }: Loss,
  { firstMs, longestMs }: Delays,
  random: () => number,
): number | null {
  if (code >= 4000 && code < 4100) return null
  if (askedMs !== null) return askedMs
  if (code >= 4200 && code < 4300 && attempt === 0) return 0
  return random() * Math.min(longestMs, firstMs * 2 ** attempt)
}
