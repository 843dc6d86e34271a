/** Days by the clock of this machine, `2026-01-31`, as people choose them, and the moments that the API wants. */

/** When a day begins, or one so many days later. */
export function startOfDay(day: string, daysLater = 0): string {
  const date = new Date(`${day}T00:00`)
  date.setDate(date.getDate() + daysLater)
  return date.toISOString()
}

/** The moment at which the day is over. */
export function endOfDay(day: string): string {
  return startOfDay(day, 1)
}

/** @param moment RFC 3339, or milliseconds since 1970 */
export function dayOf(moment: string | number): string {
  const date = new Date(moment)
  const pad = (value: number, digits: number) => String(value).padStart(digits, '0')
  return `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1, 2)}-${pad(date.getDate(), 2)}`
}

/** The last day before a moment. */
export function lastDayBefore(moment: string): string {
  return dayOf(Date.parse(moment) - 1)
}
