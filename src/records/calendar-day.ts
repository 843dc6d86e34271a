/**
 * The calendar day of a moment in one time zone, `YYYY-MM-DD`.
 * @throws RangeError when the runtime does not know the time zone.
 */
export function calendarDayIn(timeZone: string): (time: Date) => string {
  // Swedish writes dates as ISO 8601 does. Making the format is slow, using it is not.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  return (time) => format.format(time)
}
