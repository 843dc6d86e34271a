import t from 'tap'
import type { DetectionProgress, Record as RecordView } from '../../src/contract/index.ts'
import { ScriptedAnalyzer, stopSign } from '../helpers/analyzers.ts'
import { listen, startApp } from '../helpers/app.ts'
import { frameOf, GatedAnalyzer, startCamera, street } from '../helpers/camera.ts'
import { filesIn } from '../helpers/leftovers.ts'
import { listen as listenStrictly } from './strict-listener.ts'

t.test('frames are answered with their signs, and the session ends with a record of each sign once', async (t) => {
  const app = await startApp(t)
  const client = await listen(app)
  const camera = await startCamera(client, { confidence_threshold: 0.4 })
  t.match(camera.terms, { frame_header: 'HZF1', max_frame_bytes: 2097152, idle_seconds: 30, resume_seconds: 20 })
  const begun = await client.until('detection_start')
  t.match(begun.data, { task_id: camera.taskId, detection_type: 'realtime', file_name: 'camera', file_size: 0 })

  const frame = await street()
  const capturedAt = Date.now()
  const answers: DetectionProgress[] = []
  for (let at = 0; at < 4; at++) answers.push(await camera.look(frame, capturedAt + at * 100))
  const last = answers.at(-1)
  t.match(last, { progress: 0, frames_done: 4, dropped_frames: 0, captured_at: capturedAt + 300 })
  t.match(last, { frame_width: 640, frame_height: 480, latency: Number, processing_latency: Number, fps: Number })
  const codes = last?.detections?.map(({ class_code }) => class_code) ?? []
  t.same(codes.sort(), ['i12', 'pl60'])
  const fresh = answers.flatMap(({ new_detections = [] }) => new_detections)
  t.same(fresh.map(({ class_code }) => class_code).sort(), ['i12', 'pl60'], 'each is new once')
  const ids = (answer?: DetectionProgress) => answer?.detections?.map(({ track_id }) => track_id).sort()
  t.same(ids(last), fresh.map(({ track }) => track?.track_id).sort(), 'under the number that it keeps')

  const recordId = await camera.stop()
  const { data } = await client.until('detection_complete')
  t.equal((await client.until('detection_progress', (message) => message.data.progress === 100)).data.frames_done, 4)
  t.match(data, { record_id: recordId, status: 'success', results: { total_detections: 2, width: 640, height: 480 } })
  const record = (await (await fetch(`${app.origin}/api/detections/${recordId}`)).json()) as RecordView
  t.match(record, { detection_type: 'realtime', file_name: 'camera', duration: 0.3, source_image_url: null })
  const shown = [
    record.result_image_url,
    record.thumbnail_url,
    ...data.results.detections.map((d) => d.track?.crop_url),
  ]
  for (const url of shown) t.equal((await fetch(`${app.origin}${url}`)).status, 200, url ?? 'none')
  const tracks = await app.parts.db.signTrack.findMany({ where: { recordId } })
  t.same(
    tracks.map(({ boxes }) => (boxes as unknown[]).length >= 3),
    [true, true],
  )
  const signs = await app.parts.db.sign.findMany({ where: { recordId } })
  t.same(signs.map(({ trackId }) => trackId).sort(), tracks.map(({ trackId }) => trackId).sort())

  await fetch(`${app.origin}/api/detections/${recordId}`, { method: 'DELETE' })
  t.same(await filesIn(app.config.mediaDir), [], 'and nothing is left of a deleted one')
})

t.test('a session begins without a path, and with an empty one', async (t) => {
  const client = await listen(await startApp(t, { analyzer: new ScriptedAnalyzer() }))
  for (const path of [{}, { file_path: '' }]) {
    const answer = await client.command('start_detection', { detection_type: 'realtime', ...path })
    t.match(answer, { status: 'success', data: { realtime: { frame_header: 'HZF1' } } })
  }
})

t.test('an answer says how long ago its frame was taken, and how long ago it arrived', async (t) => {
  const client = await listen(await startApp(t, { analyzer: new ScriptedAnalyzer() }))
  const camera = await startCamera(client)
  const { latency = -1, processing_latency = -1 } = await camera.look(undefined, Date.now() - 500)
  t.ok(latency >= 0.5 && latency < 5, `${latency} s`)
  t.ok(processing_latency >= 0 && processing_latency <= latency, `${processing_latency} s of ${latency}`)
})

