import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { AppError } from '../../src/errors.ts'
import { chooseEngine } from '../../src/video/choose-engine.ts'
import { openFfmpegEngine } from '../../src/video/ffmpeg/ffmpeg-engine.ts'
import { keepTimes } from '../../src/video/ffmpeg/find-tools.ts'
import { openAvEngine } from '../../src/video/node-av/av-engine.ts'
import type { VideoEngine, VideoPicture } from '../../src/video/video-engine.ts'
import { makeClip, turned } from '../helpers/clips.ts'
import { needsFfmpeg, searchPath } from '../helpers/ffmpeg.ts'

const limits = { maxPixels: 2_000_000, maxSeconds: 60 }

async function read(engine: VideoEngine, path: string, fromS = 0, given = limits) {
  await using video = await engine.open(path, 'clip', given)
  const reader = video.read()
  const times: number[] = []
  const sizes = new Set<string>()
  const pictures: Buffer[] = []
  for await (const { frame, timeS } of reader.frames(fromS)) {
    const { width, height } = frame
    times.push(timeS)
    sizes.add(`${width}×${height}`)
    const rgb = Buffer.alloc(width * height * 3)
    await frame.toRgb(rgb)
    pictures.push(rgb)
    frame.free()
  }
  const { lastTimeS: _, ...counts } = reader.counts
  // Codecs have many names.
  const { codec: __, durationS, ...header } = video.header
  return { header, durationS, times, sizes: [...sizes], counts, pictures }
}

/** Of all values of two pictures. */
function meanDifference(a: Buffer, b: Buffer): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += Math.abs((a[i] as number) - (b[i] as number))
  return a.length === b.length ? sum / a.length : Number.POSITIVE_INFINITY
}

/** Its rows one behind the other. */
function lumaOf({ width, height, planes: [luma], strides: [stride] }: VideoPicture): Buffer {
  return Buffer.concat(Array.from({ length: height }, (_, y) => luma.subarray(y * stride, y * stride + width)))
}

function sameTimes(a: number[], b: number[]): boolean {
  return a.length === b.length && a.every((time, i) => Math.abs(time - (b[i] as number)) <= 0.001)
}

const clipsOf = async (dir: string): Promise<Array<[string, number]>> => {
  const clip = (name: string, options = {}) => makeClip(join(dir, name), { seconds: 1, ...options })
  const upright = await clip('upright.mov', { width: 640, height: 360 })
  const turnedPath = join(dir, 'turned.mov')
  await writeFile(turnedPath, turned(await readFile(upright)))
  const [small, large] = [await clip('small.ts', { width: 320, height: 240 }), await clip('large.ts')]
  const both = join(dir, 'both.ts')
  await writeFile(both, Buffer.concat([await readFile(small), await readFile(large)]))
  const cut = join(dir, 'cut.mkv')
  const whole = await readFile(await clip('whole.mkv', { seconds: 3 }))
  await writeFile(cut, whole.subarray(0, whole.length / 2))
  const damaged = join(dir, 'damaged.mp4')
  const bytes = await readFile(await clip('sound.mp4', { hasSound: true }))
  for (let at = 30_000; at < 100_000; at += 2_000) bytes[at] = 255 - (bytes[at] as number)
  await writeFile(damaged, bytes)
  return [
    [await clip('h264.mp4', { hasSound: true }), 0],
    [await clip('h264.mov'), 0],
    [await clip('h264.ts'), 0],
    [await clip('sound.ts', { hasSound: true }), 0],
    [await clip('hevc.mkv', { codec: 'libx265', encoderOptions: { preset: 'ultrafast' } }), 0],
    [await clip('vp9.webm', { codec: 'libvpx-vp9', encoderOptions: { deadline: 'realtime' } }), 0],
    [await clip('av1.mkv', { codec: 'libsvtav1', encoderOptions: { preset: '10' } }), 0],
    [await clip('mpeg4.avi', { codec: 'mpeg4' }), 0],
    [await clip('odd.webm', { codec: 'libvpx-vp9', width: 321, height: 241 }), 0],
    [await clip('variable.mp4', { timeOf: (i: number) => (i * i) / 50, seconds: 2 }), 0],
    [turnedPath, 0],
    [both, 0],
    [cut, 0],
    [damaged, 0],
    ...['later.mp4', 'later.mkv', 'later.ts'].map((name): [string, number] => [join(dir, name), 1.25]),
  ]
}

