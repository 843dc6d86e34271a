import t from 'tap'
import { Random } from '../../scripts/street-scenes/random.ts'
import type { BoundingBox } from '../../src/contract/index.ts'
import { assign } from '../../src/tracking/assign.ts'
import { ClassVotes } from '../../src/tracking/class-votes.ts'
import { boxOf, Motion, sizeOf } from '../../src/tracking/motion.ts'
import { boxAt, classes, found } from './drive.ts'

const never = Number.POSITIVE_INFINITY

/** The most pairs, and of those the cheapest, by trying all. */
function bestByTrying(costs: number[][], row = 0, taken = new Set<number>()): { pairs: number; cost: number } {
  if (row === costs.length) return { pairs: 0, cost: 0 }
  let best = bestByTrying(costs, row + 1, taken)
  for (const [column, cost] of costs[row]!.entries()) {
    if (taken.has(column) || cost === never) continue
    const rest = bestByTrying(costs, row + 1, new Set([...taken, column]))
    const all = { pairs: rest.pairs + 1, cost: rest.cost + cost }
    if (all.pairs > best.pairs || (all.pairs === best.pairs && all.cost < best.cost)) best = all
  }
  return best
}

t.test('an assignment is the best that there is, also with more rows than columns', async (t) => {
  const random = new Random(5)
  for (let round = 0; round < 400; round++) {
    const [rows, columns] = [1 + Math.floor(random.next() * 5), 1 + Math.floor(random.next() * 5)]
    const costs = Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => (random.next() < 0.3 ? never : Math.round(random.next() * 100) / 10)),
    )
    const chosen = assign(costs).flatMap((column, row) => (column === null ? [] : [{ row, column }]))
    const all = chosen.map(({ row, column }) => costs[row]![column]!)
    const best = bestByTrying(costs)
    const sum = all.reduce((total, cost) => total + cost, 0)
    if (chosen.length !== best.pairs || Math.abs(sum - best.cost) > 1e-9)
      t.fail(`not the best: ${JSON.stringify(costs)}`)
    if (new Set(chosen.map(({ column }) => column)).size < chosen.length) t.fail('a column was given twice')
  }
  t.pass()
})

t.test('what cannot be is never assigned', async (t) => {
  t.same(assign([[never]]), [null])
  t.same(
    assign([
      [never, 1],
      [never, 2],
    ]),
    [1, null],
  )
  t.same(assign([[], []]), [null, null])
  t.same(assign([]), [])
  t.same(assign([[5], [3], [9]]), [null, 0, null])
})

const sign = { code: 'pl60', right: 5, up: 1, along: 60, size: 0.8 }
const boxOfSign = (timeS: number): BoundingBox => {
  const { x, y, size } = boxAt(sign, timeS)!
  return found(classes[0]!, 1, [x - size / 2, y - size / 2, x + size / 2, y + size / 2]).bbox
}

t.test('what is driven towards is expected where it will be, however irregularly it is looked at', async (t) => {
  for (const times of [
    [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 2],
    [0.5, 0.52, 0.71, 0.9, 0.93, 1.2, 1.5, 2],
    [0.5, 0.83, 1.17, 1.5, 2],
  ]) {
    const motion = Motion.start(boxOfSign(times[0]!), times[0]!, 1080)
    for (const timeS of times.slice(1, -1)) motion.correct(boxOfSign(timeS), timeS, 1080)
    const [x, y, ...logs] = motion.at(times.at(-1)!)
    const truth = boxAt(sign, times.at(-1)!)!
    const size = sizeOf([x, y, ...logs])
    t.ok(Math.hypot(x - truth.x, y - truth.y) < 0.25 * truth.size, `${times.length} looks: its place`)
    t.ok(Math.abs(Math.log(size / truth.size)) < 0.15, 'its size')
  }
})

t.test('the longer a sign was not seen, the less is known of where it is', async (t) => {
  const motion = Motion.start(boxOfSign(1), 1, 1080)
  motion.correct(boxOfSign(1.1), 1.1, 1080)
  const spreads = [1.1, 1.2, 1.5, 2].map((timeS) => motion.spreadAt(timeS, 1080))
  t.same(
    spreads.toSorted((a, b) => a - b),
    spreads,
  )
  t.ok(spreads[3]! > 2 * spreads[0]!)
})

t.test('no growth makes an expected sign larger than the world', async (t) => {
  const motion = Motion.start([100, 100, 120, 120], 0, 1080)
  motion.correct([95, 95, 145, 145], 0.1, 1080)
  t.ok(sizeOf(motion.at(5)) < 200)
  t.same(boxOf(motion.at(5), { width: 160, height: 90 }).map(Number.isInteger), [true, true, true, true])
  t.match(Motion.restore(motion.snapshot()).at(0.4), motion.at(0.4), 'and a snapshot knows as much')
})

t.test('a sign says what it says where it is large and sure, however often it was misread far away', async (t) => {
  const [sixty, eighty] = [classes[0]!, classes[1]!]
  const say = (votes: ClassVotes, signClass: typeof sixty, confidence: number, size: number) =>
    votes.add(found(signClass, confidence, [0, 0, size, size]), size)
  const votes = new ClassVotes()
  for (let i = 0; i < 8; i++) say(votes, eighty, 0.45, 14)
  t.equal(votes.winner.class_code, 'pl80')
  for (let i = 0; i < 2; i++) say(votes, sixty, 0.95, 60)
  t.equal(votes.winner.class_code, 'pl60')
  t.equal(votes.confidence, 0.95)
  t.ok(votes.presence < 0.95 && votes.presence > 0.45)
  t.ok(votes.shareOf('pl80') > 0.2 && votes.shareOf('pne') === 0)
  t.same(new ClassVotes(votes.snapshot()).snapshot(), votes.snapshot())
})

t.test('a sign that is twice as large as can be read has no more to say', async (t) => {
  const votes = new ClassVotes()
  votes.add(found(classes[0]!, 0.9, [0, 0, 900, 900]), 900)
  votes.add(found(classes[1]!, 0.9, [0, 0, 64, 64]), 64)
  votes.add(found(classes[1]!, 0.9, [0, 0, 64, 64]), 64)
  t.equal(votes.winner.class_code, 'pl80')
})
