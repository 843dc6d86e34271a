import { execFile } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import type { Detection, Record, RecordTracks, StartedTasks } from '../../src/contract/index.ts'
import { runVideoProcess } from '../../src/video/video-child.ts'
import { fixture, formOf, listen, type RunningApp, startApp } from '../helpers/app.ts'
import { makeClip } from '../helpers/clips.ts'
import { needsFfmpeg, programsIn, searchPath, tools } from '../helpers/ffmpeg.ts'
import { eventually, filesIn, leftovers, nothing } from '../helpers/leftovers.ts'

const withFfmpeg = { VIDEO_ENGINE: 'ffmpeg', PATH: searchPath }
const needsGroups =
  process.platform === 'linux' ? needsFfmpeg : { skip: 'groups of processes are looked up as in Linux' }

async function send(app: RunningApp, path: string) {
  const form = formOf([{ bytes: await readFile(path), name: 'drive.mp4' }])
  return fetch(`${app.origin}/api/detections`, { method: 'POST', body: form })
}

async function recordOf(app: RunningApp, clip: string) {
  const listener = await listen(app)
  t.equal((await send(app, clip)).status, 202)
  const { data } = await listener.until('detection_complete')
  t.match(data, { status: 'success', failed_frames: 0, message: null })
  const get = async (path: string) => (await fetch(`${app.origin}${path}`)).json()
  const record = (await get(`/api/detections/${data.record_id}`)) as Record
  const { tracks } = (await get(`/api/detections/${data.record_id}/tracks`)) as RecordTracks
  return { record, tracks }
}

/** What ffprobe says of a file that the server keeps. */
async function look(app: RunningApp, url: string | null) {
  const path = join(app.dir, 'drawn.mp4')
  const bytes = Buffer.from(await (await fetch(`${app.origin}${url}`)).arrayBuffer())
  await writeFile(path, bytes)
  const asked = 'stream=codec_name,pix_fmt,width,height:packet=pts_time,stream_index'
  const { stdout } = await promisify(execFile)(tools?.ffprobe as string, [
    '-v',
    'error',
    '-show_entries',
    asked,
    '-of',
    'json',
    path,
  ])
  const { streams, packets } = JSON.parse(stdout) as {
    streams: object[]
    packets: Array<{ pts_time: string; stream_index: number }>
  }
  const timesOf = (stream: number) =>
    packets.filter(({ stream_index }) => stream_index === stream).map(({ pts_time }) => Number(pts_time))
  return { bytes, streams, times: timesOf(0), soundTimes: timesOf(1) }
}

const inMs = (seconds = 0) => Math.round(seconds * 1000)
const timesOf = (track: Detection['track']) => [inMs(track?.first_time), inMs(track?.last_time)]
const nearly = (a: number, b: number, by: number) => Math.abs(a - b) <= by
const nearBoxes = (a: number[], b: number[]) => a.every((corner, i) => nearly(corner, b[i] as number, 4))

