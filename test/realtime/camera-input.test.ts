import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import sharp from 'sharp'
import t from 'tap'
import { frameMessage } from '../../src/client/frame-message.ts'
import { AppError } from '../../src/errors.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { listen, startApp } from '../helpers/app.ts'
import { GatedAnalyzer, startCamera, street } from '../helpers/camera.ts'
import { eventually, filesIn } from '../helpers/leftovers.ts'

const mark = { frameId: 1, capturedAt: Date.now() }

t.test(
  'a binary message that is no frame of this socket’s session is answered 1003, and the socket works on',
  async (t) => {
    const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
    const stranger = await listen(app, '?user_id=7')
    const theirs = await startCamera(stranger)
    const client = await listen(app, '?lang=en')
    const camera = await startCamera(client)
    const { session } = camera.terms
    const frame = Buffer.from(frameMessage(session, mark, Buffer.from('picture')))
    const wrong: Array<[string, Uint8Array]> = [
      ['empty', Buffer.alloc(0)],
      ['a header that is cut', frame.subarray(0, 19)],
      ['a header alone', frame.subarray(0, 20)],
      ['another format', Buffer.concat([Buffer.from('HZF2'), frame.subarray(4)])],
      ['a time that is none', Buffer.from(frameMessage(session, { frameId: 1, capturedAt: Number.NaN }, frame))],
      ['no session', Buffer.from(frameMessage((session % 0xffffffff) + 1, mark, frame))],
      ['another user’s session', Buffer.from(frameMessage(theirs.terms.session, mark, frame))],
    ]
    for (const [name, message] of wrong) {
      const before = client.of('error').length
      client.socket.send(message)
      t.match(await client.command('ping'), { status: 'success' }, name)
      t.match(
        client.of('error').slice(before),
        [{ data: { error_code: 1003, error_type: 'UNSUPPORTED_DATA', message: /no frame/ } }],
        name,
      )
    }
    t.match(await camera.look(), { frames_done: 1 }, 'and the session goes on')
    t.match(await theirs.look(), { frames_done: 1 })
  },
)

t.test('ten of them in a minute close the socket with 1002, and the session may be resumed', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const client = await listen(app)
  const camera = await startCamera(client)
  await camera.look()
  for (let at = 0; at < 10; at++) client.socket.send(Buffer.from('nonsense'))
  t.equal((await client.closed).code, 1002)
  const next = await listen(app)
  t.match(await next.command('resume_session', { task_id: camera.taskId }), { status: 'success' })
})

t.test(
  'a frame before the start or after the end is answered 1003; what was on its way at the end is not counted',
  async (t) => {
    const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
    const client = await listen(app)
    client.socket.send(frameMessage(5, mark, await street()))
    t.match((await client.until('error')).data, { error_code: 1003, error_type: 'UNSUPPORTED_DATA' })
    const camera = await startCamera(client)
    await camera.look()
    await camera.stop()
    const large = Buffer.alloc(100_000)
    for (let at = 0; at < 20; at++) camera.send(large)
    t.match(await client.command('ping'), { status: 'success' })
    t.equal(client.of('error').length, 2, 'it is said once')
    // Nine, with the one before the start.
    for (let at = 0; at < 8; at++) client.socket.send(Buffer.from('nonsense'))
    t.match(await client.command('ping'), { status: 'success' }, 'and is not among the ten in a minute')
    client.socket.send(Buffer.from('nonsense'))
    t.equal((await client.closed).code, 1002)
  },
)

t.test(
  'a frame over 2 MiB closes its socket with 1009, as large messages do on a socket without a session',
  async (t) => {
    const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
    const client = await listen(app)
    const camera = await startCamera(client)
    t.match(await camera.look(Buffer.alloc(2 * 1024 * 1024)), { frames_done: 1 }, '2 MiB are taken')
    camera.send(Buffer.alloc(2 * 1024 * 1024 + 1))
    t.equal((await client.closed).code, 1009)
    const next = await listen(app)
    t.match(await next.command('resume_session', { task_id: camera.taskId }), { status: 'success' })
    next.say('x'.repeat(65 * 1024))
    t.equal((await next.closed).code, 1009, 'text may not be so long, session or not')
    const idle = await listen(app)
    idle.socket.send(Buffer.alloc(65 * 1024))
    t.equal((await idle.closed).code, 1009)
  },
)

