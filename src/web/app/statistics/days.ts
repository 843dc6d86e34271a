/** Days are `YYYY-MM-DD`, moments RFC 3339 in UTC. */

const DAY_MS = 86_400_000

export function dayAfter(day: string, days = 1): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

/** Every day from the first to the last. */
export function daysBetween(first: string, last: string): string[] {
  const days: string[] = []
  for (let day = first; day <= last; day = dayAfter(day)) days.push(day)
  return days
}

/** The moments between which a day lies where the clocks show that time zone. */
export function spanOfDay(day: string, timeZone: string): { from: string; to: string } {
  return { from: startOfDay(day, timeZone), to: startOfDay(dayAfter(day), timeZone) }
}

function startOfDay(day: string, timeZone: string): string {
  const asUtc = Date.parse(`${day}T00:00:00Z`)
  const near = asUtc - offsetMs(asUtc, timeZone)
  // Where clocks change, the offset near midnight is the one that counts.
  return new Date(asUtc - offsetMs(near, timeZone)).toISOString()
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** How far the clocks of a time zone are ahead of UTC at a moment. */
function offsetMs(at: number, timeZone: string): number {
  let format = formats.get(timeZone)
  if (format === undefined) {
    // Swedish writes times as ISO 8601 does.
    format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
    formats.set(timeZone, format)
  }
  return Date.parse(`${format.format(at).replace(' ', 'T')}Z`) - at
}
