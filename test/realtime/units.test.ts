import t, { type Test } from 'tap'
import type { PassingEvent, StreamEvent } from '../../src/contract/index.ts'
import { decodeCursor, encodeCursor } from '../../src/events/cursor.ts'
import type { EventLog } from '../../src/events/event-log.ts'
import { CommandLog } from '../../src/realtime/command-log.ts'
import { MALFORMED_PER_MINUTE, MalformedBudget } from '../../src/realtime/malformed-budget.ts'
import { OutgoingEvent, OutgoingProgress } from '../../src/realtime/outgoing.ts'
import { Session, SLOW_READER_BYTES } from '../../src/realtime/session.ts'

const STREAM = 'user:1'

function eventOf(
  seq: number,
  type: StreamEvent['type'] = 'system_notification',
  taskId: string | null = null,
): StreamEvent {
  const data = { task_id: taskId } as unknown as StreamEvent['data']
  return { stream: STREAM, seq, eventId: `evt_${seq}`, type, at: '2026-01-01T00:00:00.000Z', userId: 1, taskId, data }
}

function progressOf(key: string, progress: number, newTracks: number[] = []): OutgoingProgress {
  const signs = newTracks.map((track_id) => ({ class_code: `seen at ${progress}%`, track: { track_id } }))
  const told = { progress, ...(signs.length > 0 && { new_detections: signs }) }
  const data = { 'zh-CN': told, en: told }
  return new OutgoingProgress({ type: 'detection_progress', userId: 1, key, data } as unknown as PassingEvent)
}

type Sign = { class_code: string; track: { track_id: number } }

