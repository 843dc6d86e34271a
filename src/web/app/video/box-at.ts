import type { BoundingBox, TrackBox } from '../../../contract/index.ts'

/** So long a sign stays marked after it was seen last: the pictures until the next one that was looked at. */
const HOLD_S = 0.12

/** Where a sign is at a time of the video, between the times at which it was seen; null: not in sight. */
export function boxAt(boxes: readonly TrackBox[], timeS: number): BoundingBox | null {
  const after = firstAfter(boxes, timeS)
  const before = boxes[after - 1]
  const next = boxes[after]
  if (before === undefined) return null
  const share = next === undefined ? 0 : (timeS - before[0]) / (next[0] - before[0])
  if (next === undefined && timeS - before[0] > HOLD_S) return null
  const between = (index: 1 | 2 | 3 | 4) => before[index] + share * ((next ?? before)[index] - before[index])
  return [between(1), between(2), between(3), between(4)]
}

/** The place of the first box that is later. */
function firstAfter(boxes: readonly TrackBox[], timeS: number): number {
  let [low, high] = [0, boxes.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((boxes[middle]?.[0] ?? 0) <= timeS) low = middle + 1
    else high = middle
  }
  return low
}
