import { area, overlapArea, type Rect } from './pixels.ts'

export interface Size {
  width: number
  height: number
}

/** A label's top left corner. */
export interface Place {
  x: number
  y: number
}

/** What covering costs, as a share of the smaller of the two. A label on another label hides words; on a sign, the sign. */
const labelCost = 3
const otherBoxCost = 2
/** Its own box may be covered: what it says is on the label. As a share of the box, so that large boxes hold their label. */
const ownBoxCost = 1
/** Between places that cover the same, the earlier one wins. */
const rankCost = 0.002
/** A place that the border pushes aside no longer lines up with its box. */
const movedCost = 0.01

/**
 * Places one label per box: above, below, inside, right or left of it, or shifted further away, wherever it covers least
 * of the other labels and boxes. Labels lie wholly inside the picture; one larger than the picture is null. Deterministic:
 * labels are placed in the order given and then, once all have a place, those that cover something try again.
 */
export function layoutLabels(boxes: readonly Rect[], labelSizes: readonly Size[], picture: Size): (Place | null)[] {
  const placed: (Rect | null)[] = boxes.map(() => null)
  const costs: number[] = boxes.map(() => 0)
  const place = (index: number) => {
    const choice = bestPlace(index, boxes, placed, labelSizes[index]!, picture)
    placed[index] = choice?.rect ?? null
    costs[index] = choice?.cost ?? 0
  }
  for (const index of boxes.keys()) place(index)
  for (const index of boxes.keys()) if (costs[index]! >= rankCost * 100 || coversLabel(index, placed)) place(index)
  return placed.map((rect) => rect && { x: rect.x1, y: rect.y1 })
}

function coversLabel(index: number, placed: readonly (Rect | null)[]): boolean {
  const own = placed[index]
  return !!own && placed.some((other, at) => at !== index && other !== null && overlapArea(own, other) > 0)
}

function bestPlace(
  index: number,
  boxes: readonly Rect[],
  placed: readonly (Rect | null)[],
  size: Size,
  picture: Size,
): { rect: Rect; cost: number } | null {
  if (size.width > picture.width || size.height > picture.height) return null
  let best: { rect: Rect; cost: number } | null = null
  let rank = 0
  for (const place of candidates(boxes[index]!, size)) {
    const rect = moveInside(place, size, picture)
    const limit = best?.cost ?? Number.POSITIVE_INFINITY
    const isMoved = rect.x1 !== place.x || rect.y1 !== place.y
    const startCost = rank * rankCost + (isMoved ? movedCost : 0)
    const cost = costOf(rect, index, boxes, placed, startCost, limit)
    if (cost < limit) best = { rect, cost }
    rank++
    // Later places start with a higher cost than this one's whole.
    if (best && best.cost <= rank * rankCost) break
  }
  return best
}

/** The cost of a place, or anything above `limit` as soon as it is passed. */
function costOf(
  rect: Rect,
  index: number,
  boxes: readonly Rect[],
  placed: readonly (Rect | null)[],
  startCost: number,
  limit: number,
): number {
  let cost = startCost
  const size = area(rect)
  for (let at = 0; at < boxes.length && cost < limit; at++) {
    const box = boxes[at]!
    const onBox = overlapArea(rect, box)
    if (onBox > 0)
      cost += at === index ? (ownBoxCost * onBox) / area(box) : (otherBoxCost * onBox) / Math.min(size, area(box))
    const label = placed[at]
    if (label && at !== index) cost += (labelCost * overlapArea(rect, label)) / Math.min(size, area(label))
  }
  return cost
}

/** Top left corners, most wanted first: touching the box, then one to three label heights further away. */
function* candidates(box: Rect, size: Size): Generator<Place> {
  const above = box.y1 - size.height
  const right = box.x2 - size.width
  const middle = Math.round((box.x1 + right) / 2)
  for (const y of [above, box.y2]) for (const x of [box.x1, right, middle]) yield { x, y }
  yield { x: box.x1, y: box.y1 }
  yield { x: box.x1, y: box.y2 - size.height }
  for (const x of [box.x2, box.x1 - size.width]) for (const y of [box.y1, box.y2 - size.height]) yield { x, y }
  for (const step of [1, 2, 3]) {
    const shift = step * size.height
    for (const y of [above - shift, box.y2 + shift]) for (const x of [box.x1, right, middle]) yield { x, y }
    for (const x of [box.x2, box.x1 - size.width])
      for (const y of [box.y1 - shift, box.y2 - size.height + shift]) yield { x, y }
  }
}

function moveInside(place: Place, size: Size, picture: Size): Rect {
  const x1 = Math.max(0, Math.min(place.x, picture.width - size.width))
  const y1 = Math.max(0, Math.min(place.y, picture.height - size.height))
  return { x1, y1, x2: x1 + size.width, y2: y1 + size.height }
}
