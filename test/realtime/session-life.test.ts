import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import type { ServerMessage } from '../../src/contract/index.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { rawRequest, startApp } from '../helpers/app.ts'
import { Gate, listen, startOf, upload } from './strict-listener.ts'

/** The fields of each message of hzsystem_websocket.md, with the type of each. */
const ofDocument: Record<string, Record<string, string>> = {
  detection_start: {
    task_id: 'string',
    detection_type: 'string',
    file_name: 'string',
    file_size: 'number',
    estimated_time: 'number',
  },
  detection_progress: {
    task_id: 'string',
    progress: 'number',
    current_step: 'string',
    total_steps: 'number',
    current_step_index: 'number',
    elapsed_time: 'number',
    remaining_time: 'number',
  },
  detection_complete: {
    task_id: 'string',
    record_id: 'number',
    status: 'string',
    processing_time: 'number',
    'results.total_detections': 'number',
    'results.detections.0.class_name': 'string',
    'results.detections.0.confidence': 'number',
    'results.detections.0.bbox.0': 'number',
    'results.detections.0.bbox.3': 'number',
    'results.result_image_url': 'string',
  },
  detection_error: {
    task_id: 'string',
    error_code: 'string',
    error_message: 'string',
    'error_details.error_type': 'string',
    'error_details.stack_trace': 'null',
    retry_available: 'boolean',
  },
  system_notification: {
    notification_id: 'string',
    title: 'string',
    message: 'string',
    level: 'string',
    category: 'string',
    action_required: 'boolean',
    action_url: 'null',
    expires_at: 'string',
  },
  user_message_response: { request_id: 'string', status: 'string', message: 'string', 'data.task_id': 'string' },
  connection_established: {
    connection_id: 'string',
    user_id: 'number',
    server_time: 'string',
    'supported_features.0': 'string',
  },
  connection_closing: { reason: 'string', message: 'string', reconnect_after: 'number' },
  error: { error_code: 'number', error_type: 'string', message: 'string', details: 'object' },
}

function typeAt(data: unknown, path: string): string {
  let value = data
  for (const name of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[name]
  return value === null ? 'null' : typeof value
}

const zh = ['读取图像', '模型推理中', '绘制结果', '保存记录']
const en = ['Reading the image', 'Running the model', 'Drawing the result', 'Saving the record']

t.test('a whole session says what the document says, in its order', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const client = await listen(t, app, '?user_id=7')
  const english = await listen(t, app, '?user_id=7&lang=en')
  const filePath = await upload(app, '?user_id=7')
  const started = await client.command('start_detection', startOf(filePath), 'req_001')
  t.match(started, { request_id: 'req_001', status: 'success', message: '检测任务已启动' })
  const { data } = await client.until('detection_complete')
  t.match(started.data, { task_id: data.task_id })
  await english.until('detection_complete')
  const asked = { title: '系统维护通知', message: '今晚', expires_at: new Date(Date.now() + 60_000).toISOString() }
  await post(app, '/api/notifications', asked)
  await client.until('system_notification')
  client.say('nonsense')
  await client.until('error')

  const types = client.heard.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1])
  const task = types.filter((type) => type.startsWith('detection_'))
  t.same(task, ['detection_start', 'detection_progress', 'detection_complete'])
  t.equal(types[0], 'connection_established')
  const progress = client.of('detection_progress').map((message) => message.data)
  t.equal(progress.at(-1)?.progress, 100)
  t.ok(progress.every((each) => each.total_steps === 4 && each.current_step === zh[each.current_step_index - 1]))
  t.same([...new Set(progress.map((each) => each.current_step_index))], [1, 2, 3, 4])
  const inEnglish = english.of('detection_progress').map((message) => message.data)
  t.same([...new Set(inEnglish.map((each) => each.current_step))], en)

  await app.close()
  await client.closed
  for (const message of client.heard) requireFields(t, message, 7)
  t.same(
    Object.keys(ofDocument).filter((type) => !types.includes(type as never)),
    ['detection_error', 'connection_closing'],
  )
  t.equal(client.heard.at(-1)?.type, 'connection_closing')
})

t.test('a task without a result says what the document says of errors', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(new Gate().script) })
  const client = await listen(t, app, '?user_id=7')
  const english = await listen(t, app, '?user_id=7&lang=en')
  const task_id = await client.start(await upload(app, '?user_id=7'))
  await client.until('detection_start')
  await client.command('cancel_detection', { task_id })
  const error = await client.until('detection_error')
  t.match(error.data, { task_id, error_code: 'TASK_CANCELLED', error_message: '任务已取消' })
  t.match((await english.until('detection_error')).data, { error_message: 'The task was cancelled' })
  requireFields(t, error, 7)
})

