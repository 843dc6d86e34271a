import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { listen, type RunningApp, startApp } from '../helpers/app.ts'
import { GatedAnalyzer, startCamera } from '../helpers/camera.ts'
import { eventually, filesIn } from '../helpers/leftovers.ts'
import { SpawnedServer } from '../server/spawn-server.ts'
import { upload } from './strict-listener.ts'

const taskOf = async (app: RunningApp, id: string) => app.parts.db.task.findUniqueOrThrow({ where: { id } })

async function startOf(t: Parameters<typeof startApp>[0], env: Record<string, string> = {}) {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), env })
  return { app, client: await listen(app) }
}

t.test('a cancelled session ends at once with TASK_CANCELLED, and nothing is kept', async (t) => {
  const analyzer = new GatedAnalyzer()
  const app = await startApp(t, { analyzer })
  const client = await listen(app)
  const camera = await startCamera(client)
  camera.send()
  await analyzer.untilSeen(1)
  t.match(await client.command('cancel_detection', { task_id: camera.taskId }), { status: 'success' })
  t.match((await client.until('detection_error')).data, { task_id: camera.taskId, error_code: 'TASK_CANCELLED' })
  analyzer.release()
  await eventually(
    () => app.parts.live.size,
    (size) => size === 0,
  )
  t.same(await filesIn(app.config.mediaDir), [])
  t.equal(await app.parts.db.record.count(), 0)
  t.match(await client.command('stop_detection', { task_id: camera.taskId }), {
    data: { error_code: 'TASK_FINISHED', status: 'TASK_CANCELLED' },
  })
})

t.test('a session is stopped once, by its owner alone', async (t) => {
  const { app, client } = await startOf(t)
  const camera = await startCamera(client)
  for (let at = 0; at < 4; at++) await camera.look()
  const stranger = await listen(app, '?user_id=7')
  for (const command of ['stop_detection', 'resume_session']) {
    t.match(await stranger.command(command, { task_id: camera.taskId }), { data: { error_code: 'TASK_NOT_FOUND' } })
  }
  const other = await listen(app)
  const [first, second] = await Promise.all([
    client.command('stop_detection', { task_id: camera.taskId }),
    other.command('stop_detection', { task_id: camera.taskId }),
  ])
  t.match([first, second], [{ status: 'success' }, { status: 'success' }])
  t.same(first.data, second.data)
  t.match(await other.command('stop_detection', { task_id: camera.taskId }), { data: { error_code: 'TASK_FINISHED' } })
  t.match(await other.command('resume_session', { task_id: camera.taskId }), { data: { error_code: 'TASK_FINISHED' } })
  t.match(await taskOf(app, camera.taskId), { status: 'success', uploadId: null, fileName: 'camera' })
})

t.test('a session without a readable frame ends with NO_FRAMES, and nothing is kept', async (t) => {
  const { app, client } = await startOf(t)
  const camera = await startCamera(client)
  const answer = await client.command('stop_detection', { task_id: camera.taskId })
  t.match(answer, { status: 'error', data: { error_code: 'TASK_FINISHED', status: 'NO_FRAMES' } })
  t.match((await client.until('detection_error')).data, { error_code: 'NO_FRAMES', retry_available: false })
  t.equal(await app.parts.db.record.count(), 0)
})

t.test('a session to which no frame comes any more ends by itself, with its record', async (t) => {
  const { client } = await startOf(t, { REALTIME_IDLE_S: '0.3' })
  const camera = await startCamera(client)
  for (let at = 0; at < 4; at++) await camera.look()
  const { data } = await client.until('detection_complete')
  t.match(data, { task_id: camera.taskId, results: { total_detections: 1 } })
})

t.test('a session ends at the latest after the longest time, also while frames come', async (t) => {
  const { client } = await startOf(t, { REALTIME_MAX_S: '0.4' })
  const camera = await startCamera(client)
  const complete = client.until('detection_complete')
  const isOver = complete.then(() => true)
  while (!(await Promise.race([isOver, camera.look().then(() => false)])));
  t.match((await complete).data, { task_id: camera.taskId })
})

t.test('a session whose socket is lost goes on over the next one, also while the old one is open', async (t) => {
  const { app, client: first } = await startOf(t)
  const camera = await startCamera(first)
  for (let at = 0; at < 4; at++) await camera.look()
  await first.leave()
  const second = await listen(app)
  const resumed = await second.command('resume_session', { task_id: camera.taskId })
  t.match(resumed, { status: 'success', data: { task_id: camera.taskId, realtime: camera.terms } })
  const overSecond = camera.over(second)
  t.match(await overSecond.look(), { frames_done: 5, detections: [{ track_id: 1 }] })

  const third = await listen(app)
  await third.command('resume_session', { task_id: camera.taskId })
  t.match(await overSecond.over(third).look(), { frames_done: 6 })
  overSecond.send()
  t.match((await second.until('error')).data, { error_code: 1003 }, 'the former one streams no more')
  await third.command('stop_detection', { task_id: camera.taskId })
  t.match((await third.until('detection_complete')).data, { results: { total_detections: 1 } })
})