t.test('a drive that ffmpeg reads becomes what it becomes with node-av', needsFfmpeg, async (t) => {
  const dir = t.testdir({ ours: {}, theirs: {} })
  const timeOf = (i: number) => i / 10 + (i % 3) / 60
  const clip = await makeClip(join(dir, 'clip.mp4'), { seconds: 3, hasSound: true, timeOf })
  const ours = await startApp(t, { dir: join(dir, 'ours') })
  const theirs = await startApp(t, { dir: join(dir, 'theirs'), env: withFfmpeg })
  t.equal(await ours.parts.videos.describe(), 'node-av')
  t.match(await theirs.parts.videos.describe(), /^ffmpeg \S+/)
  const expected = await recordOf(ours, clip)
  const found = await recordOf(theirs, clip)

  const byCode = (a: Detection, b: Detection) => a.class_code.localeCompare(b.class_code)
  const wanted = expected.record.detections.toSorted(byCode)
  const got = found.record.detections.toSorted(byCode)
  t.same(
    got.map(({ class_code }) => class_code),
    ['i12', 'pl60'],
  )
  for (const [i, { confidence, bbox, track }] of wanted.entries()) {
    const other = got[i] as Detection
    t.ok(nearly(other.confidence, confidence, 0.03) && nearBoxes(other.bbox, bbox), 'as sure, at the same place')
    t.same(timesOf(other.track), timesOf(track))
  }
  t.equal(found.tracks.length, expected.tracks.length)
  for (const { class_code, boxes } of expected.tracks) {
    const other = found.tracks.find((track) => track.class_code === class_code)
    t.same(
      other?.boxes.map(([time]) => inMs(time)),
      boxes.map(([time]) => inMs(time)),
      'looked at at the same times',
    )
    t.ok(boxes.every((box, i) => nearBoxes(box, other?.boxes[i] as number[])))
  }

  const [drawn, drawnBefore] = [
    await look(theirs, found.record.result_video_url),
    await look(ours, expected.record.result_video_url),
  ]
  t.match(drawn.streams, [{ codec_name: 'h264', pix_fmt: 'yuv420p', width: 640, height: 480 }, { codec_name: 'aac' }])
  t.equal(drawn.times.length, 30)
  t.same(drawn.times, drawnBefore.times, 'each picture at its time')
  t.ok(drawn.bytes.indexOf('moov') < drawn.bytes.indexOf('mdat'), 'it plays before it is loaded')
  const { record } = found
  for (const url of [record.result_image_url, record.thumbnail_url, record.detections[0]?.track?.crop_url]) {
    t.equal((await fetch(`${theirs.origin}${url}`)).status, 200, String(url))
  }
  t.equal((await fetch(`${theirs.origin}/api/detections/${record.record_id}`, { method: 'DELETE' })).status, 204)
  t.same(await leftovers(theirs), { ...nothing, tasks: 1 })
})

const engines: Array<[string, { [name: string]: string }]> = [
  ['node-av', {}],
  ['ffmpeg', withFfmpeg],
]

/** Some frames of AC-3 in the middle are no longer what their checksums say. Each begins with 0B77, a checksum, its size and 40. */
function withDamagedSound(bytes: Buffer): Buffer {
  const sync = Buffer.from('0B77', 'hex')
  let frames = 0
  for (let at = bytes.indexOf(sync); at >= 0; at = bytes.indexOf(sync, at + 1)) {
    if (bytes[at + 5] !== 0x40) continue
    frames++
    if (frames > 10 && frames < 15) bytes.fill(0xff, at + 20, at + 60)
  }
  if (frames < 30) throw new Error(`There are ${frames} frames of sound`)
  return bytes
}