/** A session on a socket whose reader the test plays, and a log whose answers the test releases. */
function openSession({ kept = [] as StreamEvent[] } = {}) {
  const sent: Array<{ type: string; seq?: number; data: { progress?: number; new_detections?: Sign[] } }> = []
  const unread: Array<{ bytes: number; done: (() => void) | undefined }> = []
  const socket = {
    bufferedAmount: 0,
    send(text: string, done?: () => void) {
      sent.push(JSON.parse(text))
      if (isReading) return done?.()
      socket.bufferedAmount += text.length
      unread.push({ bytes: text.length, done })
    },
    close() {},
  }
  let isReading = true
  let reads = 0
  let hold: Promise<void> = Promise.resolve()
  const log = {
    async since(_stream: string, seq: number, limit: number) {
      reads++
      await hold
      return kept.filter((event) => event.seq > seq).slice(0, limit)
    },
  } as unknown as EventLog
  const dropped: number[] = []
  const session = new Session({
    id: 'conn_1',
    socket,
    log,
    principal: { userId: 1, role: 'user', tokenId: null, expiresAtMs: null },
    language: 'en',
    onError: (err) => {
      throw err
    },
    onDrop: () => dropped.push(1),
  })
  session.follow(new Map([[STREAM, 0]]))
  return {
    session,
    sent,
    kept,
    dropped,
    socket,
    reads: () => reads,
    told: () =>
      sent.map(({ type, seq, data }) => (type === 'detection_progress' ? `${data.progress}%` : (seq ?? type))),
    /** What happens next finds so many bytes unread. */
    fall(bytes: number) {
      isReading = false
      unread.push({ bytes, done: undefined })
      socket.bufferedAmount += bytes
    },
    /** The reader reads everything. */
    catchUp() {
      isReading = true
      for (const { bytes, done } of unread.splice(0)) {
        socket.bufferedAmount -= bytes
        done?.()
      }
    },
    /** Log reads wait until the returned function is called. */
    holdLog(): () => void {
      let release = () => {}
      hold = new Promise((resolve) => {
        release = resolve
      })
      return release
    },
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

t.test('a session sends live events at once, in order, and each once', async (t) => {
  const { session, told, reads } = openSession()
  await session.open()
  const before = reads()
  for (const seq of [1, 2, 2, 1, 3]) session.deliver(new OutgoingEvent(eventOf(seq)))
  session.deliver(new OutgoingEvent({ ...eventOf(1), stream: 'user:2' }))
  t.same(told(), [1, 2, 3])
  t.equal(reads(), before, 'without looking into the log')
})

t.test('what the bus lost or turned round is read from the log', async (t) => {
  const { session, told, kept } = openSession()
  await session.open()
  kept.push(...[1, 2, 3, 4].map((seq) => eventOf(seq)))
  session.deliver(new OutgoingEvent(eventOf(3)))
  session.deliver(new OutgoingEvent(eventOf(1)))
  session.deliver(new OutgoingEvent(eventOf(2)))
  await settled()
  t.same(told(), [1, 2, 3, 4])
})

t.test('what happens before and while the log is read comes once', async (t) => {
  const { session, told, kept, holdLog } = openSession({ kept: [eventOf(1)] })
  const release = holdLog()
  session.deliver(new OutgoingEvent(eventOf(1)))
  t.same(told(), [], 'nothing before the session is open')
  const opened = session.open()
  kept.push(eventOf(2))
  session.deliver(new OutgoingEvent(eventOf(2)))
  release()
  await opened
  t.same(told(), [1, 2])
})

t.test('a backlog of any length is sent whole', async (t) => {
  const { session, told } = openSession({ kept: Array.from({ length: 1000 }, (_, at) => eventOf(at + 1)) })
  await session.open()
  t.same(
    told(),
    Array.from({ length: 1000 }, (_, at) => at + 1),
  )
})

t.test('progress never overtakes the beginning of its task, nor comes after its end', async (t) => {
  const start = eventOf(1, 'detection_start', 'a')
  const end = eventOf(2, 'detection_complete', 'a')
  t.test('while the log is read', async (t) => {
    const { session, told, holdLog } = openSession({ kept: [start] })
    const release = holdLog()
    const opened = session.open()
    session.deliverProgress(progressOf('a', 20))
    session.deliverProgress(progressOf('a', 40))
    release()
    await opened
    t.same(told(), [1, '40%'])
    session.deliverProgress(progressOf('a', 60))
    t.same(told(), [1, '40%', '60%'])
  })
  t.test('while the reader is slow', async (t) => {
    const { session, told, fall, catchUp, kept } = openSession()
    await session.open()
    fall(2 * SLOW_READER_BYTES)
    kept.push(start)
    session.deliver(new OutgoingEvent(start))
    session.deliverProgress(progressOf('a', 20))
    session.send('{"type":"other","data":{}}')
    catchUp()
    await settled()
    t.same(told(), ['other', 1, '20%'])
  })
  t.test('when the log tells of the end before the bus does', async (t) => {
    const { session, told } = openSession({ kept: [start, end] })
    await session.open()
    session.deliverProgress(progressOf('a', 100))
    session.deliver(new OutgoingEvent(end))
    session.deliverProgress(progressOf('b', 10))
    t.same(told(), [1, 2, '10%'])
  })
})

t.test('a slow reader gets the newest progress of each task only, and none of ended ones', async (t) => {
  const { session, told, fall, catchUp, dropped } = openSession()
  await session.open()
  fall(100_000)
  for (const percent of [10, 20, 30]) session.deliverProgress(progressOf('a', percent))
  session.deliverProgress(progressOf('b', 50))
  session.deliverProgress(progressOf('c', 70))
  t.same(told(), [], 'progress waits')
  session.deliver(new OutgoingEvent(eventOf(1, 'detection_complete', 'c')))
  catchUp()
  t.same(told(), [1, '30%', '50%'])
  t.equal(dropped.length, 2)
})

t.test('new signs of progress that a slow reader does not get come with what takes its place', async (t) => {
  const { session, sent, fall, catchUp } = openSession()
  const signsIn = (at: number) => sent.filter(({ type }) => type === 'detection_progress')[at]?.data.new_detections
  const tracksIn = (at: number) => signsIn(at)?.map(({ track }) => track.track_id)
  t.beforeEach(async () => {
    sent.length = 0
    await session.open()
    fall(100_000)
    // Once this has left, the reader has caught up.
    session.send('{"type":"other","data":{}}')
  })
  t.test('over several that are left out, and of their own task only', async (t) => {
    session.deliverProgress(progressOf('a', 10, [1, 2]))
    session.deliverProgress(progressOf('a', 20))
    session.deliverProgress(progressOf('a', 30, [3]))
    session.deliverProgress(progressOf('b', 50, [1]))
    session.deliverProgress(progressOf('b', 60))
    catchUp()
    t.same([tracksIn(0), tracksIn(1)], [[1, 2, 3], [1]])
    session.deliverProgress(progressOf('a', 40, [4]))
    t.same(tracksIn(2), [4], 'once, where nothing else is left out')
  })
  t.test('a sign that is told again, as cameras do, comes once, as it was told last', async (t) => {
    session.deliverProgress(progressOf('a', 10, [1]))
    session.deliverProgress(progressOf('a', 20, [1, 2]))
    catchUp()
    t.same(tracksIn(0), [1, 2])
    t.equal(signsIn(0)?.[0]?.class_code, 'seen at 20%')
  })
  t.test('of thousands the newest are kept', async (t) => {
    for (let track = 1; track <= 3000; track++) session.deliverProgress(progressOf('a', 10, [track]))
    catchUp()
    t.same(
      tracksIn(0),
      Array.from({ length: 200 }, (_, at) => 2801 + at),
    )
  })
  t.test('a message that takes nothing along is the same for all who wait for it', async (t) => {
    const calls = countStringify(t)
    const newer = progressOf('a', 20, [1])
    session.deliverProgress(progressOf('a', 10))
    session.deliverProgress(newer)
    catchUp()
    newer.text('en')
    t.equal(calls.count, 1)
  })
})

t.test('above the limit everything waits, and is read from the log once the reader is back', async (t) => {
  const { session, sent, told, fall, catchUp, kept, reads } = openSession()
  await session.open()
  const before = reads()
  session.send('{"type":"big","data":{}}')
  fall(SLOW_READER_BYTES + 1)
  for (let seq = 1; seq <= 500; seq++) {
    kept.push(eventOf(seq))
    session.deliver(new OutgoingEvent(eventOf(seq)))
  }
  await settled()
  t.equal(sent.length, 1, 'nothing is put on top')
  t.equal(reads(), before, 'and nothing is read in vain')
  t.type(session.congestedSinceMs, 'number')
  catchUp()
  session.catchUp(STREAM)
  while (sent.length < 501) await settled()
  t.same(
    told().slice(1),
    Array.from({ length: 500 }, (_, at) => at + 1),
  )
  t.equal(session.congestedSinceMs, null)
})

t.test('the very message that fills the buffer starts the clock, and reading stops it', async (t) => {
  const { session, fall, catchUp } = openSession()
  await session.open()
  fall(SLOW_READER_BYTES - 10)
  t.equal(session.congestedSinceMs, null)
  session.send(`{"type":"answer","data":{}}`)
  t.type(session.congestedSinceMs, 'number')
  let isClear = false
  const clear = session.untilRead().then(() => {
    isClear = true
  })
  await settled()
  t.equal(isClear, false, 'answers wait')
  catchUp()
  await clear
  t.equal(session.congestedSinceMs, null)
})

t.test('an ended session reads the log no further', async (t) => {
  const { session, sent, reads, holdLog } = openSession({ kept: [eventOf(1)] })
  const release = holdLog()
  const opened = session.open()
  session.end()
  release()
  await opened
  session.catchUp(STREAM)
  session.deliverProgress(progressOf('a', 10))
  t.equal(reads(), 1)
  t.equal(sent.length, 0)
  await session.untilRead()
})

t.test('an event for many sockets is serialised once for each language', async (t) => {
  const calls = countStringify(t)
  const event = new OutgoingEvent(eventOf(1))
  const progress = progressOf('a', 10)
  for (let socket = 0; socket < 1000; socket++) {
    const language = socket % 2 === 0 ? 'en' : 'zh-CN'
    event.text(language, `c1.${socket}`)
    progress.text(language)
  }
  t.equal(calls.count, 4)
  t.match(JSON.parse(event.text('en', 'c1.x', true)), { seq: 1, cursor: 'c1.x', snapshot: true })
})

function countStringify(t: Test): { count: number } {
  const original = JSON.stringify
  const calls = { count: 0 }
  JSON.stringify = ((...args: Parameters<typeof original>) => {
    calls.count++
    return original(...args)
  }) as typeof original
  t.teardown(() => {
    JSON.stringify = original
  })
  return calls
}

t.test('a cursor is read back as it was written, and anything else is none', async (t) => {
  const positions = new Map([
    ['user:7', 12],
    ['role:analyst', 0],
    ['everyone', 3],
  ])
  const cursor = encodeCursor(positions)
  t.match(cursor, /^[\w.-]+$/, 'fit for a query')
  t.same(decodeCursor(cursor), positions)
  const packed = (text: string) => `c1.${Buffer.from(text).toString('base64url')}`
  const garbage = ['', 'c1.', 'c2.abc', 'null', '%00', packed('user:7'), packed('user:7=-1'), packed('user:7=1e3')]
  garbage.push(packed('user:7=9999999999999999'), packed(`${'everyone=1;'.repeat(200)}all=1`), packed("x'--=1"))
  for (const text of garbage) t.equal(decodeCursor(text), null, text.slice(0, 40))
})

t.test('the malformed budget is used up by ten in a minute, wherever the minute begins', async (t) => {
  const budget = new MalformedBudget()
  const spent = Array.from({ length: MALFORMED_PER_MINUTE }, (_, at) => budget.spend(at * 1000))
  t.same(spent, [...Array(9).fill(false), true])
  t.equal(budget.spend(65_000), false, 'six of them are forgotten')
  for (let at = 0; at < 100; at++) t.equal(new MalformedBudget().spend(at), false)
})

t.test('the command log', async (t) => {
  let now = 0
  let runs = 0
  const run = async () => `run ${++runs}`
  t.beforeEach(() => {
    now = 0
    runs = 0
  })
  t.test('runs a command once for each user, also while it is running', async (t) => {
    const log = new CommandLog()
    const answers = await Promise.all([log.once(1, 'a', run), log.once(1, 'a', run), log.once(2, 'a', run)])
    t.same(answers, ['run 1', 'run 1', 'run 2'])
    t.equal(await log.once(1, 'a', run), 'run 1')
  })
  t.test('forgets after ten minutes, also of users who never come back', async (t) => {
    const log = new CommandLog(() => now)
    await log.once(1, 'a', run)
    now = 599_999
    t.equal(await log.once(1, 'a', run), 'run 1')
    now = 600_000
    t.equal(await log.once(2, 'b', run), 'run 2')
    t.equal(log.bytes, 'run 2'.length)
    t.equal(await log.once(1, 'a', run), 'run 3')
  })
  t.test('lets what broke by our fault be tried again', async (t) => {
    const log = new CommandLog()
    await t.rejects(log.once(1, 'a', () => Promise.reject(new Error('broken'))))
    t.equal(await log.once(1, 'a', run), 'run 1')
  })
  t.test('holds few and small answers of one user, the newest', async (t) => {
    const log = new CommandLog()
    await log.once(3, 'of another', run)
    for (let at = 0; at < 1500; at++) await log.once(1, `a${at}`, run)
    t.equal(await log.once(1, 'a1499', run), 'run 1501')
    t.equal(await log.once(1, 'a499', run), 'run 1502', 'the oldest are gone')
    t.equal(await log.once(3, 'of another', run), 'run 1')
    const big = 'x'.repeat(200_000)
    for (let at = 0; at < 50; at++) await log.once(2, `b${at}`, async () => big)
    t.ok(log.bytes < 1_100_000, `${log.bytes} bytes`)
    t.equal(await log.once(2, 'b49', run), big)
  })
})
