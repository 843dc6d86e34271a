import t, { type Test } from 'tap'
import { type EventDraft, type StreamEvent, streamsFollowed, streamsOf } from '../../src/contract/index.ts'
import { openDb } from '../../src/db/index.ts'
import type { Hint } from '../../src/events/event-bus.ts'
import { EventLog } from '../../src/events/event-log.ts'
import { MemoryEventBus } from '../../src/events/memory-event-bus.ts'

async function open(t: Test) {
  const stop: Array<() => Promise<unknown>> = []
  t.teardown(() => Promise.all(stop.map((each) => each())))
  const db = await openDb(`file:${t.testdir()}/x.db`)
  stop.push(() => db.$disconnect())
  const failures: unknown[] = []
  const bus = new MemoryEventBus((err) => failures.push(err))
  const hints: Hint[] = []
  bus.subscribe((hint) => hints.push(hint))
  const heard = () => hints.flatMap((hint) => (hint.kind === 'event' ? [hint.event] : []))
  return { db, bus, failures, hints, heard, log: new EventLog(db, bus) }
}

const startOf = (userId: number, taskId: string): EventDraft => ({
  type: 'detection_start',
  userId,
  taskId,
  data: { task_id: taskId, detection_type: 'image', file_name: '街道.jpg', file_size: 1, estimated_time: 0.5 },
})

const numbers = (events: StreamEvent[], stream: string) =>
  events.filter((event) => event.stream === stream).map(({ seq }) => seq)

t.test('changes that happen at once number their events without a gap, in the order of the commits', async (t) => {
  const { log, db } = await open(t)
  const commits: string[] = []
  const change = (at: number) =>
    log.transact(
      async (_tx, emit) => {
        await emit(startOf(at % 3, `task_${at}a`))
        await new Promise((resolve) => setTimeout(resolve, at % 4))
        if (at % 5 === 0) throw new Error('this one does not happen')
        await emit(startOf(at % 3, `task_${at}b`))
        return at
      },
      (result) => commits.push(String(result)),
    )
  const results = await Promise.allSettled(Array.from({ length: 40 }, (_, at) => change(at)))
  t.equal(results.filter(({ status }) => status === 'fulfilled').length, 32)
  const all = await log.since('all', 0, 1000)
  t.same(
    all.map(({ seq }) => seq),
    Array.from({ length: 64 }, (_, at) => at + 1),
  )
  t.same(
    all.filter((_, at) => at % 2 === 0).map(({ taskId }) => taskId),
    commits.map((at) => `task_${at}a`),
  )
  t.same(
    all.filter((_, at) => at % 2 === 1).map(({ taskId }) => taskId),
    commits.map((at) => `task_${at}b`),
  )
  const heads = await log.heads(['all', 'user:0', 'user:1', 'user:2', 'user:3'])
  const lengths = [0, 1, 2].map((id) => all.filter(({ userId }) => userId === id).length)
  t.same([...heads.values()], [64, ...lengths, 0])
  for (const id of [0, 1, 2]) {
    const own = await log.since(`user:${id}`, 0, 1000)
    t.same(
      own.map(({ seq }) => seq),
      own.map((_, at) => at + 1),
    )
  }
  t.equal(await db.event.count(), 128)
})

t.test('an event is published after its commit, once in each of its streams, and reads back the same', async (t) => {
  const { log, heard, hints, db } = await open(t)
  const seen: number[] = []
  await log.transact(
    async (_tx, emit) => {
      await emit(startOf(7, 'task_1'))
      seen.push(hints.length)
    },
    () => seen.push(hints.length),
  )
  t.same(seen, [0, 0])
  t.same(
    heard().map(({ stream }) => stream),
    ['user:7', 'all'],
  )
  t.equal(new Set(heard().map(({ eventId }) => eventId)).size, 1)
  t.same(await log.since('user:7', 0, 10), heard().slice(0, 1))
  t.same(await log.since('all', 0, 10), heard().slice(1))
  t.equal(await db.event.count(), 2)
})

t.test('a change that throws is not told and leaves no number behind', async (t) => {
  const { log, heard, db } = await open(t)
  const failing = log.transact(async (tx, emit) => {
    await tx.user.create({ data: { username: 'x' } })
    await emit(startOf(7, 'task_1'))
    throw new Error('no')
  })
  await t.rejects(failing, { message: 'no' })
  t.same(heard(), [])
  t.equal(await db.event.count(), 0)
  t.equal(await db.user.count(), 0)
  await log.transact((_tx, emit) => emit(startOf(7, 'task_2')))
  t.same(numbers(heard(), 'user:7'), [1])
})

t.test('the log says whether it still holds all that followed', async (t) => {
  const { log, db } = await open(t)
  for (const at of [1, 2, 3, 4]) await log.transact((_tx, emit) => emit(startOf(7, `task_${at}`)))
  t.same(
    (await log.since('user:7', 1, 2)).map(({ seq }) => seq),
    [2, 3],
  )
  await db.event.deleteMany({ where: { taskId: 'task_2' } })
  const cases: Array<[number, boolean]> = [
    [0, false],
    [1, false],
    [2, true],
    [3, true],
    [4, true],
    [5, false],
  ]
  for (const [seq, holds] of cases) t.equal(await log.holdsAll('user:7', seq, 4), holds, `after ${seq}`)
  t.equal(await log.holdsAll('user:8', 0, 0), true)
  await log.transact((_tx, emit) => emit(startOf(7, 'task_5')))
  t.same(
    (await log.since('user:7', 4, 10)).map(({ seq }) => seq),
    [5],
    'numbers are never given again',
  )
})

t.test('no event is in two of the streams that a socket follows, and none is missed', async (t) => {
  const drafts = [startOf(7, 'task_1'), ...(['all', 'role', 'user'] as const).map((kind) => noticeTo(kind))]
  for (const [scope, heard] of [
    ['own', 4],
    ['all', 4],
  ] as const) {
    const followed = streamsFollowed(7, 'analyst', scope)
    const counts = drafts.map((draft) => streamsOf(draft).filter((stream) => followed.includes(stream)).length)
    t.same(counts, Array(heard).fill(1), scope)
  }
  const stranger = streamsFollowed(8, 'user', 'own')
  t.same(
    drafts.map((draft) => streamsOf(draft).some((stream) => stranger.includes(stream))),
    [false, true, false, false],
  )
})

function noticeTo(kind: 'all' | 'role' | 'user'): EventDraft {
  const audiences = {
    all: { kind: 'all' },
    role: { kind: 'role', role: 'analyst' },
    user: { kind: 'user', user_id: 7 },
  } as const
  const data = { notification_id: 'notif_1' }
  return { type: 'notification_withdrawn', audience: audiences[kind], notificationId: 'notif_1', data }
}

t.test('a listener that throws disturbs neither the publisher nor the others', async (t) => {
  const failures: unknown[] = []
  const bus = new MemoryEventBus((err) => failures.push(err))
  const heard: string[] = []
  bus.subscribe(() => {
    throw new Error('broken')
  })
  const leave = bus.subscribe(({ kind }) => heard.push(kind))
  bus.publish({ kind: 'access_changed', userId: 1 })
  leave()
  bus.publish({ kind: 'access_changed', userId: 1 })
  t.same(heard, ['access_changed'])
  t.match(failures, [{ message: 'broken' }, { message: 'broken' }])
})
