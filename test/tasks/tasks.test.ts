import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import type { AnalysisJob } from '../../src/analysis/analyzer.ts'
import type { Detection, ServerMessage, Task } from '../../src/contract/index.ts'
import { AppError } from '../../src/errors.ts'
import { ScriptedAnalyzer, stopSign, untilAborted } from '../helpers/analyzers.ts'
import { fixture, listen, type RunningApp, startApp } from '../helpers/app.ts'
import { eventually, filesIn, leftovers, nothing } from '../helpers/leftovers.ts'
import { captureLog } from '../helpers/log.ts'
import { type Part, post } from '../helpers/multipart.ts'
import { startWithPeople, type Who } from '../helpers/people.ts'

const photo = readFileSync(fixture('street-small.jpg'))
const file = (filename = 'street.jpg'): Part => ({ filename, content: photo })
const as = (userId: number) => ({ 'x-user-id': String(userId) })

/** An analyzer whose jobs each wait until the test ends them. */
function steppedAnalyzer(size = 1) {
  const ends: Array<(result: Detection[] | Error) => void> = []
  const analyzer = new ScriptedAnalyzer((_job, signal) => {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error))
      ends.push((result) => (result instanceof Error ? reject(result) : resolve(result)))
    })
  }, size)
  const endNext = (result: Detection[] | Error = [stopSign]) => ends.shift()?.(result)
  return { analyzer, endNext }
}

const start = (t: Test, options: Parameters<typeof startApp>[1] = {}) =>
  startApp(t, { analyzer: new ScriptedAnalyzer(), ...options })

async function submit(app: RunningApp, names = ['street.jpg'], userId = 1): Promise<string[]> {
  const { status, json } = await post(app, '/api/detections', names.map(file), as(userId))
  if (status !== 202) throw new Error(`${status} ${json.detail}`)
  return json.task_ids
}

async function call(app: RunningApp, method: string, path: string, userId = 1) {
  const answer = await fetch(app.origin + path, { method, headers: as(userId) })
  return { status: answer.status, json: (await answer.json()) as Task & { code?: string; detail?: string } }
}

const untilIdle = ({ parts }: RunningApp) =>
  eventually(
    () => parts.queue.running,
    (running) => running === 0,
  )
const view = async (app: RunningApp, id: string) => (await call(app, 'GET', `/api/tasks/${id}`)).json
const endedMessages = (listener: Awaited<ReturnType<typeof listen>>) =>
  [...listener.of('detection_complete'), ...listener.of('detection_error')].map(({ type }) => type)

t.test('a task goes from queued over processing to success, and tells of each', async (t) => {
  const { analyzer, endNext } = steppedAnalyzer()
  const app = await start(t, { analyzer })
  const socket = await listen(app, '?user_id=1')
  const [first, second, third] = (await submit(app, ['1.jpg', '2.jpg', '3.jpg'])) as [string, string, string]
  await analyzer.untilBegun(2)
  t.match(await view(app, first), { status: 'processing', attempt: 1, queue_position: null, record_id: null })
  t.match(await view(app, first), { current_step: '模型推理中', current_step_index: 2, total_steps: 4 })
  t.match(await view(app, third), { status: 'queued', queue_position: 1, progress: 0, started_at: null })
  for (const _ of [1, 2, 3]) {
    endNext()
    await analyzer.untilBegun(3)
  }
  endNext()
  for (const id of [first, second, third]) {
    const { data } = await socket.until('detection_complete', ({ data }) => data.task_id === id)
    t.match(await view(app, id), { status: 'success', progress: 100, record_id: data.record_id, error_code: null })
    t.match(data, { status: 'success', results: { total_detections: 1, detections: [stopSign] } })
    const types = socket.heard.filter((m) => 'task_id' in m.data && m.data.task_id === id).map((m) => m.type)
    t.equal(types[0], 'detection_start')
    t.equal(types.at(-1), 'detection_complete')
    const told = socket.of('detection_progress').filter(({ data }) => data.task_id === id)
    t.equal(told.at(-1)?.data.progress, 100)
  }
  const { files, ...rows } = await leftovers(app)
  t.same(rows, { uploads: 3, tasks: 3, records: 3 })
  t.equal(files.length, 9, 'each with its upload, result and thumbnail, and no draft')
})