t.test('what ffmpeg on PATH reads is what node-av reads', needsFfmpeg, async (t) => {
  const dir = t.testdir()
  for (const name of ['later.mp4', 'later.mkv', 'later.ts']) await makeClip(join(dir, name), { seconds: 3 })
  const [ours, theirs] = [await openAvEngine(), await openFfmpegEngine(searchPath)]
  for (const [path, fromS] of await clipsOf(dir)) {
    const name = path.slice(dir.length + 1)
    const [expected, found] = [await read(ours, path, fromS), await read(theirs, path, fromS)]
    t.ok(expected.times.length > 1, `${name} has pictures`)
    t.ok(sameTimes(found.times, expected.times), `${name}: ${found.times} for ${expected.times}`)
    const { pictures: _, times: __, durationS, ...rest } = expected
    t.match(found, rest, name)
    t.ok(Math.abs((found.durationS ?? 0) - (durationS ?? 0)) < 0.01, `${name} lasts as long`)
    // Decoders of different versions guess differently what is lost.
    const compared = name === 'damaged.mp4' ? [0] : expected.pictures.keys()
    for (const i of compared) {
      const difference = meanDifference(found.pictures[i] as Buffer, expected.pictures[i] as Buffer)
      t.ok(difference < 2, `${name}, picture ${i} differs by ${difference}`)
    }
    if (name === 'damaged.mp4') t.ok(found.counts.failed > 0, 'damage is counted')
    if (name === 'cut.mkv') t.ok(found.counts.isCutShort)
  }
})

t.test('luma of the full range comes in the range that is drawn and encoded', needsFfmpeg, async (t) => {
  const encoderOptions = { preset: 'ultrafast', 'x264-params': 'fullrange=on' }
  const path = await makeClip(join(t.testdir(), 'full.mp4'), { seconds: 1, encoderOptions })
  const lumas: Buffer[] = []
  for (const engine of [await openAvEngine(), await openFfmpegEngine(searchPath)]) {
    await using video = await engine.open(path, 'clip', limits)
    for await (const { frame } of video.read().frames()) {
      lumas.push(lumaOf(frame))
      frame.free()
      break
    }
  }
  const [ours, theirs] = lumas as [Buffer, Buffer]
  t.ok(ours.every((value) => value >= 16 && value <= 235))
  t.ok(meanDifference(ours, theirs) < 1)
})

t.test('what is no video, or too much of one, is told apart as ever', needsFfmpeg, async (t) => {
  const dir = t.testdir()
  const engine = await openFfmpegEngine(searchPath)
  const clip = await readFile(await makeClip(join(dir, 'clip.mp4'), { seconds: 3, hasSound: true }))
  const secret = await makeClip(join(dir, 'secret.ts'), { seconds: 3 })
  const file = async (name: string, bytes: Uint8Array | string) => {
    await writeFile(join(dir, name), bytes)
    return join(dir, name)
  }
  const cases: Array<[string, Promise<string> | string, string]> = [
    ['text', file('text.mp4', 'not a video'), 'UNSUPPORTED_MEDIA'],
    ['a playlist of another file', file('list.mp4', `#EXTM3U\n#EXTINF:1,\n${secret}\n`), 'UNSUPPORTED_MEDIA'],
    ['a list to join', file('list.ts', `ffconcat version 1.0\nfile '${secret}'\n`), 'UNSUPPORTED_MEDIA'],
    ['a head without a body', file('head.mp4', clip.subarray(0, 200)), 'VIDEO_UNREADABLE'],
    ['a playlist behind a true head', file('fake.mkv', `\x1aE\xdf\xa3#EXTM3U\n${secret}\n`), 'UNSUPPORTED_MEDIA'],
    [
      'noise behind a true head',
      file('noise.mkv', Buffer.concat([Buffer.from('1A45DFA3', 'hex'), Buffer.from(`\n#EXTM3U\n${secret}\n`)])),
      'VIDEO_UNREADABLE',
    ],
  ]
  for (const [what, path, code] of cases) await t.rejects(read(engine, await path), { code }, what)
  const path = join(dir, 'clip.mp4')
  await t.rejects(read(engine, path, 0, { ...limits, maxPixels: 640 * 480 - 1 }), { code: 'VIDEO_TOO_LARGE' })
  await t.rejects(read(engine, path, 0, { ...limits, maxSeconds: 0.5 }), { code: 'VIDEO_TOO_LONG' })
  const lying = await file('lying.ts', Buffer.concat([await readFile(secret), await readFile(secret)]))
  await using video = await engine.open(lying, 'clip', { ...limits, maxSeconds: 4 })
  t.ok((video.header.durationS ?? 0) < 4, 'its header says half of it')
  await t.rejects(read(engine, lying, 0, { ...limits, maxSeconds: 4 }), { code: 'VIDEO_TOO_LONG' })
})