t.test('the latest frame wins: while one is at work, one waits, and those before it are dropped', async (t) => {
  const analyzer = new GatedAnalyzer()
  const client = await listen(await startApp(t, { analyzer }))
  const camera = await startCamera(client)
  const first = camera.send(Buffer.from('first'))
  await analyzer.untilSeen(1)
  for (const name of ['second', 'third', 'fourth']) camera.send(Buffer.from(name))
  const last = camera.send(Buffer.from('last'))
  await client.command('ping')
  analyzer.release()
  analyzer.untilSeen(2).then(() => analyzer.release())
  t.match(await camera.answerTo(last), { dropped_frames: 3, frames_done: 2 })
  t.same(analyzer.seen.map(String), ['first', 'last'])
  const answered = client.of('detection_progress').map(({ data }) => data.frame_id)
  t.same(answered, [first, last])
})

t.test('other sockets hear of a session now and then, without boxes; each new sign once', async (t) => {
  const analyzer = new ScriptedAnalyzer()
  const app = await startApp(t, { analyzer })
  const other = await listenStrictly(t, app)
  const everybody = await listenStrictly(t, app, '?scope=all')
  const client = await listen(app)
  const camera = await startCamera(client)
  for (let at = 0; at < 30; at++) await camera.look()
  await camera.stop()
  for (const watcher of [other, everybody]) {
    await watcher.until('detection_complete')
    const heard = watcher.of('detection_progress').map(({ data }) => data)
    t.ok(heard.length >= 2 && heard.length < 30, `${heard.length} messages for 30 frames`)
    t.ok(heard.every(({ detections, frame_id }) => detections === undefined && frame_id === undefined))
    t.equal(heard.flatMap(({ new_detections = [] }) => new_detections).length, 1)
    t.equal(heard.at(-1)?.progress, 100)
  }
  const answers = client.of('detection_progress').map(({ data }) => data)
  t.equal(answers.length, 31, 'who streams hears of each frame, and of the end')
  t.equal(answers.flatMap(({ new_detections = [] }) => new_detections).length, 1)
})

t.test('frames that change their size are followed, and the record is of the first one’s', async (t) => {
  const analyzer = new ScriptedAnalyzer()
  const client = await listen(await startApp(t, { analyzer }))
  const camera = await startCamera(client)
  for (let at = 0; at < 3; at++) await camera.look()
  analyzer.seeFrame = async () => frameOf([{ ...stopSign, confidence: 0.99, bbox: [20, 20, 60, 60] }], 128, 96)
  for (let at = 0; at < 3; at++) await camera.look()
  const { detections, frame_width } = await camera.look()
  t.equal(frame_width, 128)
  t.same(
    detections?.map(({ bbox, track_id }) => [track_id, bbox]),
    [[1, [20, 20, 60, 60]]],
  )
  await camera.stop()
  const { results } = (await client.until('detection_complete')).data
  t.match(results, { width: 64, height: 48, detections: [{ bbox: [10, 10, 30, 30] }] })
})

t.test('a session without save_result keeps no picture', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const client = await listen(app)
  const camera = await startCamera(client, { save_result: false })
  for (let at = 0; at < 5; at++) await camera.look()
  await camera.stop()
  const { results } = (await client.until('detection_complete')).data
  t.match(results, { result_image_url: null, thumbnail_url: null, detections: [{ track: { crop_url: null } }] })
  t.same(await filesIn(app.config.mediaDir), [])
})

t.test('one socket may have two sessions, which do not hear each other', async (t) => {
  const client = await listen(await startApp(t, { analyzer: new ScriptedAnalyzer() }))
  const cameras = [await startCamera(client), await startCamera(client)]
  for (const camera of cameras) {
    camera.send()
    const { data } = await client.until('detection_progress', ({ data }) => data.task_id === camera.taskId)
    t.match(data, { frame_id: 1, frames_done: 1 })
  }
  for (const camera of cameras) t.ok((await camera.stop()) > 0)
})

t.test('the same request starts one session, also over another socket', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const first = await listen(app)
  const second = await listen(app)
  const start = (client: typeof first) => client.command('start_detection', { detection_type: 'realtime' }, 'once')
  t.same((await start(second)).data, (await start(first)).data)
  t.equal(app.parts.live.size, 1)
})
