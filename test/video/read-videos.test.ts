import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { FrameReader } from '../../src/video/node-av/frame-reader.ts'
import { openVideo } from '../../src/video/node-av/open-video.ts'
import type { VideoHeader } from '../../src/video/video-engine.ts'
import { patched, withoutSamples } from '../helpers/broken-clips.ts'
import { type ClipOptions, makeClip, makeSound, turned } from '../helpers/clips.ts'

const limits = { maxPixels: 2_000_000, maxSeconds: 60 }

async function read(path: string, fromS = 0, given = limits) {
  await using video = await openVideo(path, 'clip', given)
  const reader = new FrameReader(video, 'clip', given)
  const times: number[] = []
  const sizes = new Set<string>()
  for await (const { frame, timeS } of reader.frames(fromS)) {
    times.push(Math.round(timeS * 1000) / 1000)
    sizes.add(`${frame.width}×${frame.height}`)
    frame.free()
  }
  return { header: video.header, times, sizes: [...sizes], counts: reader.counts }
}

const steps = (count: number, frameRate: number) => Array.from({ length: count }, (_, i) => i / frameRate)

t.test('every container and codec that cameras and phones write is read', async (t) => {
  const dir = t.testdir()
  const kinds: Array<[string, ClipOptions, Partial<VideoHeader>]> = [
    ['h264.mp4', { hasSound: true }, { mediaType: 'video/mp4', extension: '.mp4' }],
    ['h264.mov', {}, { mediaType: 'video/quicktime', extension: '.mov' }],
    ['h264.ts', {}, { mediaType: 'video/mp2t', extension: '.ts' }],
    ['hevc.mkv', { codec: 'libx265', encoderOptions: { preset: 'ultrafast' } }, { mediaType: 'video/x-matroska' }],
    ['vp9.webm', { codec: 'libvpx-vp9', encoderOptions: { deadline: 'realtime' } }, { mediaType: 'video/webm' }],
    ['av1.mkv', { codec: 'libsvtav1', encoderOptions: { preset: '10' } }, { mediaType: 'video/x-matroska' }],
    ['mpeg4.avi', { codec: 'mpeg4' }, { mediaType: 'video/x-msvideo', extension: '.avi' }],
    [
      'mjpeg.avi',
      { codec: 'mjpeg', encoderOptions: { strict: 'unofficial' } },
      { mediaType: 'video/x-msvideo', extension: '.avi' },
    ],
  ]
  for (const [name, options, expected] of kinds) {
    const { header, times, counts } = await read(await makeClip(join(dir, name), { seconds: 1, ...options }))
    t.match(header, { ...expected, width: 640, height: 480, quarterTurns: 0 }, name)
    t.same(times, steps(10, 10), `${name}: all its pictures, at their times`)
    t.match(counts, { frames: 10, failed: 0, isCutShort: false }, name)
  }
})

t.test('times come from time stamps, however irregular', async (t) => {
  const path = await makeClip(join(t.testdir(), 'variable.mp4'), { timeOf: (i) => (i * i) / 50, seconds: 2 })
  const { times } = await read(path)
  t.same(times, [0, 0.02, 0.08, 0.18, 0.32, 0.5, 0.72, 0.98, 1.28, 1.62])
})

t.test('reading goes on from any time', async (t) => {
  const dir = t.testdir()
  for (const name of ['a.mp4', 'b.mkv', 'c.ts']) {
    const path = await makeClip(join(dir, name), { seconds: 3 })
    const { times } = await read(path, 1.25)
    t.same(
      times,
      steps(30, 10).filter((time) => time > 1.25),
      name,
    )
  }
})

t.test('a phone held upright gives upright pictures', async (t) => {
  const path = await makeClip(join(t.testdir(), 'turned.mov'), { seconds: 0.5, width: 640, height: 360 })
  await writeFile(path, turned(await readFile(path)))
  const { header, sizes } = await read(path)
  t.match(header, { quarterTurns: 1, width: 360, height: 640 })
  t.same(sizes, ['360×640'])
})

t.test('pictures that change their size come in that of the first', async (t) => {
  const dir = t.testdir()
  const small = await makeClip(join(dir, 'small.ts'), { seconds: 1, width: 320, height: 240 })
  const large = await makeClip(join(dir, 'large.ts'), { seconds: 1 })
  const both = join(dir, 'both.ts')
  await writeFile(both, Buffer.concat([await readFile(small), await readFile(large)]))
  const { sizes, times, counts } = await read(both)
  t.same(sizes, ['320×240'])
  t.equal(counts.frames, 20)
  t.ok(
    times.every((time, i) => i === 0 || time > (times[i - 1] as number)),
    'and their times never go back',
  )
})