t.test('what is no picture, is damaged, or has too many pixels costs that frame alone', async (t) => {
  const app = await startApp(t)
  const client = await listen(app, '?lang=en')
  const camera = await startCamera(client)
  const picture = await street()
  const png = await sharp(picture).resize(64).png().toBuffer()
  const unreadable: Array<[string, Buffer]> = [
    ['text', Buffer.from('not a picture')],
    ['another kind of picture', png],
    ['the first half of one', picture.subarray(0, picture.length / 2)],
    ['a kind alone', Buffer.from('ffd8ff', 'hex')],
  ]
  for (const [name, bytes] of unreadable) {
    const refusal = await camera.refusalOf(camera.send(bytes))
    t.match(refusal, { error_code: 1003, error_type: 'FRAME_UNREADABLE', message: /JPEG or WebP/ }, name)
    t.match(refusal.details, { task_id: camera.taskId })
  }
  for (const [name, bytes] of [['a bomb', bomb(picture)]] as const) {
    const refusal = await camera.refusalOf(camera.send(bytes))
    t.match(refusal, { error_code: 1003, error_type: 'FRAME_TOO_LARGE', message: /16000×16000/ }, name)
  }
  t.match(await camera.look(await sharp(picture).webp().toBuffer()), { frames_done: 1, frame_width: 640 })
  t.equal(app.parts.analyzer.restarts, 0)
  await client.command('cancel_detection', { task_id: camera.taskId })
  t.same(await filesIn(app.config.mediaDir), [])
})

t.test('a detector that crashes costs the frame that it was at, and says so', async (t) => {
  const analyzer = new GatedAnalyzer()
  const client = await listen(await startApp(t, { analyzer }))
  const camera = await startCamera(client)
  const first = camera.send()
  await analyzer.untilSeen(1)
  analyzer.release(new AppError('MODEL_ERROR'))
  t.match(await camera.refusalOf(first), { error_code: 1011, error_type: 'MODEL_ERROR' })
  const second = camera.send()
  await analyzer.untilSeen(2)
  analyzer.release()
  t.match(await camera.answerTo(second), { frames_done: 1, dropped_frames: 0 })
})

t.test('whoever sends 200 frames a second gets the newest answered, and nobody else is held up', async (t) => {
  const analyzer = new GatedAnalyzer()
  const app = await startApp(t, { analyzer })
  const client = await listen(app)
  const other = await listen(app)
  const camera = await startCamera(client)
  const picture = Buffer.alloc(100_000, 1)
  const first = camera.send(picture)
  await analyzer.untilSeen(1)
  const before = heldBytes()
  let last = first
  for (let burst = 0; burst < 20; burst++) {
    for (let at = 0; at < 50; at++) last = camera.send(picture)
    t.match(await other.command('ping'), { status: 'success' })
  }
  await client.command('ping')
  // A collector gives buffers back beside everything else, so that they are gone soon and not at once.
  await eventually(
    () => heldBytes() - before,
    (grown) => grown < 10_000_000,
  )
  analyzer.release()
  await analyzer.untilSeen(2)
  analyzer.release()
  t.match(await camera.answerTo(last), { dropped_frames: 999, frames_done: 2 })
})

/** Of buffers that are still needed. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().arrayBuffers
}

/** A JPEG whose header claims 16,000 × 16,000 pixels. */
function bomb(picture: Buffer): Buffer {
  const bytes = Buffer.from(picture)
  const frameHeader = bytes.indexOf(Buffer.from([0xff, 0xc0]))
  const at = frameHeader < 0 ? bytes.indexOf(Buffer.from([0xff, 0xc2])) : frameHeader
  bytes.writeUInt16BE(16_000, at + 5)
  bytes.writeUInt16BE(16_000, at + 7)
  return bytes
}
