import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openFfmpegEngine } from '../../src/video/ffmpeg/ffmpeg-engine.ts'
import { openAvEngine } from '../../src/video/node-av/av-engine.ts'
import type { VideoEngine, VideoLimits } from '../../src/video/video-engine.ts'
import { type ClipOptions, makeClip } from '../helpers/clips.ts'
import { needsFfmpeg, searchPath } from '../helpers/ffmpeg.ts'

const limits = { maxPixels: 2_000_000, maxSeconds: 60 }

async function read(engine: VideoEngine, path: string, fromS = 0, given: VideoLimits = limits) {
  await using video = await engine.open(path, 'clip', given)
  const reader = video.read()
  const times: number[] = []
  for await (const { frame, timeS } of reader.frames(fromS)) {
    times.push(Math.round(timeS * 1000) / 1000)
    frame.free()
  }
  return { header: video.header, times, counts: reader.counts }
}

/** The same of either engine. */
function ofEither(name: string, check: (t: Test, engine: VideoEngine) => Promise<void>): void {
  t.test(`${name}: node-av`, async (t) => check(t, await openAvEngine()))
  t.test(`${name}: ffmpeg`, needsFfmpeg, async (t) => check(t, await openFfmpegEngine(searchPath)))
}

const steps = (count: number, frameRate: number) =>
  Array.from({ length: count }, (_, i) => Math.round((i / frameRate) * 1000) / 1000)

ofEither('pictures that come to be larger than is allowed are not decoded', async (t, engine) => {
  const dir = t.testdir()
  const small = await makeClip(join(dir, 'small.ts'), { seconds: 1, width: 320, height: 240 })
  const large = await makeClip(join(dir, 'large.ts'), { seconds: 1 })
  const both = join(dir, 'both.ts')
  await writeFile(both, Buffer.concat([await readFile(small), await readFile(large)]))
  const { header, times, counts } = await read(engine, both, 0, { ...limits, maxPixels: 100_000 })
  t.match(header, { width: 320, height: 240 })
  t.same(times, steps(10, 10), 'those of the first part come, and no others')
  t.equal(counts.frames, 10)
  t.ok(counts.failed > 0, 'what is left out is counted')
})

/** AVI knows times as numbers of pictures: ffmpeg rounds where it begins. */
function sameTimes(a: number[], b: number[]): boolean {
  return a.length === b.length && a.every((time, i) => Math.abs(time - (b[i] as number)) < 0.0011)
}

const clips: Array<[string, ClipOptions]> = [
  ['mpeg4.avi', { codec: 'mpeg4' }],
  ['h264.mov', { hasSound: true }],
  ['vp9.webm', { codec: 'libvpx-vp9', encoderOptions: { deadline: 'realtime' } }],
  ['av1.mkv', { codec: 'libsvtav1', encoderOptions: { preset: '10' } }],
  ['hevc.mkv', { codec: 'libx265', encoderOptions: { preset: 'ultrafast' } }],
]

ofEither('reading goes on from any time, in every container', async (t, engine) => {
  const dir = t.testdir()
  for (const [name, options] of clips) {
    const path = await makeClip(join(dir, name), { seconds: 3, ...options })
    const { times: all } = await read(engine, path)
    t.equal(all.length, 30, name)
    // Between two pictures, and on either side of one that can be decoded alone.
    for (const fromS of [1.25, 1.999, 2.001]) {
      const { times } = await read(engine, path, fromS)
      const expected = all.filter((time) => time >= fromS)
      t.ok(sameTimes(times, expected), `${name} from ${fromS}: ${times} for ${expected}`)
    }
  }
})
