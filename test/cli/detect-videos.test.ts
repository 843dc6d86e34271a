import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { parseArguments } from '../../src/cli/arguments.ts'
import { isResult, resultPathsOf, videoPathOf } from '../../src/cli/detect-files.ts'
import { timeText } from '../../src/cli/report.ts'
import { VideoBar } from '../../src/cli/video-progress.ts'
import { packageRoot } from '../../src/package-root.ts'
import { openVideo } from '../../src/video/node-av/open-video.ts'
import { fixture } from '../helpers/app.ts'
import { makeClip } from '../helpers/clips.ts'

const clip = join(t.testdir(), 'drive.mp4')
await makeClip(clip, { seconds: 2.4 })

function spawnDetect(args: string[], TMPDIR: string): ChildProcess {
  return spawn(process.execPath, [join(packageRoot, 'dist/src/cli/detect.js'), ...args, '--lang', 'en'], {
    env: { ...process.env, TMPDIR },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function detect(args: string[], temporary: string) {
  const child = spawnDetect(args, temporary)
  const closed = once(child, 'close')
  const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!)])
  const [code] = await closed
  return { code, stdout, stderr }
}

/** Fonts and logs of others lie there too. */
async function workIn(temporary: string): Promise<string[]> {
  return (await readdir(temporary)).filter((name) => name.startsWith('hzsystem-detect-'))
}

t.test('a video becomes a list of its signs, each once, with a drawn video and a poster beside it', async (t) => {
  const dir = t.testdir({ tmp: {} })
  const [drive, street] = [join(dir, 'drive.mp4'), join(dir, 'street.jpg')]
  await copyFile(clip, drive)
  await copyFile(fixture('street-small.jpg'), street)
  const { code, stdout, stderr } = await detect([drive, street], join(dir, 'tmp'))
  t.equal(code, 0, stderr)
  t.match(stdout, /drive\.mp4 {2}640×480 {2}0:02\.\d {2}2 signs\n {2}Sign +Code +Category +Confidence +From +To\n/)
  t.match(stdout, /Speed limit 60 km\/h +pl60 +prohibitory +\d\d\.\d% +0:00\.\d +0:02\.\d/)
  t.match(stdout, /street\.jpg {2}640×480 {2}2 signs/)
  t.ok(stdout.indexOf('drive.mp4') < stdout.indexOf('street.jpg'), 'in the order given')
  t.match(stderr, /Reading .*drive\.mp4/)
  t.match(stderr, /0:00\.\d {2}Speed limit 60 km\/h/, 'signs are told as they are found')
  t.match(stderr, /1 picture, 1 video, 4 signs/)
  t.same((await readdir(dir)).sort(), [
    'drive.detected.jpg',
    'drive.detected.mp4',
    'drive.mp4',
    'street.detected.jpg',
    'street.jpg',
    'tmp',
  ])
  t.same(await workIn(join(dir, 'tmp')), [], 'no work is left')
  const limits = { maxPixels: 1e6, maxSeconds: 10 }
  await using drawn = await openVideo(join(dir, 'drive.detected.mp4'), 'drawn', limits)
  t.match(drawn.header, { width: 640, height: 480, codec: /^avc1/ })
})

t.test('programs get the tracks of a video, and nothing is written where nothing is wanted', async (t) => {
  const dir = t.testdir({ tmp: {} })
  const drive = join(dir, 'drive.mp4')
  await copyFile(clip, drive)
  const { code, stdout } = await detect([drive, '--json', '--no-save', '--frame-rate', '5'], join(dir, 'tmp'))
  t.equal(code, 0)
  const { pictures, videos, model } = JSON.parse(stdout)
  t.equal(model.name, 'hz-signs')
  t.same(pictures, [])
  t.match(videos[0], { file: drive, width: 640, height: 480, frames_looked_at: Number, is_partial: false })
  t.match(videos[0], { result_video: null, result_file: null })
  t.ok([12, 13].includes(videos[0].frames_looked_at), 'five a second')
  t.equal(videos[0].tracks.length, 2)
  for (const track of videos[0].tracks) {
    t.match(track, { class_code: /^(i12|pl60)$/, first_time: 0, best_time: Number, bbox: { length: 4 } })
    t.ok(track.last_time > 2)
    t.equal(track.boxes.length, videos[0].frames_looked_at)
  }
  t.same((await readdir(dir)).sort(), ['drive.mp4', 'tmp'])
})

