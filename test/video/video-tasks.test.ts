import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Record, RecordTracks, StartedTasks, Task } from '../../src/contract/index.ts'
import { openVideo } from '../../src/video/node-av/open-video.ts'
import { formOf, listen, type RunningApp, startApp } from '../helpers/app.ts'
import { makeClip } from '../helpers/clips.ts'
import { eventually, filesIn, leftovers, nothing } from '../helpers/leftovers.ts'

const limits = { maxPixels: 1e8, maxSeconds: 1e5 }

async function send(app: RunningApp, path: string, fields: { [name: string]: string } = {}, name = 'drive.mp4') {
  const form = formOf([{ bytes: await readFile(path), name }], fields)
  return fetch(`${app.origin}/api/detections`, { method: 'POST', body: form })
}

async function get<T>(app: RunningApp, path: string): Promise<T> {
  const answer = await fetch(`${app.origin}${path}`)
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as T
}

async function download(app: RunningApp, url: string | null): Promise<string> {
  const path = join(app.dir, 'downloaded.mp4')
  await writeFile(path, Buffer.from(await (await fetch(`${app.origin}${url}`)).arrayBuffer()))
  return path
}

t.test('a drive becomes its signs, each once, with where and when it was seen', async (t) => {
  const app = await startApp(t)
  const clip = await makeClip(join(app.dir, 'clip.mp4'), { seconds: 3, hasSound: true })
  const listener = await listen(app)
  t.equal((await send(app, clip)).status, 202)
  const { data } = await listener.until('detection_complete')

  t.match(data, { status: 'success', failed_frames: 0, message: null })
  const { results } = data
  t.same(
    results.detections.map(({ class_code }) => class_code).sort(),
    ['i12', 'pl60'],
    'both signs of the photo, once',
  )
  t.match(results, { width: 640, height: 480, total_detections: 2 })
  for (const { track, confidence } of results.detections) {
    t.ok(track !== undefined && track.first_time < 0.5 && track.last_time > 2, 'in sight from first to last')
    t.ok(confidence > 0.5)
  }

  const progress = listener.of('detection_progress').map(({ data }) => data)
  const percents = progress.map((message) => message.progress)
  t.same(
    percents,
    percents.toSorted((a, b) => a - b),
    'progress never falls',
  )
  t.equal(percents.at(-1), 100)
  const steps = ['读取视频', '模型推理中', '生成结果视频', '保存记录']
  const places = progress.map(({ current_step }) => steps.indexOf(current_step))
  t.same(places, places.toSorted(), 'nor do its steps')
  t.ok(places.includes(1) && !places.includes(-1))
  const found = progress.flatMap((message) => message.new_detections ?? [])
  t.same(found.map(({ class_code }) => class_code).sort(), ['i12', 'pl60'], 'signs come while it runs, each once')
  const last = progress.findLast((message) => message.position !== undefined)
  t.ok((last?.position ?? 0) > 2.5 && (last?.frames_done ?? 0) > 10 && (last?.fps ?? 0) > 0)

  const record = await get<Record>(app, `/api/detections/${data.record_id}`)
  t.match(record, { detection_type: 'video', media_type: 'video/mp4', mode: 'fast', total_detections: 2 })
  t.same(
    record.detections.map(({ track }) => track),
    results.detections.map(({ track }) => track),
  )
  const tracks = await get<RecordTracks>(app, `/api/detections/${data.record_id}/tracks`)
  t.equal(tracks.tracks.length, 2)
  for (const { boxes } of tracks.tracks) {
    t.ok(boxes.length > 10)
    const [first, end] = [boxes[0], boxes.at(-1)]
    if (first === undefined || end === undefined) throw new Error('no boxes')
    t.ok(end[3] - end[1] > first[3] - first[1], 'what is approached grows')
  }

  const video = await fetch(`${app.origin}${record.result_video_url}`, { headers: { range: 'bytes=0-99' } })
  t.equal(video.status, 206, 'players may seek')
  const drawn = await download(app, record.result_video_url)
  const bytes = await readFile(drawn)
  t.ok(bytes.indexOf('moov') < bytes.indexOf('mdat'), 'it plays before it is loaded')
  await using opened = await openVideo(drawn, 'drawn', limits)
  t.match(opened.header, { width: 640, height: 480, codec: /^avc1/ })
  t.equal(opened.demuxer.audio()?.codecpar.getCodecString()?.slice(0, 4), 'mp4a', 'with its sound')
  t.ok(Math.abs((opened.header.durationS ?? 0) - 3) < 0.15)
  for (const url of [record.result_image_url, record.thumbnail_url, record.detections[0]?.track?.crop_url]) {
    t.equal((await fetch(`${app.origin}${url}`)).status, 200, String(url))
  }

  t.equal((await fetch(`${app.origin}/api/detections/${data.record_id}`, { method: 'DELETE' })).status, 204)
  t.same(await leftovers(app), { ...nothing, tasks: 1 }, 'nothing is left of a record that is deleted')
})

