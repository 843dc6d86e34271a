interface Span {
  first_time: number
  last_time: number
}

/**
 * Puts spans of time into as few lanes as there are at once, each in the first that is free.
 * @param leastS how long the shortest is drawn, with what keeps it apart from the next
 * @returns the lane of each, in the order of `spans`, and how many there are
 */
export function packLanes(spans: readonly Span[], leastS: number): { laneOf: number[]; lanes: number } {
  const order = [...spans.keys()].sort((a, b) => startOf(spans[a]) - startOf(spans[b]))
  const laneOf: number[] = []
  const freeFrom: number[] = []
  for (const index of order) {
    const { first_time: start, last_time: end } = spans[index] as Span
    const found = freeFrom.findIndex((free) => free <= start)
    const lane = found < 0 ? freeFrom.length : found
    freeFrom[lane] = Math.max(end, start + leastS)
    laneOf[index] = lane
  }
  return { laneOf, lanes: freeFrom.length }
}

function startOf(span: Span | undefined): number {
  return span?.first_time ?? 0
}
