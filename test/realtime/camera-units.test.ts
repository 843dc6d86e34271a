import t from 'tap'
import { frameMessage } from '../../src/client/frame-message.ts'
import type { DetectionProgress } from '../../src/contract/index.ts'
import { BestFrames } from '../../src/live/best-frames.ts'
import { readFrame } from '../../src/live/frame.ts'
import type { FrameLine } from '../../src/live/frame-line.ts'
import { FrameRate } from '../../src/live/frame-rate.ts'
import { LiveSession } from '../../src/live/live-session.ts'
import { scaleBox } from '../../src/live/scale-box.ts'
import { SeenSigns } from '../../src/live/seen-signs.ts'
import { SessionClock } from '../../src/live/session-clock.ts'
import { ByteBudget } from '../../src/realtime/byte-budget.ts'
import { ReadingGate } from '../../src/realtime/reading-gate.ts'
import { SignTracker } from '../../src/tracking/sign-tracker.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'

t.test('what a client writes into a header is what the server reads', async (t) => {
  for (const session of [1, 0xffffffff]) {
    const mark = { frameId: 0xfffffffe, capturedAt: 1_795_656_123_456.789 }
    const message = Buffer.from(frameMessage(session, mark, Buffer.from('picture')))
    const frame = readFrame(message, 5)
    t.match(frame, { session, id: mark.frameId, capturedAtMs: mark.capturedAt, receivedAtMs: 5 })
    t.equal(String(frame?.bytes), 'picture')
  }
})

t.test('time goes by the client’s clock as long as that is believable, and never back', async (t) => {
  const cases: Array<[string, Array<[capturedAtMs: number, receivedAtMs: number, expectedS: number]>]> = [
    [
      'delays on the way do not count',
      [
        [1000, 50_000, 0],
        [1100, 50_400, 0.1],
        [1200, 50_410, 0.2],
      ],
    ],
    [
      'a clock that stands still',
      [
        [0, 0, 0],
        [0, 100, 0.001],
        [0, 200, 0.002],
        [0, 3000, 3],
      ],
    ],
    [
      'a clock that leaps',
      [
        [0, 0, 0],
        [1e300, 100, 0.1],
        [-1e300, 200, 0.2],
        [300, 300, 0.3],
      ],
    ],
    [
      'frames that come in another order',
      [
        [0, 0, 0],
        [200, 200, 0.2],
        [100, 210, 0.201],
      ],
    ],
  ]
  for (const [name, frames] of cases) {
    const clock = new SessionClock()
    for (const [capturedAtMs, receivedAtMs, expectedS] of frames) {
      const timeS = clock.timeOf({ capturedAtMs, receivedAtMs })
      t.ok(Math.abs(timeS - expectedS) < 1e-9, `${name}: ${timeS} for ${expectedS}`)
    }
  }
})

t.test('frames a second are those of the last two seconds', async (t) => {
  const rate = new FrameRate()
  t.equal(rate.fps, 0)
  for (let at = 0; at <= 1000; at += 100) rate.add(at)
  t.equal(rate.fps, 10)
  rate.add(10_000)
  t.equal(rate.fps, 0)
})

t.test('boxes are scaled from one size to another, and stay inside', async (t) => {
  const small = { width: 64, height: 48 }
  t.same(scaleBox([10, 12, 64, 48], small, { width: 128, height: 144 }), [20, 36, 128, 144])
  t.same(scaleBox([1, 2, 3, 4], small, small), [1, 2, 3, 4])
})

t.test('the best frames of a session are bounded: the oldest go first', async (t) => {
  const best = new BestFrames()
  const frame = { bytes: Buffer.alloc(8 * 1024 * 1024), width: 1, height: 1 }
  for (let trackId = 1; trackId <= 5; trackId++) best.keep(trackId, frame)
  t.equal(best.take(1), null)
  t.ok(best.take(2))
  best.forgetAllBut((trackId) => trackId === 5)
  t.same([best.take(3), best.take(4), best.take(5)], [null, null, frame])
})

t.test('a socket may send 24 MiB a second, and waits for the next one with more', async (t) => {
  const budget = new ByteBudget()
  const mib = 1024 * 1024
  t.same([budget.spend(23 * mib, 5000), budget.spend(mib, 5200), budget.spend(1, 5300)], [0, 0, 700])
  t.equal(budget.spend(mib, 6000), 0)
})

t.test('a socket is read again once there is no reason left not to', async (t) => {
  const done: string[] = []
  const gate = new ReadingGate({ pause: () => done.push('pause'), resume: () => done.push('resume') })
  gate.release('bytes')
  gate.hold('bytes')
  gate.hold('commands')
  gate.release('bytes')
  t.same(done, ['pause', 'pause'])
  gate.release('commands')
  t.same(done, ['pause', 'pause', 'resume'])
})

t.test('new signs that a slow reader may not have got are told again with the next answer', async (t) => {
  const answers: DetectionProgress[] = []
  let reads = false
  const waiting: Array<() => void> = []
  const line: FrameLine = {
    id: 'line',
    answer: ({ data }) => {
      answers.push(data.en)
      for (const told of waiting.splice(0)) told()
      return reads
    },
    refuse: (err) => t.fail(err.message),
  }
  const signs = new SeenSigns(new SignTracker({ confidenceThreshold: 0.5 }), null)
  const analyzer = new ScriptedAnalyzer()
  const of = { taskId: 'task_1', userId: 1, number: 1, mode: 'fast' as const, confidenceThreshold: 0.5 }
  const rest = { maxPixels: 1e6, tellEveryMs: 100, tell: () => {}, log: { warn: () => t.fail('a frame failed') } }
  const session = new LiveSession({ ...of, ...rest, analyzer, signs }, line)
  for (let id = 0; id < 6; id++) {
    const answered = new Promise<void>((resolve) => waiting.push(resolve))
    if (id === 4) reads = true
    const times = { capturedAtMs: id * 100, receivedAtMs: Date.now() }
    session.offer({ session: 1, id, ...times, bytes: Buffer.from('picture') })
    await answered
  }
  await session.end()
  const told = answers.map(({ new_detections = [] }) => new_detections.map(({ track }) => track?.track_id))
  t.same(told.slice(-4), [[1], [1], [1], []])
})
