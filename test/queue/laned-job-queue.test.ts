import t from 'tap'
import { LanedJobQueue } from '../../src/queue/laned-job-queue.ts'
import { MemoryJobQueue } from '../../src/queue/memory-job-queue.ts'

const fail = (_id: string, err: unknown) => {
  throw err
}

t.test('videos keep no picture waiting, and pictures no video', async (t) => {
  const queue = new LanedJobQueue({ pictures: new MemoryJobQueue(fail), videos: new MemoryJobQueue(fail) })
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const work = (id: string) => {
    begun.push(id)
    return new Promise<void>((resolve) => ends.set(id, resolve))
  }
  for (const id of ['v1', 'v2']) queue.add({ id, owner: 'ann', lane: 'videos' })
  for (const id of ['p1', 'p2', 'p3']) queue.add({ id, owner: 'ann' })
  queue.startLanes(work, { pictures: 2, videos: 1 })
  t.same(begun.toSorted(), ['p1', 'p2', 'v1'])
  t.equal(queue.running, 3)
  t.equal(queue.waiting, 2)
  t.equal(queue.waitingOf('ann'), 2)
  t.equal(queue.positionOf('v2'), 1)
  t.equal(queue.positionOf('p3'), 1)
  t.equal(queue.positionOf('p1'), null)
  t.ok(queue.has('p1') && queue.has('v2') && !queue.has('v3'))
  queue.cancel('v2')
  t.notOk(queue.has('v2'))
  for (const end of ends.values()) end()
  await new Promise(setImmediate)
  t.same(begun.toSorted(), ['p1', 'p2', 'p3', 'v1'])
  ends.get('p3')?.()
  await queue.close(0)
})
