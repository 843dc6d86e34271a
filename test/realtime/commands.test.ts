import t from 'tap'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { startApp } from '../helpers/app.ts'
import { Gate, listen, startOf, upload } from './strict-listener.ts'

t.test('every command is answered once, in the order of the commands', async (t) => {
  const gate = new Gate()
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(gate.script) })
  const client = await listen(t, app, '?user_id=7&lang=en')
  const filePath = await upload(app, '?user_id=7')
  const taskId = await client.start(filePath, { confidence_threshold: 0.25, save_result: false }, 'start')
  await gate.untilArrived(1)
  const names = [
    'get_status',
    'ping',
    'start_detection',
    'get_status',
    'nonsense',
    'cancel_detection',
    'ping',
    'get_status',
  ]
  const payloads: Record<string, object> = { start_detection: startOf(filePath), cancel_detection: { task_id: taskId } }
  names.forEach((message_type, at) => {
    const data = { message_type, request_id: `req_${at}`, payload: payloads[message_type] ?? {} }
    client.say({ type: 'user_message', data })
  })
  await client.until('user_message_response', ({ data }) => data.request_id === 'req_7')
  const answers = client.of('user_message_response').map(({ data }) => data)
  const ids = answers.map(({ request_id }) => request_id)
  t.same(ids, ['start', 'req_0', 'req_1', 'req_2', 'req_3', 'req_5', 'req_6', 'req_7'])
  t.ok(answers.every(({ status }) => status === 'success'))
  const [started, before, pong, , two, cancelled, , after] = answers
  t.same(started?.data, { task_id: taskId })
  const options = { confidence_threshold: 0.25, save_result: false, mode: 'accurate' }
  const running = { task_id: taskId, status: 'processing', progress: 20, current_step: 'Running the model', options }
  t.match(before?.data, { tasks: [running] })
  t.match(pong?.data, { pong: true, server_time: /Z$/ })
  t.match(two?.data, { tasks: [{ task_id: taskId }, { task_id: /^task_/ }] })
  t.same(cancelled?.data, { task_id: taskId })
  const left = (after?.data as { tasks: Array<{ task_id: string }> } | undefined)?.tasks.map(({ task_id }) => task_id)
  t.equal(left?.length, 1)
  t.not(left?.[0], taskId)

  t.match(await client.command('cancel_detection', { task_id: taskId }), { data: { error_code: 'TASK_FINISHED' } })
  const ended = await client.command('get_status', { task_id: taskId })
  t.match(ended.data, { tasks: [{ status: 'cancelled', error_code: 'TASK_CANCELLED' }] })
  t.match((await client.until('detection_error')).data, { task_id: taskId, error_code: 'TASK_CANCELLED' })
})

t.test('a cancelled task really stops, and nothing of it is kept', async (t) => {
  const gate = new Gate()
  let stopped = 0
  const analyzer = new ScriptedAnalyzer((job, signal) => {
    signal.addEventListener('abort', () => stopped++)
    return gate.script(job, signal)
  })
  const app = await startApp(t, { analyzer })
  const client = await listen(t, app)
  const task_id = await client.start(await upload(app))
  await gate.untilArrived(1)
  await client.command('cancel_detection', { task_id })
  gate.open()
  await client.until('detection_error')
  const next = await client.start(await upload(app))
  await client.until('detection_complete', ({ data }) => data.task_id === next)
  t.equal(stopped, 1)
  t.equal(await app.parts.db.record.count(), 1)
})

t.test('a request_id is echoed, or made where there is none, also without a payload', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const client = await listen(t, app)
  client.say({ type: 'user_message', data: { message_type: 'ping' } })
  const made = await client.until('user_message_response')
  t.match(made.data, { request_id: /^req_.+/, status: 'success', data: { pong: true } })
  t.match(await client.command('ping', {}, '请求-1'), { request_id: '请求-1' })
})

t.test('the same request gets the same answer and starts nothing twice', async (t) => {
  const gate = new Gate()
  const analyzer = () => new ScriptedAnalyzer(gate.script)
  const app = await startApp(t, { analyzer: analyzer() })
  const [client, tab] = [await listen(t, app, '?user_id=7'), await listen(t, app, '?user_id=7')]
  const other = await listen(t, app, '?user_id=8')
  const payload = startOf(await upload(app, '?user_id=7'))
  const [first, atOnce] = await Promise.all([
    client.command('start_detection', payload, 'req_1'),
    tab.command('start_detection', payload, 'req_1'),
  ])
  t.equal(first.status, 'success')
  t.same(atOnce, first, 'at once on another socket')
  t.same(await client.command('start_detection', payload, 'req_1'), first, 'later')
  t.same(await client.command('ping', {}, 'req_2'), await tab.command('ping', {}, 'req_2'))
  const wrong = await client.command('start_detection', startOf('/uploads/none'), 'req_3')
  t.same(await client.command('start_detection', startOf('/uploads/none'), 'req_3'), wrong, 'a refusal')
  t.match(await other.command('start_detection', startOf(await upload(app, '?user_id=8')), 'req_1'), {
    status: 'success',
  })
  t.equal(await app.parts.db.task.count(), 2, "another user's request is another")

  await app.close()
  const again = await startApp(t, { dir: app.dir, analyzer: analyzer() })
  const back = await listen(t, again, '?user_id=7')
  t.same(await back.command('start_detection', payload, 'req_1'), first, 'after a restart')
  t.equal(await again.parts.db.task.count(), 2)
})

