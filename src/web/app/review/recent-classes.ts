/** As many as there are digits to choose them by. */
export const RECENT_CLASSES = 9

/**
 * Codes of the classes used last. One that is there keeps its place, so that its digit stays what a hand has learnt; a new
 * one takes the place of the one not used for longest.
 * @param recent places, each with the number of the choice that used it last
 */
export function withRecent(recent: readonly RecentClass[], code: string): RecentClass[] {
  const use = 1 + Math.max(0, ...recent.map(({ lastUse }) => lastUse))
  const used = { code, lastUse: use }
  if (recent.some((entry) => entry.code === code)) return recent.map((entry) => (entry.code === code ? used : entry))
  if (recent.length < RECENT_CLASSES) return [...recent, used]
  const oldest = Math.min(...recent.map(({ lastUse }) => lastUse))
  return recent.map((entry) => (entry.lastUse === oldest ? used : entry))
}

export interface RecentClass {
  code: string
  lastUse: number
}
