import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { FrameSampler } from '../../src/video/frame-sampler.ts'
import { formOf, listen, startApp } from '../helpers/app.ts'
import { makeClip } from '../helpers/clips.ts'

const SECONDS = 10

/** Times of so many pictures a second. */
const timesAt = (rate: number) => Array.from({ length: Math.ceil(SECONDS * rate - 1e-9) }, (_, i) => i / rate)

/** Times that come as they like, some 30 a second, the same at every run. */
function irregularTimes(): number[] {
  const times: number[] = []
  let state = 1
  for (let timeS = 0; timeS < SECONDS; ) {
    times.push(timeS)
    state = (state * 48_271) % 0x7fffffff
    timeS += 0.005 + (0.056 * state) / 0x7fffffff
  }
  return times
}

function looksAt(times: number[], isTracking: boolean, frameRate: number | null = null): number[] {
  const sampler = new FrameSampler(frameRate)
  return times.filter((timeS) => sampler.wants(timeS, isTracking))
}

const kinds: Array<[string, number[]]> = [
  ...[24, 25, 29.97, 30, 60].map((rate): [string, number[]] => [`${rate} pictures a second`, timesAt(rate)]),
  ['pictures that come as they like', irregularTimes()],
]

t.test('of every video five pictures a second are looked at, and ten where signs are in sight', async (t) => {
  for (const [name, times] of kinds) {
    t.equal(looksAt(times, false).length, 5 * SECONDS, `${name}, nothing in sight`)
    t.equal(looksAt(times, true).length, 10 * SECONDS, `${name}, signs in sight`)
  }
})

t.test('as many as are asked for are looked at, and no more than there are', async (t) => {
  for (const isTracking of [false, true]) {
    for (const [name, times] of kinds) {
      for (const rate of [0.2, 0.5, 2, 12]) {
        t.equal(looksAt(times, isTracking, rate).length, rate * SECONDS, `${rate} of ${name}`)
      }
    }
    t.same(looksAt(timesAt(24), isTracking, 30), timesAt(24))
    t.same(looksAt(timesAt(4), isTracking), timesAt(4))
  }
})

t.test('looks are spread evenly, over gaps too', async (t) => {
  for (const [name, times] of kinds) {
    const looks = looksAt(times, true)
    const gaps = looks.slice(1).map((timeS, i) => timeS - (looks[i] as number))
    t.ok(Math.min(...gaps) > 0.04 && Math.max(...gaps) < 0.16, `${name}: ${Math.min(...gaps)} to ${Math.max(...gaps)}`)
  }
  const withGap = timesAt(25).filter((timeS) => timeS < 2 || timeS >= 7)
  const looks = looksAt(withGap, true)
  t.ok(looks.length >= 50 && looks.length <= 51, `${looks.length}: what was not there is not made up for`)
  t.equal(
    looks.find((timeS) => timeS >= 2),
    7,
  )
})

t.test('frame_rate says how many pictures of a video are looked at', async (t) => {
  const app = await startApp(t)
  const clip = await makeClip(join(app.dir, 'clip.mp4'), { seconds: 5 })
  const listener = await listen(app)
  const form = formOf([{ bytes: await readFile(clip), name: 'drive.mp4' }], { frame_rate: '2', save_result: 'false' })
  t.equal((await fetch(`${app.origin}/api/detections`, { method: 'POST', body: form })).status, 202)
  t.match((await listener.until('detection_complete')).data, { status: 'success', results: { total_detections: 2 } })
  const told = listener.of('detection_progress').map(({ data }) => data)
  t.match(told.at(-1), { frames_done: 10, frames_total: 10, position: 4.9 })
})