for (const [engine, env] of engines) {
  t.test(`with ${engine}, a sound that browsers do not play is encoded anew`, needsFfmpeg, async (t) => {
    const app = await startApp(t, { env })
    const clip = await makeClip(join(app.dir, 'clip.mp4'), { seconds: 2, hasSound: true })
    const made = async (name: string, sound: string[]) => {
      const path = join(app.dir, name)
      const kept = ['-v', 'error', '-i', clip, '-c:v', 'copy', '-c:a', ...sound, path]
      await promisify(execFile)(tools?.ffmpeg as string, kept)
      return path
    }
    // A transport stream begins 1.4 s after zero; its sound must not come as much too late.
    const cases: Array<[string, string[]]> = [
      ['pcm.mkv', ['pcm_s16le']],
      ['mp2.ts', ['mp2']],
      ['aac.ts', ['copy']],
    ]
    for (const [name, sound] of cases) {
      const { record } = await recordOf(app, await made(name, sound))
      const { streams, times, soundTimes } = await look(app, record.result_video_url)
      t.match(streams, [{ codec_name: 'h264' }, { codec_name: 'aac' }], name)
      t.ok(nearly(soundTimes[0] as number, 0, 0.1), `${name}: the sound begins at ${soundTimes[0]}`)
      t.ok(
        nearly(soundTimes.at(-1) as number, times.at(-1) as number, 0.1),
        `${name}: and ends at ${soundTimes.at(-1)}`,
      )
    }

    const damaged = await made('damaged.mkv', ['ac3'])
    await writeFile(damaged, withDamagedSound(await readFile(damaged)))
    const { record: heard } = await recordOf(app, damaged)
    const { streams, soundTimes } = await look(app, heard.result_video_url)
    t.match(streams, [{ codec_name: 'h264' }, { codec_name: 'aac' }], 'a damaged one is kept')
    t.ok((soundTimes.at(-1) as number) > 1, 'as far as it goes')

    const strange = join(app.dir, 'strange.mkv')
    const bytes = await readFile(join(app.dir, 'pcm.mkv'))
    bytes.write('A_NOBODY/RE/AD', bytes.indexOf('A_PCM/INT/LIT'), 'A_PCM/INT/LIT'.length, 'latin1')
    await writeFile(strange, bytes)
    const { record: silent } = await recordOf(app, strange)
    t.same((await look(app, silent.result_video_url)).streams.length, 1, 'one that nobody reads is left out')
  })
}

/** It puts its own into all that a test starts. */
const isNotOfTap = (name = '') => !/^(_TAPJS_|NODE_OPTIONS$)/.test(name)

t.test('a cancelled video ends ffmpeg at once and leaves no file', needsGroups, async (t) => {
  const app = await startApp(t, { env: withFfmpeg })
  const clip = await makeClip(join(app.dir, 'clip.mp4'), { seconds: 20, frameRate: 5 })
  const listener = await listen(app)
  await send(app, clip)
  const heard = await listener.until('detection_progress', ({ data }) => (data.position ?? 0) > 1)
  const [group] = app.parts.videos.pids as [number]
  const programs = (await programsIn(group)).filter(({ name }) => name === 'ffmpeg')
  t.ok(programs.length > 0, 'it is at work')
  for (const { environment } of programs) {
    t.same(
      environment
        .map((entry) => entry.split('=')[0])
        .filter(isNotOfTap)
        .sort(),
      ['PATH', 'TMPDIR'],
      'and knows nothing of us',
    )
  }
  const startedMs = Date.now()
  await fetch(`${app.origin}/api/tasks/${heard.data.task_id}/cancel`, { method: 'POST' })
  t.match((await listener.until('detection_error')).data, { error_code: 'TASK_CANCELLED' })
  await eventually(
    () => programsIn(group),
    (left) => left.length === 0,
    1000,
  )
  const files = await eventually(
    () => filesIn(app.config.mediaDir).catch(() => []), // A folder may go while it is looked through.
    (names) => names.length === 1,
    1000,
  )
  t.ok(Date.now() - startedMs < 1000, 'within a second')
  t.match(files, [/^uploads/])
})

t.test('ffmpeg ends with the process that it works for, whose successor goes on', needsGroups, async (t) => {
  const app = await startApp(t, { env: withFfmpeg })
  const clip = await makeClip(join(app.dir, 'clip.mp4'), { seconds: 24, frameRate: 3 })
  const listener = await listen(app)
  await send(app, clip)
  await listener.until('detection_progress', ({ data }) => (data.position ?? 0) > 9)
  const [pid] = app.parts.videos.pids as [number]
  process.kill(pid, 'SIGKILL')
  await eventually(
    () => programsIn(pid),
    (left) => left.length === 0,
    1000,
  )
  const { data } = await listener.until('detection_complete')
  t.match(data, { status: 'success', results: { total_detections: 2 } })
  const positions = listener.of('detection_progress').flatMap(({ data }) => data.position ?? [])
  const fallen = positions.findIndex((position, i) => i > 0 && position < (positions[i - 1] as number))
  t.ok((positions[fallen] as number) > 7, 'behind what was settled')
  const record = (await (await fetch(`${app.origin}/api/detections/${data.record_id}`)).json()) as Record
  const { times } = await look(app, record.result_video_url)
  const expected = Array.from({ length: 72 }, (_, i) => i / 3)
  t.ok(times.length === 72 && times.every((time, i) => nearly(time, expected[i] as number, 0.001)), `${times}`)
})

