import type { Socket } from 'node:net'
import t from 'tap'
import type { WebSocket } from 'ws'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { startApp } from '../helpers/app.ts'
import { listen } from './strict-listener.ts'

const command = (data: object) => JSON.stringify({ type: 'user_message', data })

const malformed: Array<[string, string, RegExp]> = [
  ['nonsense', '', /JSON/],
  ['', '', /JSON/],
  ['{"type":"user_message"', '', /JSON/],
  ['5', 'body', /object/],
  ['[]', 'body', /object/],
  ['null', 'body', /object/],
  ['"ping"', 'body', /object/],
  ['{}', 'type', /required/],
  ['{"type":"user_message"}', 'data', /required/],
  ['{"type":"hello","data":{"message_type":"ping"}}', 'type', /user_message/],
  ['{"type":"user_message","data":[]}', 'data', /object/],
  ['{"type":"user_message","data":{}}', 'data.message_type', /required/],
  [command({ message_type: 'reboot' }), 'data.message_type', /start_detection.*ping/],
  [command({ message_type: 'constructor' }), 'data.message_type', /start_detection/],
  [command({ message_type: '__proto__' }), 'data.message_type', /start_detection/],
  [command({ message_type: 'ping', payload: 'text' }), 'data.payload', /object/],
  [command({ message_type: 'ping', payload: null }), 'data.payload', /object/],
  [command({ message_type: 'ping', request_id: 5 }), 'data.request_id', /string/],
  [command({ message_type: 'ping', request_id: '' }), 'data.request_id', /1/],
  [command({ message_type: 'ping', request_id: 'x'.repeat(101) }), 'data.request_id', /100/],
  ['['.repeat(1000) + ']'.repeat(1000), 'body', /object/],
  ['['.repeat(30_000) + ']'.repeat(30_000), 'body', /object/],
  ['{"__proto__":{"type":"user_message","data":{"message_type":"ping"}}}', 'type', /required/],
  ['{"type":"user_message","__proto__":{"data":{}}}', 'data', /required/],
  ['"\\ud800"', 'body', /object/],
]

t.test(
  'a malformed message gets one error that says where and what was expected, and the socket works on',
  async (t) => {
    const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), env: { MAX_CONNECTIONS_PER_USER: '0' } })
    for (const [text, path, expected] of malformed) {
      const name = text.slice(0, 60)
      const client = await listen(t, app, '?lang=en')
      client.say(text)
      t.match(await client.command('ping'), { status: 'success' }, name)
      const errors = client.of('error').map(({ data }) => data)
      t.equal(errors.length, 1, name)
      t.match(errors[0], { error_code: 1002, error_type: 'PROTOCOL_ERROR', details: { path, expected } }, name)
      client.socket.terminate()
    }
  },
)

t.test('odd but well-formed messages are commands like any other', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const client = await listen(t, app)
  const answersTo = async (text: string, requestId: string) => {
    client.say(text)
    return (await client.until('user_message_response', ({ data }) => data.request_id === requestId)).data
  }
  const unknownFields = { message_type: 'ping', request_id: 'a', later: 1, payload: { deep: '['.repeat(100) } }
  t.match(await answersTo(command(unknownFields), 'a'), { status: 'success' })
  const surrogate = '{"type":"user_message","data":{"message_type":"ping","request_id":"\\ud800"}}'
  t.match(await answersTo(surrogate, '\ud800'), { status: 'success' })
  const proto =
    '{"type":"user_message","data":{"message_type":"get_status","request_id":"c","payload":{"__proto__":{"a":1}}}}'
  t.match(await answersTo(proto, 'c'), { status: 'error', data: { error_code: 'INVALID_OPTION' } })
  t.equal(({} as { a?: number }).a, undefined)
  t.match(await answersTo(command({ message_type: 'ping', request_id: '__proto__' }), '__proto__'), {
    status: 'success',
  })
  const nul = await client.command('start_detection', { file_path: '\0', detection_type: 'image' }, '\0\ud800')
  t.match(nul.data, { error_code: 'FILE_NOT_FOUND' })
})

t.test('the tenth malformed message in a minute closes the socket', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const client = await listen(t, app)
  for (let at = 0; at < 9; at++) client.say('nonsense')
  t.match(await client.command('ping'), { status: 'success' })
  for (let at = 0; at < 5; at++) client.say('nonsense')
  client.say(command({ message_type: 'ping', request_id: 'late' }))
  t.match(await client.closed, { code: 1002, reason: /10 malformed/ })
  t.equal(client.of('error').length, 10)
  t.same(
    client.of('user_message_response').filter(({ data }) => data.request_id === 'late'),
    [],
  )
})

t.test('a binary frame is answered 1003, and the socket works on', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const client = await listen(t, app)
  client.socket.send(Buffer.from(command({ message_type: 'ping' })))
  t.match(await client.command('ping'), { status: 'success' })
  t.match(
    client.of('error').map(({ data }) => data),
    [{ error_code: 1003, error_type: 'UNSUPPORTED_DATA' }],
  )
  t.equal(client.of('user_message_response').length, 1)
})

t.test('a frame over 64 KiB closes the socket with 1009, one of 64 KiB does not', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const client = await listen(t, app)
  const empty = command({ message_type: 'ping', request_id: 'big', payload: { pad: '' } })
  client.say(empty.replace('"pad":""', `"pad":"${'x'.repeat(65536 - empty.length)}"`))
  await client.until('user_message_response')
  client.say('x'.repeat(65 * 1024))
  t.equal((await client.closed).code, 1009)
  const second = await listen(t, app)
  for (let at = 0; at < 20; at++) second.say('x'.repeat(1024 * 1024))
  t.ok([1006, 1009].includes((await second.closed).code), 'also while more is on its way')
})

t.test('what breaks the WebSocket protocol itself ends that socket alone', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const client = await listen(t, app)
  for (const bytes of ['c180', '8100', 'f180', '810161', '8380', '0080']) {
    const broken = await listen(t, app)
    const { _socket } = broken.socket as WebSocket & { _socket: Socket }
    _socket.write(Buffer.from(bytes.padEnd(20, '0'), 'hex'))
    await broken.closed
  }
  t.match(await client.command('ping'), { status: 'success' })
})

t.test('a bug of ours is told as 1011 with the id it has in the log, and without a stack', async (t) => {
  for (const exposed of [false, true]) {
    const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), env: { EXPOSE_STACK: String(exposed) } })
    const client = await listen(t, app, '?lang=en')
    const { tasks } = app.parts
    const original = tasks.unfinished
    tasks.unfinished = async () => {
      throw new Error('secret of the server')
    }
    client.say(command({ message_type: 'get_status', request_id: 'a' }))
    const { data } = await client.until('error')
    t.match(data, { error_code: 1011, error_type: 'INTERNAL', details: { log_id: /^log_/ } })
    t.ok(data.message.includes((data.details as { log_id: string }).log_id))
    t.equal(JSON.stringify(data).includes('secret'), exposed)
    tasks.unfinished = original
    t.match(await client.command('get_status', {}, 'a'), { status: 'success' }, 'and may be tried again')
  }
})