t.test('how long a video will take is told from those before it', async (t) => {
  const app = await startApp(t)
  const [short, long] = [1, 2].map((seconds) => makeClip(join(app.dir, `${seconds}.mp4`), { seconds }))
  const first = (await (await send(app, (await short) as string)).json()) as StartedTasks
  t.equal(first.tasks[0]?.estimated_time, 0, 'nothing is known yet')
  const listener = await listen(app)
  await eventually(
    () => get<Task>(app, `/api/tasks/${first.task_ids[0]}`),
    ({ status }) => status === 'success',
    60_000,
  )
  const second = (await (await send(app, (await long) as string)).json()) as StartedTasks
  t.ok((second.tasks[0]?.estimated_time ?? 0) > 0)
  await listener.until('detection_complete', ({ data }) => data.task_id === second.task_ids[0])
})

t.test('the signs of a drive are taken away as a table, as JSON and as chapters', async (t) => {
  const app = await startApp(t)
  const clip = await makeClip(join(app.dir, 'clip.mp4'), { seconds: 1.5 })
  const record = (await (
    await fetch(`${app.origin}/api/detections?wait=1`, {
      method: 'POST',
      body: formOf([{ bytes: await readFile(clip), name: 'drive.mp4' }], { save_result: 'false' }),
    })
  ).json()) as Record
  t.match(record, { result_video_url: null, result_image_url: null, thumbnail_url: null })
  t.equal(record.detections[0]?.track?.crop_url, null)
  t.same((await filesIn(app.config.mediaDir)).length, 1, 'the upload alone is kept')

  const file = async (name: string) => fetch(`${app.origin}/api/detections/${record.record_id}/${name}`)
  const csv = await file('tracks.csv')
  t.match(csv.headers.get('content-type'), 'text/csv')
  const lines = (await csv.text()).trim().split('\r\n')
  t.equal(lines.length, 3)
  t.match(lines[0], /^\uFEFF?track_id,class_code/)
  t.match(lines.join('\n'), /,pl60,限速60,/)
  const chapters = await (await file('tracks.vtt')).text()
  t.match(chapters, /^WEBVTT\n\n\d+\n00:00:0\d\.\d{3} --> 00:00:0\d\.\d{3}\n/)
  t.match(await (await file('tracks.vtt?lang=en')).text(), /Speed limit 60/)
  t.match(JSON.parse(await (await file('tracks.json')).text()), {
    tracks: [{ track_id: Number }, { track_id: Number }],
  })
  t.equal((await file('tracks.exe')).status, 400)
})

t.test('a cancelled video stops at once and leaves no file', async (t) => {
  const app = await startApp(t)
  const clip = await makeClip(join(app.dir, 'clip.mp4'), { seconds: 20, frameRate: 5 })
  const listener = await listen(app)
  await send(app, clip)
  const heard = await listener.until('detection_progress', ({ data }) => (data.position ?? 0) > 1)
  const { task_id } = heard.data
  const startedMs = Date.now()
  await fetch(`${app.origin}/api/tasks/${task_id}/cancel`, { method: 'POST' })
  t.match((await listener.until('detection_error')).data, { task_id, error_code: 'TASK_CANCELLED' })
  const files = await eventually(
    () => filesIn(app.config.mediaDir).catch(() => []), // A folder may go while it is looked through.
    (names) => names.length === 1,
    1000,
  )
  t.ok(Date.now() - startedMs < 1000, 'within a second')
  t.match(files, [/^uploads/], 'the upload may be tried again')
})

t.test('what breaks off is kept as far as it goes', async (t) => {
  const app = await startApp(t)
  const clip = await makeClip(join(app.dir, 'clip.mkv'), { seconds: 4 })
  const whole = await readFile(clip)
  await writeFile(clip, whole.subarray(0, whole.length / 2))
  const listener = await listen(app)
  await send(app, clip, {}, 'cut.mkv')
  const { data } = await listener.until('detection_complete')
  t.equal(data.status, 'failed')
  t.ok((data.failed_frames ?? 0) >= 10)
  t.match(data.message, /帧无法读取.*could not be read/)
  t.equal(data.results.total_detections, 2)
})