t.test('the address may lack its last slash, and says who comes', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const greetingAt = async (path: string, headers = {}) => {
    const socket = new WebSocket(`ws://127.0.0.1:${app.port}${path}`, { headers })
    const [raw] = await once(socket, 'message')
    socket.close()
    return JSON.parse(String(raw))
  }
  for (const path of ['/ws/detection', '/ws/detection/', '/ws/detection/?token=&lang=xx&resume=']) {
    t.match(await greetingAt(path), { type: 'connection_established', user_id: null, data: { user_id: null } }, path)
  }
  const known = await greetingAt('/ws/detection?token=your_token&user_id=1', { authorization: 'Bearer anything' })
  t.match(known, { user_id: 1, data: { user_id: 1, recovered: false, language: 'zh-CN' } })
  t.match((await greetingAt('/ws/detection/?lang=en')).data, { language: 'en' })
  const refused = await greetingAt('/ws/detection/?user_id=zero')
  t.match(refused, { type: 'error', data: { error_type: 'INVALID_OPTION' } })
  t.match(await rawRequest(app, { path: '/ws/detection/' }), { status: 426 }, 'without an upgrade')
})

t.test('the greeting tells the limits in force', async (t) => {
  const env = {
    HEARTBEAT_INTERVAL_S: '20',
    HEARTBEAT_TIMEOUT_S: '3.5',
    SLOW_READER_S: '4',
    MAX_CONNECTIONS_PER_USER: '2',
    MAX_UPLOAD_BYTES: '5000',
    MAX_IMAGE_PIXELS: '90000',
  }
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), env })
  const { greeting } = await listen(t, app)
  t.same(greeting.limits, {
    max_message_bytes: 65536,
    max_upload_bytes: 5000,
    max_image_pixels: 90000,
    max_connections: 2,
    malformed_messages_per_minute: 10,
    progress_per_second: 10,
    heartbeat_interval: 20,
    heartbeat_timeout: 3.5,
    slow_reader_bytes: 1048576,
    slow_reader_seconds: 4,
  })
  for (const feature of ['detection_progress', 'real_time_notification', 'file_upload_progress']) {
    t.ok(greeting.supported_features.includes(feature), feature)
  }
})

t.test('pages of other sites and other names of the host are refused at the upgrade', async (t) => {
  const env = { ALLOWED_ORIGINS: 'https://friend.example' }
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), env })
  const upgraded = new Set<Duplex>()
  app.app.server.on('upgrade', (_request, socket) => upgraded.add(socket))
  const statusOf = (headers: Record<string, string>) =>
    new Promise<number>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${app.port}/ws/detection/`, { headers })
      socket.on('error', () => {})
      socket.on('unexpected-response', (request, response) => {
        request.destroy()
        resolve(response.statusCode ?? 0)
      })
      socket.on('open', () => socket.close())
      socket.on('close', () => resolve(101))
    })
  const cases: Array<[Record<string, string>, number]> = [
    [{}, 101],
    [{ origin: `http://127.0.0.1:${app.port}` }, 101],
    [{ origin: 'https://friend.example' }, 101],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ host: 'evil.example' }, 403],
    [{ host: 'evil.example', origin: 'http://evil.example' }, 403],
  ]
  for (const [headers, status] of cases) t.equal(await statusOf(headers), status, JSON.stringify(headers))
  const left = [...upgraded].filter((socket) => !socket.destroyed)
  for (const socket of left) socket.destroy()
  // The guard answers before @fastify/websocket has marked the request as one whose socket it must end.
  t.equal(left.length, 0, 'a refused connection is ended')
})

t.test('an upload tells its uploader how far it has got', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const client = await listen(t, app, '?user_id=7')
  const watcher = await listen(t, app, '?user_id=8&scope=all')
  await upload(app, '?user_id=7')
  const last = await client.until('file_upload_progress', ({ data }) => data.progress === 100)
  t.match(last.data, { upload_id: /^up_/, file_name: '街道.jpg', received: last.data.total })
  const received = client.of('file_upload_progress').map(({ data }) => data.received)
  t.same(
    received,
    received.toSorted((a, b) => a - b),
  )
  await watcher.command('ping')
  t.same(watcher.of('file_upload_progress'), [])
})

t.test('everything is told to be over before the server is', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const clients = await Promise.all(Array.from({ length: 5 }, () => listen(t, app, '?lang=en')))
  await app.close()
  const closes = await Promise.all(clients.map(({ closed }) => closed))
  for (const close of closes) t.same(close, { code: 1001, reason: 'server_shutdown' })
  const farewells = clients.flatMap((client) => client.of('connection_closing').map(({ data }) => data))
  t.equal(farewells.length, 5)
  for (const { reason, message } of farewells)
    t.same([reason, message], ['server_shutdown', 'The server is shutting down'])
  t.ok(new Set(farewells.map((farewell) => farewell.reconnect_after)).size > 1)
})

function requireFields(t: Test, { type, data, user_id }: ServerMessage, userId: number): void {
  t.equal(user_id, type === 'system_notification' ? null : userId, `user_id of ${type}`)
  const fields = Object.entries(ofDocument[type] ?? {})
  const wrong = fields.filter(([path, fieldType]) => typeAt(data, path) !== fieldType)
  t.same(wrong, [], `fields of ${type}`)
}

async function post(app: { origin: string }, path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(app.origin + path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${path} answered ${response.status} ${await response.text()}`)
}
