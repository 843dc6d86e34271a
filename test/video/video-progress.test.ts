import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { DetectionProgress, PassingEvent } from '../../src/contract/index.ts'
import { ProgressBoard } from '../../src/tasks/progress-board.ts'
import { VideoWork, type VideoWorkDeps } from '../../src/tasks/video-work.ts'
import type { OnVideoProgress } from '../../src/video/video-analyzer.ts'
import { formOf, listen, startApp } from '../helpers/app.ts'
import { makeClip } from '../helpers/clips.ts'

t.test('what is told of a long drive is true: looks, position and what is left', async (t) => {
  const app = await startApp(t)
  const clip = await makeClip(join(app.dir, 'clip.mp4'), { seconds: 14, frameRate: 5 })
  const listener = await listen(app)
  const form = formOf([{ bytes: await readFile(clip), name: 'drive.mp4' }])
  t.equal((await fetch(`${app.origin}/api/detections`, { method: 'POST', body: form })).status, 202)
  const { data } = await listener.until('detection_complete')
  const told = listener.of('detection_progress').map((message) => message.data)
  t.ok(told.length > 10)

  const valuesOf = (name: 'frames_done' | 'position' | 'elapsed_time') => told.map((message) => message[name] ?? 0)
  for (const name of ['frames_done', 'position', 'elapsed_time'] as const) {
    t.same(
      valuesOf(name),
      valuesOf(name).toSorted((a, b) => a - b),
      `${name} never falls`,
    )
  }
  const { frames_done = 0, frames_total, position = 0, remaining_time } = told.at(-1) as DetectionProgress
  t.ok(Math.abs(frames_done - (frames_total ?? 0)) <= 0.1 * (frames_total ?? 0), `${frames_done} of ${frames_total}`)
  t.equal(frames_done, 70, 'every picture: there are signs in all of them')
  t.ok(position > 13 && position <= (data.results.duration ?? 0), `${position} s of ${data.results.duration}`)
  t.equal(remaining_time, 0)
})

const DURATION_S = 100
const LOOKS_PER_SECOND = 5

/** How long the work on a second of the video takes, by where it is. */
type Pace = (positionS: number) => number

/** A clock that only the test moves. */
function takeClock(t: Test): { ms: number } {
  const original = performance.now
  const clock = { ms: 1000 }
  performance.now = () => clock.ms
  t.teardown(() => {
    performance.now = original
  })
  return clock
}

/** What watchers hear of a video that is analysed at this pace, after so long a wait for its process, and joined in so many seconds. */
async function progressAt(t: Test, pace: Pace, startS: number, joinS = 0): Promise<DetectionProgress[]> {
  const clock = takeClock(t)
  const told: DetectionProgress[] = []
  const tell = (event: PassingEvent) => {
    if (event.type === 'detection_progress') told.push(event.data.en)
  }
  const board = new ProgressBoard(tell, () => clock.ms)
  const analyze = async (_job: unknown, _signal: unknown, onProgress: OnVideoProgress) => {
    clock.ms += startS * 1000
    const counts = {
      durationS: DURATION_S,
      looksExpected: DURATION_S * LOOKS_PER_SECOND,
      looksPerSecond: 1,
      drawnS: 0,
      found: [],
    }
    onProgress({ ...counts, step: 'read', positionS: 0, looks: 0 })
    for (let looks = 1; looks <= DURATION_S * LOOKS_PER_SECOND; looks++) {
      const positionS = looks / LOOKS_PER_SECOND
      clock.ms += (pace(positionS) * 1000) / LOOKS_PER_SECOND
      onProgress({ ...counts, step: 'infer', positionS, looks })
    }
    const looks = DURATION_S * LOOKS_PER_SECOND
    for (let drawnS = 0; joinS > 0 && drawnS <= DURATION_S; drawnS += DURATION_S / 10) {
      onProgress({ ...counts, step: 'draw', positionS: DURATION_S, looks, drawnS })
      clock.ms += joinS * 100
    }
    return {
      durationS: DURATION_S,
      tracks: [],
      model: {},
      failedFrames: 0,
      videoPath: null,
      posterPath: null,
      thumbnailPath: null,
    }
  }
  const transact = async (_change: unknown, committed: (isOurs: boolean) => void) => {
    committed(true)
    return true
  }
  const deps = {
    ...{ board, videos: { analyze }, timing: { add() {} } },
    files: { pathOf: () => '', workDir: async () => '', dropWork: async () => {} },
    events: { transact },
  }
  const task = { id: 'task', attempt: 1, detectionType: 'video', options: {}, upload: {}, fileName: 'drive.mp4' }
  board.begin('task', { userId: 1, estimateS: 0, isFirstAttempt: true, detectionType: 'video' })
  const work = new VideoWork(deps as unknown as VideoWorkDeps)
  await work.run(task as unknown as Parameters<VideoWork['run']>[0], new AbortController().signal)
  return told
}

t.test('from half of a video on, the time that remains is near the truth, whatever the pace', async (t) => {
  const paces: Array<[string, Pace, number, number]> = [
    ['even', () => 0.5, 0, 0.02],
    ['even, and slower than the video', () => 3, 0, 0.02],
    ['even, after a slow start', () => 0.1, 20, 0.02],
    ['with more to look at in its first half', (positionS) => (positionS < 50 ? 0.4 : 0.2), 1, 0.5],
    ['with more to look at in its second half', (positionS) => (positionS < 50 ? 0.2 : 0.4), 1, 0.5],
    ['that goes up and down', (positionS) => 0.3 + 0.2 * Math.sin(positionS / 5), 1, 0.2],
  ]
  for (const [name, pace, startS, share] of paces) {
    await t.test(`a pace that is ${name}`, async (t) => {
      const told = await progressAt(t, pace, startS)
      const actualS = told.at(-1)?.elapsed_time ?? 0
      const later = told.filter(({ position = 0 }) => position >= DURATION_S / 2)
      t.ok(later.length > 20)
      const errors = later.map(({ elapsed_time, remaining_time }) => Math.abs(elapsed_time + remaining_time - actualS))
      t.ok(Math.max(...errors) <= share * actualS, `${Math.max(...errors)} s of ${actualS} s`)
      t.equal(told.at(-1)?.remaining_time, 0)
    })
  }
})

t.test('joining takes its own time, which is told as well', async (t) => {
  const told = await progressAt(t, () => 0.5, 0, 400)
  const joining = told.filter(({ current_step_index }) => current_step_index === 3)
  t.ok(joining.length > 5)
  const shares = joining.map(({ progress }) => progress)
  t.ok((shares.at(-1) ?? 0) > (shares[0] ?? 0), 'it gets on')
  for (const { elapsed_time, remaining_time } of joining) t.equal(elapsed_time + remaining_time, 450)
})
