// Uploads a picture and prints every message of the socket until its result is there.
// Usage: node examples/watch.mjs PICTURE [http://localhost:8000] [TOKEN]
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import WebSocket from 'ws'

const [path, origin = 'http://localhost:8000', token] = process.argv.slice(2)
if (path === undefined) {
  console.error('Usage: node examples/watch.mjs PICTURE [ORIGIN] [TOKEN]')
  process.exit(1)
}
const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }

const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}/ws/detection/`, { headers })
socket.on('message', async (raw) => {
  const message = JSON.parse(raw)
  console.log(`← ${JSON.stringify(message)}\n`)
  if (message.type === 'connection_established') send('start_detection', await upload())
  if (message.type === 'detection_complete' || message.type === 'detection_error') socket.close()
})

async function upload() {
  const form = new FormData()
  form.append('file', new Blob([await readFile(path)]), basename(path))
  const response = await fetch(`${origin}/api/uploads`, { method: 'POST', body: form, headers })
  const answer = await response.json()
  console.log(`  POST /api/uploads → ${response.status} ${JSON.stringify(answer)}\n`)
  if (!response.ok) process.exit(1)
  return {
    file_path: answer.file_path,
    detection_type: 'image',
    options: { confidence_threshold: 0.5, save_result: true },
  }
}

/** The same request_id within ten minutes would get the earlier answer and start nothing: that is for sending again after a drop. */
function send(message_type, payload) {
  const message = { type: 'user_message', data: { message_type, request_id: `req_${crypto.randomUUID()}`, payload } }
  console.log(`→ ${JSON.stringify(message)}\n`)
  socket.send(JSON.stringify(message))
}
