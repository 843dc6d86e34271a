import type { FrameAnswer } from '../../../client/index.ts'
import type { BoundingBox } from '../../../contract/index.ts'

/** How far back a sign's speed is taken from: so long that it is no noise. */
const MEMORY_MS = 500
/** How far ahead a sign is believed to go on as it went. */
const MOST_AHEAD_MS = 400

type Sign = FrameAnswer['detections'][number]

/**
 * Where the signs of the last answer are by now: its frame is past, and they have gone on as they went.
 * @param answers the last ones, oldest first
 */
export function whereNow(answers: readonly FrameAnswer[], nowMs: number): Array<{ sign: Sign; bbox: BoundingBox }> {
  const last = answers.at(-1)
  if (last === undefined) return []
  const aheadMs = Math.min(Math.max(0, nowMs - last.capturedAt), MOST_AHEAD_MS)
  return last.detections.map((sign) => ({ sign, bbox: moved(sign, answers, last, aheadMs) }))
}

function moved(sign: Sign, answers: readonly FrameAnswer[], last: FrameAnswer, aheadMs: number): BoundingBox {
  for (const earlier of answers) {
    const sinceMs = last.capturedAt - earlier.capturedAt
    if (sinceMs <= 0 || sinceMs > MEMORY_MS || earlier.width !== last.width) continue
    const before = earlier.detections.find(({ track_id }) => track_id === sign.track_id)
    if (before === undefined) continue
    const [x1, y1, x2, y2] = sign.bbox
    // By its middle: what the edge cuts off would seem to shrink to less than nothing.
    const by = (low: 0 | 1, high: 2 | 3) =>
      ((sign.bbox[low] + sign.bbox[high] - before.bbox[low] - before.bbox[high]) / 2) * (aheadMs / sinceMs)
    const [right, down] = [by(0, 2), by(1, 3)]
    return [x1 + right, y1 + down, x2 + right, y2 + down]
  }
  return sign.bbox
}
