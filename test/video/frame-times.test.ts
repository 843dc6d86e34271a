import t from 'tap'
import { FrameTimes } from '../../src/video/frame-times.ts'
import type { VideoHeader } from '../../src/video/video-engine.ts'

const header: VideoHeader = {
  ...{ demuxer: 'matroska', extension: '.mkv', mediaType: 'video/x-matroska' },
  ...{ width: 640, height: 480, durationS: null, frameRate: 25, quarterTurns: 0, codec: 'h264' },
}
const limits = { maxPixels: 1e6, maxSeconds: 2 }

t.test('pictures whose time stamps say nothing follow each other as fast as the header says', async (t) => {
  const times = new FrameTimes(header, 'clip.mkv', limits)
  const got = [0, Number.NaN, 0].map((stampS) => {
    const timeS = times.timeOf(stampS)
    times.note(timeS)
    return timeS
  })
  t.same(got, [0, 0.04, 0.08])
})

t.test('but no header makes a video of a limited length one of a million pictures', async (t) => {
  const times = new FrameTimes({ ...header, frameRate: 1e6 }, 'clip.mkv', limits)
  let pictures = 0
  const readAll = () => {
    for (; pictures < 1e6; pictures++) times.note(times.timeOf(0))
  }
  t.throws(readAll, { code: 'VIDEO_TOO_LONG' })
  t.ok(pictures <= 2 * 1000 + 1, `${pictures} pictures`)
})

t.test('those that are passed over take their time, and are not counted', async (t) => {
  const times = new FrameTimes(header, 'clip.mkv', limits)
  times.passOver(times.timeOf(Number.NaN))
  times.passOver(times.timeOf(Number.NaN))
  t.equal(times.timeOf(Number.NaN), 0.12)
  t.match(times.counts, { frames: 0, lastTimeS: 0.08 })
})