t.test('of a thousand pictures a second no more are looked at and drawn than anybody can see', async (t) => {
  const app = await startApp(t)
  const clip = await makeClip(join(app.dir, 'clip.mp4'), { seconds: 0.5, frameRate: 1000 })
  const listener = await listen(app)
  await send(app, clip)
  const { data } = await listener.until('detection_complete')
  t.match(data, { status: 'success', failed_frames: 0, results: { total_detections: 2 } })
  const looks = Math.max(...listener.of('detection_progress').map((message) => message.data.frames_done ?? 0))
  t.ok(looks >= 4 && looks <= 6, `${looks} looks in half a second`)
  await using drawn = await openVideo(await download(app, data.results.result_video_url ?? null), 'drawn', limits)
  t.ok((drawn.header.frameRate ?? 0) > 20 && (drawn.header.frameRate ?? 0) <= 61)
})

t.test('a file that is no video is refused, and nothing is left of it', async (t) => {
  const app = await startApp(t, { env: { MAX_VIDEO_PIXELS: '300000' } })
  const clip = await makeClip(join(app.dir, 'clip.mp4'), { seconds: 1 })
  const large = await send(app, clip)
  t.equal(large.status, 413)
  t.match(await large.json(), { code: 'VIDEO_TOO_LARGE', detail: /drive\.mp4.*640×480/ })
  await writeFile(clip, (await readFile(clip)).subarray(0, 200))
  const cut = await send(app, clip)
  t.equal(cut.status, 422)
  t.match(await cut.json(), { code: 'VIDEO_UNREADABLE' })
  t.same(await leftovers(app), nothing)
})

t.test('a picture is not taken for a video, nor a video for a picture', async (t) => {
  const app = await startApp(t)
  const clip = await makeClip(join(app.dir, 'clip.mp4'), { seconds: 1 })
  const refused = await send(app, clip, { detection_type: 'image' })
  t.equal(refused.status, 400)
  t.match(await refused.json(), { code: 'UNSUPPORTED_DETECTION_TYPE' })
  t.same(await leftovers(app), nothing)
})

t.test('a video process that dies is replaced, and its successor goes on behind what is settled', async (t) => {
  const app = await startApp(t)
  const clip = await makeClip(join(app.dir, 'clip.mp4'), { seconds: 24, frameRate: 3 })
  const listener = await listen(app)
  await send(app, clip)
  await listener.until('detection_progress', ({ data }) => (data.position ?? 0) > 9)
  const [pid] = app.parts.videos.pids
  if (pid === undefined) throw new Error('no process')
  process.kill(pid, 'SIGKILL')
  const { data } = await listener.until('detection_complete')
  t.equal(data.status, 'success')
  t.equal(data.results.total_detections, 2, 'each sign once, also those that were in sight when it died')
  const positions = listener.of('detection_progress').flatMap(({ data }) => data.position ?? [])
  const fallen = positions.findIndex((position, i) => i > 0 && position < (positions[i - 1] as number))
  t.ok(fallen > 0, 'it began again')
  t.ok((positions[fallen - 1] as number) - (positions[fallen] as number) <= 10, 'and did ten seconds again at most')
  const tracks = await get<RecordTracks>(app, `/api/detections/${data.record_id}/tracks`)
  for (const { boxes } of tracks.tracks) {
    const times = boxes.map(([time]) => time)
    t.same(
      times,
      [...new Set(times)].sort((a, b) => a - b),
      'no look counts twice',
    )
  }
})

t.test('a video at one place of which every process dies gives what was read before it', async (t) => {
  const app = await startApp(t)
  const clip = await makeClip(join(app.dir, 'clip.mp4'), { seconds: 24, frameRate: 3 })
  const listener = await listen(app)
  listener.socket.on('message', () => {
    const position = listener.of('detection_progress').at(-1)?.data.position ?? 0
    if (position > 9) for (const pid of app.parts.videos.pids) process.kill(pid, 'SIGKILL')
  })
  await send(app, clip)
  const { data } = await listener.until('detection_complete')
  t.equal(data.status, 'failed')
  t.match(data.message, /帧无法读取，其余部分的结果已保存/)
  t.same(data.results.detections.map(({ class_code }) => class_code).sort(), ['i12', 'pl60'])
  const record = await get<Record>(app, `/api/detections/${data.record_id}`)
  t.equal(record.failed_frames, data.failed_frames)
  const path = await download(app, record.result_video_url)
  await using drawn = await openVideo(path, 'drawn.mp4', limits)
  const drawnS = drawn.header.durationS ?? 0
  t.ok(drawnS > 7.5 && drawnS < 18, `the drawn video is of that part: ${drawnS} s`)
  const pictures = Math.round(drawnS * 3) + (data.failed_frames ?? 0)
  t.ok(Math.abs(pictures - 24 * 3) <= 2, `and what is missing is said: ${data.failed_frames} pictures`)
})