t.test('a session whose socket does not come back is settled with what was seen', async (t) => {
  const { app, client } = await startOf(t, { REALTIME_RESUME_S: '0.2' })
  const watcher = await listen(app)
  const camera = await startCamera(client)
  for (let at = 0; at < 4; at++) await camera.look()
  client.socket.terminate()
  t.match((await watcher.until('detection_complete')).data, { results: { total_detections: 1 } })
  t.match(await watcher.command('resume_session', { task_id: camera.taskId }), {
    data: { error_code: 'TASK_FINISHED' },
  })
})

t.test('a stopping server settles its sessions, and tells so', async (t) => {
  const { app, client } = await startOf(t)
  const camera = await startCamera(client)
  for (let at = 0; at < 4; at++) await camera.look()
  const heard = client.until('detection_complete')
  await app.close()
  t.match((await heard).data, { task_id: camera.taskId, results: { total_detections: 1 } })
})

t.test('a session that ran when the server was killed is lost at the next start, and nothing else is', async (t) => {
  const dir = t.testdir()
  const first = await new SpawnedServer(t, dir).ready()
  const client = await listen(first)
  const camera = await startCamera(client)
  first.process.kill('SIGKILL')
  await first.ended
  // What a session has drawn and not published.
  writeFileSync(join(dir, 'media', '.drafts', 'crop'), 'crop')
  const app = await startApp(t, { dir, analyzer: new ScriptedAnalyzer() })
  t.match(await taskOf(app, camera.taskId), { status: 'failed', errorCode: 'SESSION_LOST', attempt: 1 })
  const { data } = await (await listen(app)).command('get_status', { task_id: camera.taskId })
  t.match(data, { tasks: [{ status: 'failed', error_code: 'SESSION_LOST', retry_available: false }] })
  t.same(await filesIn(app.config.mediaDir), [])
  t.equal(app.parts.queue.waiting, 0)
})

t.test('a user has so many sessions at a time and a server so many, and a stopped one makes room', async (t) => {
  const env = { REALTIME_SESSIONS: '3', REALTIME_SESSIONS_PER_USER: '2' }
  const { app, client } = await startOf(t, env)
  const start = (listener: typeof client) => listener.command('start_detection', { detection_type: 'realtime' })
  const answers = await Promise.all([start(client), start(client), start(client)])
  t.same(answers.map(({ status }) => status).sort(), ['error', 'success', 'success'])
  t.match(answers[2]?.data, { error_code: 'SESSION_LIMIT', limit: 2 })
  const other = await listen(app, '?user_id=7')
  t.match(await start(other), { status: 'success' })
  t.match(await start(await listen(app, '?user_id=8')), { data: { error_code: 'SESSION_LIMIT', limit: 3 } })
  const task_id = (answers[0]?.data as { task_id?: string } | undefined)?.task_id
  await client.command('cancel_detection', { task_id })
  t.match(await start(client), { status: 'success' })
})

t.test('a live session does not hold up tasks, nor they it', async (t) => {
  const { app, client } = await startOf(t)
  const camera = await startCamera(client)
  const path = await upload(app)
  const { data } = await client.command('start_detection', { file_path: path, detection_type: 'image' })
  const { task_id } = data as { task_id: string }
  for (let at = 0; at < 4; at++) await camera.look()
  await client.until('detection_complete', (message) => message.data.task_id === task_id)
  const unfinished = (await client.command('get_status')).data
  t.match(unfinished, { tasks: [{ task_id: camera.taskId, detection_type: 'realtime', status: 'processing' }] })
})

t.test('over REST a session is watched until it is over, by the names of its own steps', async (t) => {
  const { app, client } = await startOf(t)
  const camera = await startCamera(client)
  for (let at = 0; at < 4; at++) await camera.look()
  const task = async () => (await fetch(`${app.origin}/api/tasks/${camera.taskId}`)).json()
  const watched = {
    status: 'processing',
    progress: 0,
    current_step: '实时检测中',
    current_step_index: 1,
    total_steps: 2,
  }
  const during = (await task()) as { elapsed_time: number }
  t.match(during, watched)
  t.ok(during.elapsed_time > 0)
  await camera.stop()
  t.match(await task(), { status: 'success', progress: 100, current_step: '保存记录', current_step_index: 2 })
})
