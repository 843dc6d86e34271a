// Uploads pictures and tells what becomes of them, by the client of this package: a lost connection costs nothing.
// Usage: node examples/watch-client.mjs [--origin http://localhost:8000] [--token TOKEN] PICTURE…
import { openAsBlob } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { HzClient, HzError } from 'hzsystem/client'

const { values, positionals: paths } = parseArgs({
  allowPositionals: true,
  options: { origin: { type: 'string', default: 'http://localhost:8000' }, token: { type: 'string' } },
})
if (paths.length === 0) {
  console.error('Usage: node examples/watch-client.mjs [--origin ORIGIN] [--token TOKEN] PICTURE…')
  process.exit(1)
}

const client = new HzClient({ ...values, language: 'en' })
const { socket } = client
/** Results may be there before the upload is answered. */
const ended = new Set()
let wanted = null

socket.on('state', ({ kind }) => console.log(`  ${kind}`))
socket.on('detection_progress', ({ data }) => console.log(`${data.task_id} ${data.progress} % ${data.current_step}`))
socket.on('detection_complete', ({ data }) => {
  const signs = data.results.detections.map(({ class_name_en, confidence }) => `${class_name_en} ${confidence}`)
  end(data.task_id, signs.join(', ') || 'no signs')
})
socket.on('detection_error', ({ data }) => end(data.task_id, data.error_message))

try {
  socket.connect()
  await socket.whenConnected()
  const files = await Promise.all(paths.map(async (path) => ({ name: basename(path), blob: await openAsBlob(path) })))
  const { tasks } = await client.upload(files)
  for (const { task_id, file_name } of tasks) console.log(`${task_id} is ${file_name}`)
  wanted = tasks.map(({ task_id }) => task_id)
  closeIfDone()
} catch (err) {
  if (!(err instanceof HzError)) throw err
  console.error(`${err.code}: ${err.en}`)
  for (const { field, expected } of err.fields) console.error(`  ${field}: ${expected}`)
  process.exitCode = 1
  client.close()
}

function end(taskId, text) {
  console.log(`${taskId} ${text}`)
  ended.add(taskId)
  closeIfDone()
}

function closeIfDone() {
  if (wanted?.every((taskId) => ended.has(taskId))) client.close()
}