t.test('a refused command says which field was wrong', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const client = await listen(t, app, '?user_id=7')
  const english = await listen(t, app, '?user_id=7&lang=en')
  const own = await upload(app, '?user_id=7')
  const ofAnother = await upload(app, '?user_id=8')
  const withOption = (options: object) => startOf(own, options)
  const id = own.slice('/uploads/'.length)
  const none = '00000000-0000-4000-8000-000000000000'
  const cases: Array<[string, object, string, string?]> = [
    ['start_detection', startOf(ofAnother), 'FILE_NOT_FOUND'],
    ['start_detection', startOf('/etc/passwd'), 'FILE_NOT_FOUND'],
    ['start_detection', startOf('/uploads/../data.db'), 'FILE_NOT_FOUND'],
    ['start_detection', startOf(`/uploads/x/../${id}`), 'FILE_NOT_FOUND'],
    ['start_detection', startOf(`/uploads/up_${none}.jpg`), 'FILE_NOT_FOUND'],
    ['start_detection', startOf(`${own}\0`), 'FILE_NOT_FOUND'],
    ['start_detection', startOf('\ud800'), 'FILE_NOT_FOUND'],
    ['start_detection', startOf(''), 'FILE_NOT_FOUND'],
    ['start_detection', startOf('x'.repeat(501)), 'INVALID_OPTION', 'file_path'],
    ['start_detection', { detection_type: 'image' }, 'INVALID_OPTION', 'file_path'],
    ['start_detection', { file_path: own }, 'INVALID_OPTION', 'detection_type'],
    ['start_detection', { ...startOf(own), detection_type: 'video' }, 'UNSUPPORTED_DETECTION_TYPE'],
    ['start_detection', { ...startOf(own), detection_type: 'realtime' }, 'INVALID_OPTION', 'file_path'],
    ['start_detection', { ...startOf(own), detection_type: 'radar' }, 'INVALID_OPTION', 'detection_type'],
    ['start_detection', { ...startOf(own), colour: 'red' }, 'INVALID_OPTION', 'colour'],
    ['start_detection', withOption({ confidence_threshold: -1 }), 'INVALID_OPTION', 'options.confidence_threshold'],
    ['start_detection', withOption({ confidence_threshold: 2 }), 'INVALID_OPTION', 'options.confidence_threshold'],
    ['start_detection', withOption({ confidence_threshold: 'high' }), 'INVALID_OPTION', 'options.confidence_threshold'],
    ['start_detection', withOption({ confidence_threshold: null }), 'INVALID_OPTION', 'options.confidence_threshold'],
    ['start_detection', withOption({ save_result: 'yes' }), 'INVALID_OPTION', 'options.save_result'],
    ['start_detection', withOption({ mode: 'best' }), 'INVALID_OPTION', 'options.mode'],
    ['start_detection', withOption({ treshold: 0.5 }), 'INVALID_OPTION', 'options.treshold'],
    ['start_detection', { ...startOf(own), options: [] }, 'INVALID_OPTION', 'options'],
    ['cancel_detection', { task_id: `task_${none}` }, 'TASK_NOT_FOUND'],
    ['cancel_detection', {}, 'INVALID_OPTION', 'task_id'],
    ['get_status', { task_id: 'nonsense' }, 'TASK_NOT_FOUND'],
    ['get_status', { task_id: 5 }, 'INVALID_OPTION', 'task_id'],
  ]
  for (const [name, payload, code, field] of cases) {
    const about = `${name} ${JSON.stringify(payload).slice(0, 100)}`
    const answer = await client.command(name, payload)
    t.match(answer, { status: 'error', data: { error_code: code } }, about)
    t.match(answer.message, /\p{Script=Han}/u, about)
    if (field === undefined) continue
    t.equal((answer.data as { errors: Array<{ field: string }> }).errors[0]?.field, field, about)
    t.ok(answer.message.includes(field), about)
    t.match((await english.command(name, payload)).message, /^[\x20-\x7e]+$/, `${about} in English`)
  }
  t.equal(await app.parts.db.task.count(), 0)
})

t.test("another user's tasks do not exist for a user", async (t) => {
  const gate = new Gate()
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(gate.script), env: { AUTH: 'required' } })
  const { users, sessions } = app.parts.accounts
  const connect = async (username: string) => {
    await users.createUser({ username, password: 'correct horse battery' })
    const { access_token } = await sessions.signIn(username, 'correct horse battery')
    return { token: access_token, client: await listen(t, app, `?token=${access_token}`) }
  }
  const [owner, stranger] = [await connect('owner'), await connect('stranger')]
  const filePath = await upload(app, '', { authorization: `Bearer ${owner.token}` })
  const task_id = await owner.client.start(filePath)
  for (const name of ['cancel_detection', 'get_status']) {
    t.match(await stranger.client.command(name, { task_id }), { data: { error_code: 'TASK_NOT_FOUND' } }, name)
  }
  t.same((await stranger.client.command('get_status')).data, { tasks: [] })
  gate.open()
  await owner.client.until('detection_complete')
  await stranger.client.command('ping')
  t.same(
    stranger.client.heard.filter(({ type }) => type.startsWith('detection')),
    [],
  )
})

t.test('more commands than one socket may have waiting are all answered', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const client = await listen(t, app)
  for (let at = 0; at < 500; at++)
    client.say({ type: 'user_message', data: { message_type: 'get_status', request_id: `r${at}` } })
  await client.until('user_message_response', ({ data }) => data.request_id === 'r499')
  const ids = client.of('user_message_response').map(({ data }) => data.request_id)
  t.same(
    ids,
    Array.from({ length: 500 }, (_, at) => `r${at}`),
  )
})