t.test('a process that falls silent is ended, with everything that it has started', needsGroups, async (t) => {
  const dir = t.testdir({ programs: {} })
  const programs = join(dir, 'programs')
  for (const name of ['ffmpeg', 'ffprobe']) {
    await writeFile(join(programs, name), '#!/bin/sh\nexec sleep 1000\n', { mode: 0o755 })
  }
  const engine = { kind: 'ffmpeg' as const, searchPath: `${programs}:${searchPath}` }
  const pids = new Set<number>()
  const { signal } = new AbortController()
  const work = runVideoProcess(
    { kind: 'describe', limits: { maxPixels: 1e6, maxSeconds: 60 }, engine },
    { silenceMs: 3000, signal, pids },
  )
  const [group] = [...pids]
  await t.rejects(work, { code: 'DETECTION_TIMEOUT', details: { seconds: 3 } })
  t.same(await programsIn(group as number), [])
  t.equal(getEventListeners(signal, 'abort').length, 0, 'and nobody listens for its sake')
})

t.test('an ffmpeg that hangs ends with its task', needsGroups, async (t) => {
  const dir = t.testdir({ programs: {} })
  const programs = join(dir, 'programs')
  const hanging = 'case "$*" in *rawvideo*) exec sleep 1000;; esac\n'
  for (const name of ['ffmpeg', 'ffprobe']) {
    const text = `#!/bin/sh\n${name === 'ffmpeg' ? hanging : ''}PATH='${searchPath}' exec ${name} "$@"\n`
    await writeFile(join(programs, name), text, { mode: 0o755 })
  }
  const app = await startApp(t, { dir, env: { ...withFfmpeg, PATH: `${programs}:${searchPath}` } })
  const clip = await makeClip(join(dir, 'clip.mp4'), { seconds: 1 })
  const { task_ids } = (await (await send(app, clip)).json()) as StartedTasks
  const isAsleep = async () => {
    const [group] = app.parts.videos.pids
    return group !== undefined && (await programsIn(group)).some(({ name }) => name === 'sleep') ? group : null
  }
  const group = await eventually(isAsleep, (found) => found !== null)
  await fetch(`${app.origin}/api/tasks/${task_ids[0]}/cancel`, { method: 'POST' })
  t.same(
    await eventually(
      () => programsIn(group as number),
      (left) => left.length === 0,
      1000,
    ),
    [],
  )
})

t.test('with neither, videos are refused with what to install, and pictures work', async (t) => {
  const app = await startApp(t, { env: { VIDEO_ENGINE: 'ffmpeg', PATH: '' } })
  const clip = await makeClip(join(app.dir, 'clip.mp4'), { seconds: 0.5 })
  const refused = await send(app, clip)
  t.equal(refused.status, 501)
  const problem = (await refused.json()) as { detail: string }
  t.match(problem, { code: 'VIDEO_UNAVAILABLE', detail: /npm install node-av.*ffmpeg/ })
  t.same(await leftovers(app), nothing)
  await t.rejects(app.parts.videos.describe(), { code: 'VIDEO_UNAVAILABLE' }, 'which the log says at the start')
  const form = formOf([{ bytes: await readFile(fixture('street-small.jpg')) }])
  const picture = await fetch(`${app.origin}/api/detections?wait=1`, { method: 'POST', body: form })
  t.match(await picture.json(), { total_detections: 2 })
})