t.test('pictures come through buffers that are used again', needsFfmpeg, async (t) => {
  const path = await makeClip(join(t.testdir(), 'clip.mp4'), { seconds: 3 })
  await using video = await (await openFfmpegEngine(searchPath)).open(path, 'clip', limits)
  const buffers = new Set<ArrayBufferLike>()
  for await (const { frame } of video.read().frames()) {
    buffers.add(frame.planes[0].buffer)
    frame.free()
    frame.free()
  }
  t.equal(buffers.size, 1, 'thirty pictures in the memory of one')
})

t.test(
  'an ffmpeg that crashes is a fault of ours, one without an encoder a matter of installing it',
  needsFfmpeg,
  async (t) => {
    const dir = t.testdir({ crashing: {}, poor: {} })
    const path = await makeClip(join(dir, 'clip.mp4'), { seconds: 1 })
    const engineOf = async (name: string, script: string) => {
      const real = await openFfmpegEngine(searchPath)
      t.ok(real)
      for (const program of ['ffmpeg', 'ffprobe']) {
        const text = `#!/bin/sh\n${program === 'ffmpeg' ? script : ''}\nPATH='${searchPath}' exec ${program} "$@"\n`
        await writeFile(join(dir, name, program), text, { mode: 0o755 })
      }
      return openFfmpegEngine(`${join(dir, name)}:/usr/bin:/bin`)
    }
    const crashing = await engineOf('crashing', 'case "$*" in *rawvideo*) kill -SEGV $$;; esac')
    const err: unknown = await read(crashing, path).catch((cause) => cause)
    t.notOk(err instanceof AppError)
    t.match(err, { message: /SIGSEGV/ })

    const poor = await engineOf('poor', `case "$*" in *libx264*) echo "Unknown encoder 'libx264'" >&2; exit 1;; esac`)
    await using video = await poor.open(path, 'clip', limits)
    const segment = await poor.openSegment(join(dir, 'segment.nut'), { width: 640, height: 480, frameRate: 10 })
    await t.rejects(
      (async () => {
        for await (const { frame, timeS } of video.read().frames()) await segment.write(frame, timeS, [])
        await segment.close()
      })(),
      { code: 'VIDEO_UNAVAILABLE' },
    )
  },
)

t.test('ffmpeg takes the place of node-av where that is missing, and only then', needsFfmpeg, async (t) => {
  const missing = async () => {
    throw new AppError('VIDEO_UNAVAILABLE')
  }
  t.match((await chooseEngine({ kind: 'auto', searchPath })).name, /^node-av$/)
  t.match((await chooseEngine({ kind: 'auto', searchPath }, missing)).name, /^ffmpeg \S+/)
  t.match((await chooseEngine({ kind: 'ffmpeg', searchPath })).name, /^ffmpeg \S+/)
  for (const [kind, path] of [
    ['node-av', searchPath],
    ['auto', ''],
    ['auto', '.'],
    ['ffmpeg', t.testdir()],
  ] as const) {
    await t.rejects(chooseEngine({ kind, searchPath: path }, missing), { code: 'VIDEO_UNAVAILABLE' }, `${kind} ${path}`)
  }
})

t.test('the option for time stamps has the name that the version knows', async (t) => {
  const names: Array<[string, string]> = [
    ['4.4.2-0ubuntu0.22.04.1', '-vsync'],
    ['5.0.1', '-vsync'],
    ['n5.1.2', '-fps_mode'],
    ['5.1.9-0+deb12u1', '-fps_mode'],
    ['7.0.2-static', '-fps_mode'],
    ['N-118000-gdeadbeef', '-fps_mode'],
  ]
  for (const [version, option] of names) t.same(keepTimes({ version }), [option, 'passthrough'], version)
})