t.test('what is no video, or too much of one, is told apart', async (t) => {
  const dir = t.testdir()
  const clip = await readFile(await makeClip(join(dir, 'clip.mp4'), { seconds: 1, hasSound: true }))
  const file = async (name: string, bytes: Uint8Array | string) => {
    await writeFile(join(dir, name), bytes)
    return join(dir, name)
  }
  const secret = await file('secret.ts', await readFile(await makeClip(join(dir, 'other.ts'), { seconds: 1 })))
  const cases: Array<[string, Promise<string> | string, string]> = [
    ['text', file('text.mp4', 'not a video'), 'UNSUPPORTED_MEDIA'],
    ['nothing', file('empty.mp4', ''), 'UNSUPPORTED_MEDIA'],
    ['a playlist of another file', file('list.mp4', `#EXTM3U\n#EXTINF:1,\n${secret}\n`), 'UNSUPPORTED_MEDIA'],
    ['a list to join', file('list.ts', `ffconcat version 1.0\nfile '${secret}'\n`), 'UNSUPPORTED_MEDIA'],
    ['subtitles', file('titles.mkv', '1\n00:00:00,000 --> 00:00:01,000\nHello\n'), 'UNSUPPORTED_MEDIA'],
    ['a head without a body', file('head.mp4', clip.subarray(0, 200)), 'VIDEO_UNREADABLE'],
    [
      'noise behind a true head',
      file('noise.mkv', Buffer.concat([Buffer.from('1A45DFA3', 'hex'), Buffer.alloc(4000, 7)])),
      'VIDEO_UNREADABLE',
    ],
  ]
  for (const [what, path, code] of cases) await t.rejects(read(await path), { code }, what)
  const path = join(dir, 'clip.mp4')
  await t.rejects(read(path, 0, { ...limits, maxPixels: 640 * 480 - 1 }), { code: 'VIDEO_TOO_LARGE' })
  await t.rejects(read(path, 0, { ...limits, maxSeconds: 0.5 }), { code: 'VIDEO_TOO_LONG' })
})

t.test('a video whose pictures are missing, or nothing that we can show, says which', async (t) => {
  const dir = t.testdir()
  const silent = await readFile(await makeClip(join(dir, 'silent.mp4'), { seconds: 1 }))
  const cases: Array<[string, Buffer, string]> = [
    ['sound alone', await readFile(await makeSound(join(dir, 'sound.mp4'))), 'VIDEO_WITHOUT_PICTURES'],
    ['subtitles alone', patched(patched(silent, 'vide', 'sbtl'), 'avc1', 'tx3g'), 'VIDEO_WITHOUT_PICTURES'],
    ['a codec that nobody has', patched(silent, 'avc1', 'zzzz'), 'VIDEO_CODEC_UNSUPPORTED'],
    ['a track without a picture', withoutSamples(silent), 'VIDEO_WITHOUT_PICTURES'],
  ]
  for (const [what, bytes, code] of cases) {
    await writeFile(join(dir, 'patched.mp4'), bytes)
    await t.rejects(read(join(dir, 'patched.mp4')), { code }, what)
  }
})

t.test('a file that lies about its length is read no longer than is allowed', async (t) => {
  const path = await makeClip(join(t.testdir(), 'lying.ts'), { seconds: 3 })
  const short = { ...limits, maxSeconds: 60 }
  await using video = await openVideo(path, 'clip', short)
  const reader = new FrameReader(video, 'clip', { ...limits, maxSeconds: 1 })
  let seen = 0
  await t.rejects(
    (async () => {
      for await (const { frame } of reader.frames()) {
        seen++
        frame.free()
      }
    })(),
    { code: 'VIDEO_TOO_LONG' },
  )
  t.equal(seen, 11)
})

t.test('a video that breaks off is read as far as it goes, and says so', async (t) => {
  const path = await makeClip(join(t.testdir(), 'cut.mkv'), { seconds: 3 })
  const whole = await readFile(path)
  await writeFile(path, whole.subarray(0, whole.length / 2))
  const { times, counts } = await read(path)
  t.ok(times.length > 5 && times.length < 25)
  t.ok(counts.isCutShort)
})

t.test('a reader whose counts are taken out all along has read a video all the same', async (t) => {
  const path = await makeClip(join(t.testdir(), 'clip.mp4'), { seconds: 1 })
  await using video = await openVideo(path, 'clip', limits)
  const reader = new FrameReader(video, 'clip', limits)
  const times: number[] = []
  for await (const { frame, timeS } of reader.frames()) {
    times.push(Math.round(timeS * 1000) / 1000)
    reader.counts.frames = 0
    frame.free()
  }
  t.same(times, steps(10, 10))
})