t.test('a video that cannot be read is an error of that file alone', async (t) => {
  const dir = t.testdir({ tmp: {} })
  const [broken, drive] = [join(dir, 'broken.mp4'), join(dir, 'drive.mp4')]
  await copyFile(clip, drive)
  // What says where the pictures are stands at its end.
  await writeFile(broken, (await readFile(clip)).subarray(0, 20_000))
  const { code, stdout, stderr } = await detect([broken, drive, '--no-save'], join(dir, 'tmp'))
  t.equal(code, 1)
  t.match(stdout, /broken\.mp4\n {2}✗ The video broken\.mp4 is damaged or incomplete/)
  t.match(stdout, /drive\.mp4 {2}640×480 {2}0:02\.\d {2}2 signs/)
  t.match(stderr, /2 videos, 2 signs, 1 failed/)
})

t.test('an interruption ends the work on a video and leaves nothing of it', async (t) => {
  const dir = t.testdir({ tmp: {} })
  const long = join(dir, 'long.mp4')
  await makeClip(long, { seconds: 12 })
  const child = spawnDetect([long, '--mode', 'max', '--frame-rate', '30'], join(dir, 'tmp'))
  const exited = once(child, 'exit')
  let told = ''
  await new Promise<void>((resolve) => {
    child.stderr!.on('data', (chunk) => {
      told += chunk
      if (told.includes('Speed limit')) resolve()
    })
  })
  child.kill('SIGINT')
  t.same(await exited, [130, null], told)
  t.same((await readdir(dir)).sort(), ['long.mp4', 'tmp'])
  t.same(await workIn(join(dir, 'tmp')), [])
})

t.test('options of videos are read and checked', async (t) => {
  t.match(parseArguments(['a.mp4'], 'en'), { mode: null, frameRate: null })
  t.match(parseArguments(['a.mp4', '-r', '2.5', '-m', 'balanced'], 'en'), { mode: 'balanced', frameRate: 2.5 })
  for (const wrong of ['0', '31', 'many']) {
    t.throws(() => parseArguments(['a.mp4', '--frame-rate', wrong], 'en'), /--frame-rate .* 0\.2 … 30/)
  }
})

t.test('drawn videos lie beside posters, and are not analysed again', async (t) => {
  t.same(resultPathsOf(['a.mp4', 'a.jpg']), ['a.mp4.detected.jpg', 'a.jpg.detected.jpg'])
  t.equal(videoPathOf('a.mp4.detected.jpg'), 'a.mp4.detected.mp4')
  t.same([isResult('a.detected.mp4'), isResult('a.mp4')], [true, false])
})

t.test('a terminal sees how far a video is, and signs stay above the bar', async (t) => {
  const written: string[] = []
  const stream = (isTTY: boolean) => ({ isTTY, write: (chunk: string) => written.push(chunk) })
  const sign = { class_code: 'pl60', class_name: '限速60', class_name_en: 'Limit 60', category: 'prohibitory' as const }
  const found = [
    { ...sign, confidence: 0.9, bbox: [1, 2, 3, 4] as [number, number, number, number], trackId: 1, firstTimeS: 63 },
  ]
  const progress = {
    step: 'infer' as const,
    positionS: 65,
    durationS: 130,
    looks: 9,
    looksExpected: 20,
    drawnS: 0,
    looksPerSecond: 24.06,
    found,
  }
  const bar = new VideoBar(stream(true), 'a\u001b.mp4', 'en')
  bar.tell(progress)
  t.match(written.join(''), /^Reading a\?\.mp4 …\n {2}1:03\.0 {2}Limit 60 {2}pl60 {2}prohibitory {2}90\.0%\n/)
  t.match(written.join(''), /█{12}░{12} 50% 1:05\.0\/2:10\.0 {2}24\.1 frames\/s {2}0:00\.0 left {2}1 sign$/)
  bar.tell({ ...progress, durationS: null, found: [] })
  t.match(
    written.at(-1),
    /\x1b\[K1:05\.0 {2}24\.1 frames\/s {2}1 sign$/,
    'a header without a duration promises nothing',
  )
  bar.clear()
  t.match(written.at(-1), /\r.\[K$/)
  written.length = 0
  new VideoBar(stream(false), 'a.mp4', 'zh-CN').tell(progress)
  t.same(written, ['正在识别 a.mp4 …\n', '  1:03.0  限速60  pl60  禁令  90.0%\n'])
  t.same([timeText(0), timeText(59.96), timeText(3661.24)], ['0:00.0', '1:00.0', '61:01.2'])
})
