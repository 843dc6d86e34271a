import t from 'tap'
import type { Job } from '../../src/queue/job-queue.ts'
import { MemoryJobQueue } from '../../src/queue/memory-job-queue.ts'
import { TurnList } from '../../src/queue/turn-list.ts'

/** `a1` is the first job of owner a. */
const job = (id: string): Job => ({ id, owner: id.charAt(0) })

function listOf(ids: string): TurnList {
  const list = new TurnList()
  for (const id of ids.split(' ')) list.add(job(id))
  return list
}

const drain = (list: TurnList): string => {
  const ids: string[] = []
  for (let next = list.next(); next !== null; next = list.next()) ids.push(next.id)
  return ids.join(' ')
}

t.test('owners take turns, and each one’s jobs keep their order', async (t) => {
  const cases = [
    ['a1 a2 a3', 'a1 a2 a3'],
    ['a1 a2 a3 b1', 'a1 b1 a2 a3'],
    ['a1 a2 a3 b1 c1 c2', 'a1 b1 c1 a2 c2 a3'],
    ['a1 a1 a1 b1', 'a1 b1'],
  ]
  for (const [added = '', expected] of cases) t.equal(drain(listOf(added)), expected, added)
})

t.test('who comes later waits for one turn of each, not for all their jobs', async (t) => {
  const list = listOf(Array.from({ length: 50 }, (_, n) => `a${n}`).join(' '))
  t.equal(list.next()?.id, 'a0')
  list.add(job('b1'))
  t.equal(list.positionOf('b1'), 2)
  t.same([list.next()?.id, list.next()?.id, list.next()?.id], ['a1', 'b1', 'a2'])
})

t.test('a position is what the turns then make of it', async (t) => {
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % below
  }
  for (let round = 0; round < 200; round++) {
    const list = new TurnList()
    const ids: string[] = []
    for (let n = 0; n < 12; n++) {
      const id = `${'abcd'.charAt(random(4))}${n}`
      ids.push(id)
      list.add(job(id))
      if (random(5) === 0) list.next()
      if (random(6) === 0) list.remove(ids[random(ids.length)] as string)
    }
    const positions = new Map(ids.map((id) => [id, list.positionOf(id)]))
    const size = list.size
    const order = drain(list).split(' ').filter(Boolean)
    t.equal(order.length, size)
    for (const id of ids) t.equal(positions.get(id), order.includes(id) ? order.indexOf(id) + 1 : null)
  }
})

t.test('what is taken out is not given out, and can come again', async (t) => {
  const list = listOf('a1 a2 b1')
  t.ok(list.remove('a1'))
  t.notOk(list.remove('a1'))
  t.notOk(list.remove('c1'))
  t.equal(list.size, 2)
  list.add(job('a1'))
  t.equal(drain(list), 'a2 b1 a1')
})

/** Work that each test ends by hand. */
function makeQueue() {
  const dropped: string[] = []
  const queue = new MemoryJobQueue((id) => dropped.push(id))
  const begun: string[] = []
  const ends = new Map<string, { resolve: () => void; reject: (err: Error) => void }>()
  const waiters: Array<() => void> = []
  const work = (id: string, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      begun.push(id)
      ends.set(id, { resolve, reject })
      signal.addEventListener('abort', () => reject(new Error('aborted')))
      for (const wake of waiters.splice(0)) wake()
    })
  const untilBegun = async (count: number) => {
    while (begun.length < count) await new Promise<void>((resolve) => waiters.push(resolve))
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  return { queue, begun, ends, dropped, work, untilBegun, turn }
}

t.test('so many run at once, and each end lets the next begin', async (t) => {
  const { queue, begun, ends, work, untilBegun } = makeQueue()
  for (const id of ['a1', 'a2', 'a3', 'b1']) queue.add(job(id))
  t.same([queue.waiting, queue.running], [4, 0], 'nothing runs before the start')
  queue.start(work, 2)
  t.same([queue.waiting, queue.running], [2, 2])
  t.same(begun, ['a1', 'b1'])
  t.equal(queue.positionOf('a1'), null)
  t.equal(queue.positionOf('a3'), 2)
  ends.get('a1')?.resolve()
  await untilBegun(3)
  t.same(begun, ['a1', 'b1', 'a2'])
  for (const id of ['a1', 'a3']) queue.add(job(id))
  queue.add(job('a2'))
  t.equal(queue.waiting, 2, 'what waits or runs is not added again; what has ended is')
})

t.test('a failure is tried again, and dropped in the end', async (t) => {
  const dropped: string[] = []
  let attempts = 0
  const queue = new MemoryJobQueue((id) => dropped.push(id))
  const ended = new Promise<void>((resolve) => {
    queue.start(async () => {
      if (++attempts < 3) throw new Error('not yet')
      resolve()
    }, 1)
  })
  queue.add(job('a1'))
  await ended
  t.equal(attempts, 3)
  t.same(dropped, [])
})

t.test('cancelling takes a waiting job out and aborts a running one, which is not tried again', async (t) => {
  const { queue, begun, work, turn, dropped } = makeQueue()
  queue.start(work, 1)
  queue.add(job('a1'))
  queue.add(job('a2'))
  queue.cancel('a2')
  t.equal(queue.waiting, 0)
  queue.cancel('a1')
  queue.cancel('unknown')
  await turn()
  t.equal(queue.running, 0)
  t.same(begun, ['a1'])
  t.same(dropped, [])
})

t.test('closing begins nothing more and waits for what runs', async (t) => {
  const { queue, begun, ends, work } = makeQueue()
  queue.start(work, 1)
  queue.add(job('a1'))
  queue.add(job('a2'))
  const closed = queue.close(60_000)
  queue.add(job('a3'))
  ends.get('a1')?.resolve()
  await closed
  t.same(begun, ['a1'])
  t.equal(queue.running, 0)
})

t.test('closing aborts what does not end in time', async (t) => {
  const { queue, work, begun } = makeQueue()
  queue.start(work, 1)
  queue.add(job('a1'))
  await queue.close(0)
  t.same(begun, ['a1'])
  t.equal(queue.running, 0)
  await queue.close(60_000)
})

t.test('closing does not wait for the next attempt of a job that has failed', async (t) => {
  const { queue, begun, ends, work, turn, dropped } = makeQueue()
  queue.start(work, 1)
  queue.add(job('a1'))
  ends.get('a1')?.reject(new Error('not now'))
  await turn()
  t.equal(queue.running, 1, 'it waits for another attempt')
  await queue.close(60_000)
  t.same(begun, ['a1'])
  t.same(dropped, [])
})