t.test('?wait=1 answers with the record, for one file and for several in their order', async (t) => {
  const app = await start(t, { analyzer: new ScriptedAnalyzer(undefined, 3) })
  const one = await post(app, '/api/detections?wait=1', [file()])
  t.equal(one.status, 200)
  t.match(one.json, { file_name: 'street.jpg', total_detections: 1, detections: [stopSign] })
  t.match(one.json.result_image_url, /^\/media\/detection_results\//)
  for (let round = 0; round < 5; round++) {
    const names = Array.from({ length: 12 }, (_, n) => `${round}-${n}.jpg`)
    const many = await post(app, '/api/detections?wait=1', names.map(file))
    t.equal(many.status, 200)
    t.same(
      many.json.records.map((record: { file_name: string }) => record.file_name),
      names,
    )
  }
  const bare = await post(app, '/api/detections?wait=1', [file(), { name: 'save_result', content: 'false' }])
  t.equal(bare.json.result_image_url, null)
  t.equal(bare.json.thumbnail_url, null)
})

t.test('?wait=1 says why a task failed, and 202 where the server stops before its end', async (t) => {
  const failing = new ScriptedAnalyzer(async ({ fileName }) => {
    throw new AppError('IMAGE_UNREADABLE', { file_name: fileName })
  })
  const broken = await start(t, { analyzer: failing, dir: `${t.testdir({ a: {}, b: {} })}/a` })
  const { status, json } = await post(broken, '/api/detections?wait=1', [file('broken.jpg')])
  t.equal(status, 422)
  t.match(json, { code: 'IMAGE_UNREADABLE', file_name: 'broken.jpg', retry_available: false })
  t.same((await leftovers(broken)).files, [])

  const analyzer = new ScriptedAnalyzer(untilAborted)
  const app = await start(t, { analyzer, dir: `${t.testdirName}/b`, env: { SHUTDOWN_GRACE_S: '0' } })
  const waiting = post(app, '/api/detections?wait=1', [file()])
  await analyzer.untilBegun(1)
  await app.close()
  const parked = await waiting
  t.equal(parked.status, 202)
  t.equal(parked.json.task_ids.length, 1)
})

t.test('a running task is really stopped when it is cancelled, and says so once', async (t) => {
  const analyzer = new ScriptedAnalyzer(untilAborted)
  const app = await start(t, { analyzer })
  const socket = await listen(app, '?user_id=1')
  const [id] = (await submit(app)) as [string]
  await analyzer.untilBegun(1)
  const { status, json } = await call(app, 'POST', `/api/tasks/${id}/cancel`)
  t.equal(status, 200)
  t.match(json, { status: 'cancelled', error_code: 'TASK_CANCELLED', retry_available: true, record_id: null })
  await untilIdle(app)
  const { data } = await socket.until('detection_error')
  t.match(data, { task_id: id, error_code: 'TASK_CANCELLED', retry_available: true })
  await socket.command('ping')
  t.same(endedMessages(socket), ['detection_error'])
  t.equal(
    socket.heard.findIndex((m) => m.type === 'detection_progress' && m.data.progress === 100),
    -1,
  )
  const { files, ...rows } = await leftovers(app)
  t.same(rows, { uploads: 1, tasks: 1, records: 0 })
  t.match(files, [/^uploads\//])

  const again = await call(app, 'POST', `/api/tasks/${id}/cancel`)
  t.equal(again.status, 409)
  t.match(again.json, { code: 'TASK_FINISHED', status: 409 })
})

t.test('a waiting task never begins once it is cancelled', async (t) => {
  const { analyzer, endNext } = steppedAnalyzer()
  const app = await start(t, { analyzer })
  const socket = await listen(app, '?user_id=1')
  const ids = await submit(app, ['1.jpg', '2.jpg', '3.jpg', '4.jpg'])
  await analyzer.untilBegun(2)
  t.equal((await view(app, ids[3] as string)).queue_position, 2)
  t.equal((await call(app, 'POST', `/api/tasks/${ids[2]}/cancel`)).status, 200)
  t.equal((await view(app, ids[3] as string)).queue_position, 1, 'those behind it move up')
  for (const count of [3, 3, 3]) {
    endNext()
    await analyzer.untilBegun(count)
  }
  await socket.until('detection_complete', ({ data }) => data.task_id === ids[3])
  t.same(
    analyzer.begun.map(({ fileName }) => fileName),
    ['1.jpg', '2.jpg', '4.jpg'],
  )
  t.equal(socket.of('detection_start').length, 3)
  t.equal((await call(app, 'POST', `/api/tasks/${ids[0]}/cancel`)).json.code, 'TASK_FINISHED')
})

t.test('nothing is told of a task after its end, though its work takes a moment to stop', async (t) => {
  let tellLate: () => void = () => {}
  const analyzer = new ScriptedAnalyzer(untilAborted)
  const analyze = analyzer.analyze.bind(analyzer)
  analyzer.analyze = (job, signal, onStep) => {
    tellLate = () => onStep('infer', 0.9)
    return analyze(job, signal, onStep).catch(async (err) => {
      tellLate()
      throw err
    })
  }
  const app = await start(t, { analyzer })
  const told: string[] = []
  app.parts.bus.subscribe((hint) => 'event' in hint && told.push(hint.event.type))
  const [id] = (await submit(app)) as [string]
  await analyzer.untilBegun(1)
  await call(app, 'POST', `/api/tasks/${id}/cancel`)
  tellLate()
  await untilIdle(app)
  t.ok(told.includes('detection_progress'))
  t.equal(told.at(-1), 'detection_error')
})

t.test('of a cancellation and a result that come together, exactly one ends the task', async (t) => {
  const { analyzer, endNext } = steppedAnalyzer()
  const app = await start(t, { analyzer })
  const socket = await listen(app, '?user_id=1')
  for (let round = 1; round <= 8; round++) {
    const [id] = (await submit(app)) as [string]
    await analyzer.untilBegun(round)
    const cancelled = call(app, 'POST', `/api/tasks/${id}/cancel`)
    if (round % 2 === 0) await new Promise((resolve) => setTimeout(resolve, round / 2))
    endNext()
    await cancelled
    await untilIdle(app)
    const ends = (m: ServerMessage) =>
      (m.type === 'detection_complete' || m.type === 'detection_error') && m.data.task_id === id
    await eventually(
      () => socket.heard.filter(ends).length,
      (count) => count > 0,
    )
    t.equal(socket.heard.filter(ends).length, 1)
    t.equal(
      await app.parts.db.record.count({ where: { taskId: id } }),
      (await view(app, id)).record_id === null ? 0 : 1,
    )
  }
  const { files, uploads, records } = await leftovers(app)
  t.equal(files.length, uploads + 2 * records, 'no picture of a result that was not kept')
})

t.test('retrying does the work again as a new task', async (t) => {
  let script: (job: AnalysisJob, signal: AbortSignal) => Promise<Detection[]> = untilAborted
  const analyzer = new ScriptedAnalyzer((job, signal) => script(job, signal))
  const app = await start(t, { analyzer })
  const socket = await listen(app, '?user_id=1')
  const { json: started } = await post(app, '/api/detections', [file(), { name: 'mode', content: 'fast' }], as(1))
  const [id] = started.task_ids as [string]
  await analyzer.untilBegun(1)
  t.match((await call(app, 'POST', `/api/tasks/${id}/retry`)).json, { code: 'TASK_NOT_RETRYABLE' }, 'while it runs')
  await call(app, 'POST', `/api/tasks/${id}/cancel`)
  script = async () => [stopSign]
  t.match((await call(app, 'POST', `/api/tasks/${id}/retry`, 2)).status, 202, 'everybody is administrator here')
  const { status, json } = await call(app, 'POST', `/api/tasks/${id}/retry`)
  t.equal(status, 202)
  t.not(json.task_id, id)
  t.match(json, { retry_of: id, user_id: 1, options: { mode: 'fast' } })
  await socket.until('detection_complete', ({ data }) => data.task_id === json.task_id)
  t.match(await view(app, id), { status: 'cancelled' })
  t.equal((await call(app, 'POST', `/api/tasks/${json.task_id}/retry`)).json.code, 'TASK_NOT_RETRYABLE')
  t.equal((await call(app, 'POST', '/api/tasks/task_none/retry')).json.code, 'TASK_NOT_FOUND')
  t.equal((await call(app, 'POST', '/api/tasks/task_none/cancel')).json.code, 'TASK_NOT_FOUND')
})

t.test('one user’s fifty tasks do not delay another’s first', async (t) => {
  const { analyzer, endNext } = steppedAnalyzer()
  const app = await start(t, { analyzer })
  await submit(
    app,
    Array.from({ length: 50 }, (_, n) => `a${n}.jpg`),
    1,
  )
  await analyzer.untilBegun(2)
  const [other] = (await submit(app, ['b0.jpg'], 2)) as [string]
  t.ok(((await view(app, other)).queue_position ?? 99) <= 2)
  for (const count of [3, 4]) {
    endNext()
    await analyzer.untilBegun(count)
  }
  const begun = analyzer.begun.map(({ fileName }) => fileName)
  t.ok(begun.includes('b0.jpg'), begun.join(' '))
})

t.test('a full queue refuses with 503 and Retry-After, and leaves nothing', async (t) => {
  const analyzer = new ScriptedAnalyzer(untilAborted)
  const app = await start(t, { analyzer, env: { QUEUE_LIMIT: '3' } })
  await submit(app, ['1.jpg', '2.jpg'])
  await analyzer.untilBegun(2)
  await submit(app, ['3.jpg', '4.jpg'])
  const before = await leftovers(app)
  const several = await post(app, '/api/detections', [file(), file()])
  await submit(app, ['5.jpg'], 2)
  for (const path of ['/api/detections', '/api/detections?wait=1']) {
    const { status, json, headers } = await post(app, path, [file()])
    t.equal(status, 503)
    t.match(json, { code: 'QUEUE_FULL', retry_available: true })
    t.ok(Number(headers['retry-after']) >= 1)
  }
  t.equal(several.json.code, 'QUEUE_FULL', 'all of them or none')
  const after = await leftovers(app)
  t.same(
    [after.uploads, after.tasks, after.files.length],
    [before.uploads + 1, before.tasks + 1, before.files.length + 1],
  )

  const upload = await post(app, '/api/uploads', [file()], as(1))
  const socket = await listen(app, '?user_id=1')
  const command = { file_path: upload.json.file_path, detection_type: 'image' }
  t.match(await socket.command('start_detection', command), { status: 'error', data: { error_code: 'QUEUE_FULL' } })
})

t.test('many requests at once do not overfill the queue', async (t) => {
  const analyzer = new ScriptedAnalyzer(untilAborted)
  const app = await start(t, { analyzer, env: { QUEUE_LIMIT: '8' } })
  await submit(app, ['1.jpg', '2.jpg'])
  await analyzer.untilBegun(2)
  const answers = await Promise.all(Array.from({ length: 12 }, () => post(app, '/api/detections', [file()])))
  t.equal(answers.filter(({ status }) => status === 202).length, 4)
  t.equal(answers.filter(({ status }) => status === 503).length, 8)
  const { uploads, tasks, files } = await leftovers(app)
  t.same([uploads, tasks, files.length], [6, 6, 6])
  t.equal((await submit(app, ['other.jpg'], 2)).length, 1, 'one user fills half of it at most, so others get in')
})

t.test('our own fault is tried three times, then told, and may be tried again', async (t) => {
  const analyzer = new ScriptedAnalyzer(async () => {
    throw new Error('the model fell over')
  })
  const app = await start(t, { analyzer, env: { LOG_LEVEL: 'info' } })
  const lines = captureLog(app.app.log)
  const socket = await listen(app, '?user_id=1')
  const [id] = (await submit(app)) as [string]
  const { data } = await socket.until('detection_error')
  t.match(data, { task_id: id, error_code: 'MODEL_ERROR', retry_available: true })
  const told = lines.filter((line) => line.includes(id) && line.includes('the model fell over'))
  t.equal(told.length, 3, 'the log has the cause of every attempt, by task id')
  t.equal(data.error_details.stack_trace, null)
  t.equal(analyzer.begun.length, 3)
  t.match(await view(app, id), { status: 'failed', attempt: 3, retry_available: true, error_code: 'MODEL_ERROR' })
  t.equal(socket.of('detection_start').length, 1, 'it started once')
  const progress = socket.of('detection_progress').map(({ data }) => data.progress)
  t.same(
    progress,
    progress.toSorted((a, b) => a - b),
    'never falling, over all attempts',
  )
  const { files, ...rows } = await leftovers(app)
  t.same(rows, { uploads: 1, tasks: 1, records: 0 })
  t.match(files, [/^uploads\//], 'the upload stays, for another try')
  t.equal((await call(app, 'POST', `/api/tasks/${id}/retry`)).status, 202)
})

t.test('a fault that passes is not told of', async (t) => {
  let attempts = 0
  const analyzer = new ScriptedAnalyzer(async () => {
    if (++attempts < 3) throw new Error('not yet')
    return [stopSign]
  })
  const app = await start(t, { analyzer })
  const { status, json } = await post(app, '/api/detections?wait=1', [file()])
  t.equal(status, 200, json.detail)
  t.match(json, { total_detections: 1 })
  t.equal(attempts, 3)
})

t.test('the file’s fault fails at once, and the file goes', async (t) => {
  const analyzer = new ScriptedAnalyzer(async ({ fileName }) => {
    throw new AppError('IMAGE_UNREADABLE', { file_name: fileName })
  })
  const app = await start(t, { analyzer, env: { EXPOSE_STACK: 'true' } })
  const socket = await listen(app, '?user_id=1')
  const [id] = (await submit(app, ['half.jpg'])) as [string]
  const { data } = await socket.until('detection_error')
  t.match(data, { error_code: 'IMAGE_UNREADABLE', retry_available: false })
  t.match(data.error_message, /half.jpg/)
  t.match(data.error_details.stack_trace, /AppError/, 'with EXPOSE_STACK there is one')
  t.equal(analyzer.begun.length, 1)
  await eventually(
    () => filesIn(app.config.mediaDir),
    (files) => files.length === 0,
  )
  t.same(await leftovers(app), { ...nothing, tasks: 1 })
  t.match(await view(app, id), { status: 'failed', error_code: 'IMAGE_UNREADABLE', retry_available: false })
  t.equal((await call(app, 'POST', `/api/tasks/${id}/retry`)).json.code, 'TASK_NOT_RETRYABLE')
})

t.test('a source stays while another record shows it', async (t) => {
  const app = await start(t)
  const socket = await listen(app, '?user_id=1')
  const upload = await post(app, '/api/uploads', [file()], as(1))
  const command = { file_path: upload.json.file_path, detection_type: 'image' }
  const ids: string[] = []
  for (const _ of [1, 2]) {
    const { data } = await socket.command('start_detection', command)
    ids.push((data as { task_id: string }).task_id)
  }
  const records: number[] = []
  for (const id of ids) {
    records.push((await socket.until('detection_complete', ({ data }) => data.task_id === id)).data.record_id)
  }
  const source = (files: string[]) => files.filter((name) => name.startsWith('uploads'))
  const remove = (id: number) => fetch(`${app.origin}/api/detections/${id}`, { method: 'DELETE', headers: as(1) })
  t.equal((await remove(records[0] as number)).status, 204)
  t.equal(source((await leftovers(app)).files).length, 1)
  t.equal((await remove(records[1] as number)).status, 204)
  t.same(await leftovers(app), { ...nothing, tasks: 2 })
})

t.test('tasks are listed newest first, page by page, and are nobody else’s', async (t) => {
  const app = await start(t)
  for (const name of ['1.jpg', '2.jpg', '3.jpg']) await post(app, '/api/detections?wait=1', [file(name)], as(1))
  await post(app, '/api/detections?wait=1', [file('other.jpg')], as(2))
  const names: string[] = []
  let path = '/api/tasks?limit=2'
  for (;;) {
    const page = (await (await fetch(app.origin + path, { headers: as(1) })).json()) as {
      items: Task[]
      next_cursor: string | null
    }
    names.push(...page.items.map(({ file_name }) => file_name))
    if (page.next_cursor === null) break
    path = `/api/tasks?limit=2&cursor=${page.next_cursor}`
  }
  t.same(names, ['3.jpg', '2.jpg', '1.jpg'])
  const unfinished = await fetch(`${app.origin}/api/tasks?unfinished=true`, { headers: as(1) })
  t.same(((await unfinished.json()) as { items: [] }).items, [])
  t.equal((await call(app, 'GET', '/api/tasks?cursor=nonsense')).json.code, 'INVALID_CURSOR')
  t.equal((await call(app, 'GET', '/api/tasks/task_none')).json.code, 'TASK_NOT_FOUND')
})

t.test('analysts and administrators see everybody’s tasks, and administrators end them', async (t) => {
  const { analyzer } = steppedAnalyzer()
  const { app, people, headersOf, call: ask } = await startWithPeople(t, { analyzer })
  const made: Record<string, string> = {}
  for (const who of ['user', 'stranger', 'analyst'] as const) {
    const { status, json } = await post(app, '/api/detections', [file()], headersOf(who))
    t.equal(status, 202)
    made[who] = json.task_ids[0]
  }
  const idsOf = async (who: Who, query = '') =>
    (await ask(who, 'GET', `/api/tasks?${query}`)).json.items.map(({ task_id }: Task) => task_id)
  const all = [made.analyst, made.stranger, made.user]
  t.same(await idsOf('analyst'), [made.analyst], 'one’s own, unless all are asked for')
  t.same(await idsOf('analyst', 'scope=own'), [made.analyst])
  t.same(await idsOf('analyst', 'scope=all'), all, 'newest first')
  t.same(await idsOf('administrator', 'scope=all&unfinished=true'), all)
  t.same(await idsOf('administrator', 'scope=all&status=success'), [])
  t.same(await pagesOf((query) => ask('administrator', 'GET', `/api/tasks?scope=all&limit=1${query}`)), all)
  t.match(await ask('user', 'GET', '/api/tasks?scope=all'), { status: 403, json: { code: 'PERMISSION_DENIED' } })
  t.match(await ask('user', 'GET', '/api/tasks?scope=none'), { status: 400, json: { errors: [{ field: 'scope' }] } })

  const cancel = (who: Who, task: string) => ask(who, 'POST', `/api/tasks/${made[task]}/cancel`)
  t.match(await cancel('stranger', 'user'), { status: 404, json: { code: 'TASK_NOT_FOUND' } })
  t.match(await cancel('analyst', 'user'), { status: 403, json: { code: 'PERMISSION_DENIED' } })
  t.match(await cancel('administrator', 'user'), {
    status: 200,
    json: { status: 'cancelled', user_id: people.user.id },
  })
  t.match(await ask('user', 'GET', `/api/tasks/${made.user}`), { json: { status: 'cancelled' } })
  const retry = (who: Who) => ask(who, 'POST', `/api/tasks/${made.user}/retry`)
  t.match(await retry('stranger'), { status: 404 })
  t.match(await retry('analyst'), { status: 403, json: { code: 'PERMISSION_DENIED' } })
})

async function pagesOf(list: (query: string) => Promise<{ json: { items: Task[]; next_cursor: string | null } }>) {
  const ids: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { json } = await list(cursor === '' ? '' : `&cursor=${cursor}`)
    ids.push(...json.items.map(({ task_id }) => task_id))
    cursor = json.next_cursor
  }
  return ids
}
