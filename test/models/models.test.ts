import { mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import {
  type ModelActivationPage,
  type ModelList,
  type ModelSummary,
  type Problem,
  withDefaults,
} from '../../src/contract/index.ts'
import { timingKey } from '../../src/tasks/timing-model.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { type AppOptions, fixture, formOf, listen, type RunningApp, startApp } from '../helpers/app.ts'
import { bundledVersion, copyModel, fasterInt8Model } from '../helpers/models.ts'

const photo = await readFile(fixture('street-small.jpg'))

async function ask<T = ModelSummary & Problem>(app: RunningApp, method: string, path: string, body?: object) {
  const json = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const answer = await fetch(`${app.origin}/api/models${path}`, { method, ...json })
  return { status: answer.status, json: (await answer.json()) as T }
}

const activate = (app: RunningApp, model_id: string) => ask(app, 'PUT', '/active', { model_id })
const rollback = (app: RunningApp) => ask(app, 'POST', '/rollback')
const list = async (app: RunningApp) => (await ask<ModelList>(app, 'GET', '')).json
const activeIn = ({ items }: ModelList) => items.filter(({ active }) => active !== null).map((item) => item.model_id)
const currentVersion = async ({ origin }: RunningApp) =>
  ((await (await fetch(`${origin}/api/model`)).json()) as { version: string }).version

/** Uploads one picture and answers with the version of the model that the record names. */
async function versionOfRecord({ origin }: RunningApp): Promise<string> {
  const form = formOf([{ bytes: photo }], { mode: 'fast' })
  const answer = await fetch(`${origin}/api/detections?wait=1`, { method: 'POST', body: form })
  return ((await answer.json()) as { model_version: string }).model_version
}

/** A server with two further models, 8.1.0 and 9.0.0, beside the bundled one. */
async function startWithModels(t: Test, options: AppOptions = {}) {
  const dir = t.testdir()
  for (const version of ['8.1.0', '9.0.0']) await copyModel(join(dir, 'models'), version, { title: `第${version}版` })
  return startApp(t, { dir, ...options })
}

t.test('switching while pictures are worked on loses none, and each record names the model that made it', async (t) => {
  const app = await startWithModels(t, { env: { DETECTOR_PROCESSES: '2' } })
  const seen: Array<{ version: string; isLater: boolean }> = []
  let isSwitched = false
  // More clients than processes, so that at the moment of the switch some pictures are at work and some wait.
  const client = async () => {
    for (let isLater = false; !isLater; ) {
      isLater = isSwitched
      seen.push({ version: await versionOfRecord(app), isLater })
    }
  }
  const clients = Array.from({ length: 6 }, client)
  await versionOfRecord(app)
  const switched = await activate(app, '8.1.0')
  isSwitched = true
  t.match(switched, { status: 200, json: { model_id: '8.1.0', version: '8.1.0', valid: true, active: { by: {} } } })
  await Promise.all(clients)
  t.equal(await versionOfRecord(app), '8.1.0')

  const versions = seen.map(({ version }) => version)
  t.same([...new Set(versions)].sort(), [bundledVersion, '8.1.0'], versions.join(' '))
  t.same(
    seen.filter(({ version, isLater }) => isLater && version !== '8.1.0'),
    [],
    'what comes later is for the new one',
  )
  const { db } = app.parts
  const records = await db.record.findMany()
  const tasks = await db.task.findMany()
  t.equal(tasks.length, seen.length + 2)
  t.same(new Set(records.map(({ taskId }) => taskId)), new Set(tasks.map(({ id }) => id)), 'one record for each')
  t.equal(records.length, tasks.length)
  t.same(
    tasks.filter(({ attempt, status }) => attempt !== 1 || status !== 'success'),
    [],
    'nothing was tried twice',
  )
  t.equal(app.parts.analyzer.restarts, 0)
})

t.test('the list tells what there is, what is wrong with it, and what runs since when', async (t) => {
  const app = await startWithModels(t, { env: { DETECTOR_PROCESSES: '1' } })
  await mkdir(join(app.dir, 'models', 'empty'))
  await copyModel(join(app.dir, 'models'), 'odd', { labels: [] })
  const before = await list(app)
  t.same(
    before.items.map(({ model_id, valid, precisions }) => [model_id, valid, precisions]),
    [
      ['8.1.0', true, ['fp32']],
      ['9.0.0', true, ['fp32']],
      ['empty', false, []],
      ['hz-signs', true, ['fp32', 'int8']],
      ['hz-signs-open', true, ['fp32', 'int8']],
      ['odd', false, []],
    ],
  )
  t.match(before.items[2], { name: null, problem: /empty.model\.json.*无法读取/ })
  t.match(before.items[5]?.problem, /labels/)
  t.match(before.items[3], {
    name: 'hz-signs',
    version: bundledVersion,
    title: '中国道路交通标志检测',
    licence: String,
    classes: before.items[0]?.classes,
    active: { by: null, since: String, precision: 'fp32', precision_check: null, detectors: 1, detectors_alive: 1 },
  })
  t.equal(before.fallback, null)
  t.same(activeIn(before), ['hz-signs'])

  const details = await ask<{ labels: unknown[]; title: string }>(app, 'GET', '/9.0.0')
  t.match(details, { status: 200, json: { title: '第9.0.0版' } })
  t.equal(details.json.labels.length, before.items[0]?.classes)
  t.match(await ask(app, 'GET', '/..%2Fmodels'), { status: 404, json: { code: 'MODEL_NOT_FOUND' } })

  await activate(app, '9.0.0')
  await rm(join(app.dir, 'models', '9.0.0'), { recursive: true })
  const after = await list(app)
  t.same(activeIn(after), ['9.0.0'], 'it runs though its directory is gone')
  t.match(after.items.at(-1), { version: '9.0.0', valid: false, problem: /已不存在/, active: { by: {} } })
  t.match(
    await (await fetch(`${app.origin}/metrics`)).text(),
    /^hzsystem_model_info\{name="hz-signs",version="9.0.0",precision="fp32"\} 1$/m,
  )
})

t.test('a rollback goes to the model before, a second one back again, and the history tells who did it', async (t) => {
  const app = await startWithModels(t, { env: { MODEL_PRECISION: 'auto' } })
  t.match(await rollback(app), { status: 409, json: { code: 'NO_EARLIER_MODEL' } })
  const socket = await listen(app)
  t.match((await activate(app, '8.1.0')).status, 200)
  t.match((await activate(app, '8.1.0')).status, 200, 'once more changes nothing')
  t.match(await rollback(app), { status: 200, json: { model_id: 'hz-signs', version: bundledVersion } })
  t.equal(await versionOfRecord(app), bundledVersion)
  t.match(await rollback(app), { status: 200, json: { model_id: '8.1.0' } })
  t.equal(await currentVersion(app), '8.1.0')

  const { json } = await ask<ModelActivationPage>(app, 'GET', '/history?limit=2')
  const first = { model_id: 'hz-signs', name: 'hz-signs', version: bundledVersion }
  const second = { model_id: '8.1.0', name: 'hz-signs', version: '8.1.0' }
  const by = { user_id: null, username: 'local' }
  t.match(json.items, [
    { kind: 'rollback', from: first, to: second, by, at: String },
    { kind: 'rollback', from: second, to: first, by },
  ])
  const rest = await ask<ModelActivationPage>(app, 'GET', `/history?cursor=${json.next_cursor}`)
  t.match(rest.json, { items: [{ kind: 'choice', from: first, to: second }], next_cursor: null })
  t.equal(rest.json.items.length, 1)
  t.match(await ask(app, 'GET', '/history?cursor=x'), { status: 400, json: { code: 'INVALID_CURSOR' } })

  const third = await socket.until('model_changed', ({ seq }) => seq === 3)
  t.same(third.data, {
    name: 'hz-signs',
    version: '8.1.0',
    title: '第8.1.0版',
    previous: { name: 'hz-signs', version: bundledVersion },
  })
  t.equal(third.stream, 'everyone')
  await socket.leave()
})

t.test('a rollback never starts what was put in the place of the model before', async (t) => {
  const app = await startWithModels(t)
  t.equal((await activate(app, '8.1.0')).status, 200)
  t.equal((await activate(app, '9.0.0')).status, 200)
  await rm(join(app.dir, 'models', '8.1.0'), { recursive: true })
  await rename(await copyModel(join(app.dir, 'models'), '8.2.0'), join(app.dir, 'models', '8.1.0'))
  const refused = await rollback(app)
  t.match(refused, { status: 422, json: { code: 'MODEL_UNUSABLE', model_id: '8.1.0' } })
  t.match(
    (refused.json as { reason?: string }).reason,
    /holds hz-signs 8\.2\.0 by now, and hz-signs 8\.1\.0 ran before/,
  )
  t.equal(await currentVersion(app), '9.0.0')
})

t.test('the active model is loaded anew when its directory holds other files under the same version', async (t) => {
  const app = await startWithModels(t)
  const pids = () => (app.parts.analyzer as unknown as { pids: number[] }).pids
  t.equal((await activate(app, '8.1.0')).status, 200)
  const [before] = pids()
  t.equal((await activate(app, '8.1.0')).status, 200)
  // The first alone: after it may stand a process of the model before, which leaves once its picture is done.
  t.equal(pids()[0], before, 'the same files are not loaded again')
  const later = new Date(Date.now() + 5000)
  await utimes(join(app.dir, 'models', '8.1.0', 'detector.onnx'), later, later)
  t.equal((await activate(app, '8.1.0')).status, 200)
  t.not(pids()[0], before)
})

t.test('a model that does not load is refused with its reason, and the one before works on', async (t) => {
  const app = await startWithModels(t)
  const { pids } = app.parts.analyzer as unknown as { pids: number[] }
  await writeFile(join(app.dir, 'models', '9.0.0', 'detector.onnx'), 'not a network')
  const refused = await activate(app, '9.0.0')
  t.match(refused, { status: 422, json: { code: 'MODEL_UNUSABLE', model_id: '9.0.0', retry_available: false } })
  t.match(refused.json.detail, /^模型 9\.0\.0 无法使用：detector\.onnx: 无法加载网络/)
  t.match((refused.json as { reason?: string }).reason, /^detector\.onnx: the network cannot be loaded/)
  await copyModel(join(app.dir, 'models'), 'odd', { labels: [] })
  t.match((await activate(app, 'odd')).json.detail, /^模型 odd 无法使用：model\.json: labels/)
  t.match(await activate(app, 'none'), { status: 404, json: { code: 'MODEL_NOT_FOUND', detail: /none/ } })
  t.match(await ask(app, 'PUT', '/active', {}), { status: 400, json: { code: 'INVALID_REQUEST' } })
  t.same((app.parts.analyzer as unknown as { pids: number[] }).pids, pids)
  t.equal(await versionOfRecord(app), bundledVersion)
  t.same((await ask<ModelActivationPage>(app, 'GET', '/history')).json.items, [])
})

t.test(
  'a choice survives a restart; what cannot be started any more is told, and the settings’ model runs',
  async (t) => {
    const before = await startWithModels(t)
    const { dir } = before
    await activate(before, '8.1.0')
    const since = (await list(before)).items[0]?.active?.since
    await before.close()

    const after = await startApp(t, { dir })
    t.equal(await versionOfRecord(after), '8.1.0')
    t.match((await list(after)).items[0], { model_id: '8.1.0', active: { since, by: { username: 'local' } } })
    await after.close()

    await rm(join(dir, 'models', '8.1.0'), { recursive: true })
    const without = await startApp(t, { dir })
    t.equal(await versionOfRecord(without), bundledVersion)
    const told = await list(without)
    t.match(told.fallback, { model_id: '8.1.0', problem: '找不到模型 8.1.0' })
    t.same(activeIn(told), ['hz-signs'])
    const ready = await fetch(`${without.origin}/health/ready`)
    t.match([ready.status, await ready.json()], [200, { status: 'ready', warnings: ['model_fallback'] }])
    await without.close()

    await writeFile(join(await copyModel(join(dir, 'models'), '8.1.0'), 'detector.onnx'), 'not a network')
    const broken = await startApp(t, { dir })
    t.match((await list(broken)).fallback, { model_id: '8.1.0', problem: /detector\.onnx/ })
    t.match(await activate(broken, 'hz-signs'), { status: 200 }, 'which may be chosen, and all is well')
    t.equal((await list(broken)).fallback, null)
    t.notMatch(await (await fetch(`${broken.origin}/health/ready`)).json(), { warnings: [] })
    await broken.close()

    await copyModel(join(dir, 'models'), '8.1.0')
    const last = await startApp(t, { dir })
    t.equal(await currentVersion(last), bundledVersion, 'the last choice counts')
    await last.close()
  },
)

t.test('one switch at a time: the second administrator is told', async (t) => {
  const analyzer = new ScriptedAnalyzer()
  const app = await startWithModels(t, { analyzer })
  const prepare = analyzer.prepare.bind(analyzer)
  let load = () => {}
  const loaded = new Promise<void>((resolve) => {
    load = resolve
  })
  const begun = new Promise<void>((resolve) => {
    analyzer.prepare = async (source) => {
      resolve()
      await loaded
      return prepare(source)
    }
  })
  const first = activate(app, '8.1.0')
  await begun
  const expected = { status: 409, json: { code: 'MODEL_SWITCH_UNDER_WAY', retry_available: true } }
  t.match(await activate(app, '9.0.0'), expected)
  t.match(await rollback(app), expected)
  load()
  t.equal((await first).status, 200)
  t.equal((await activate(app, '9.0.0')).status, 200)
})

t.test('until a model has been measured, it is expected to take as long as another', async (t) => {
  const { timing } = (await startApp(t, { analyzer: new ScriptedAnalyzer() })).parts
  const of = (name: string) => timing.estimate(timingKey({ name, version: '1' }, withDefaults({})), 1)
  t.ok(of('new/model') > 0)
  t.equal(of('new/model'), of('scripted'))
})

t.test('a choice that cannot be kept is not made', async (t) => {
  const app = await startWithModels(t, { analyzer: new ScriptedAnalyzer() })
  const { db, analyzer } = app.parts
  await db.$executeRawUnsafe('ALTER TABLE "ModelActivation" RENAME TO "Elsewhere"')
  t.equal((await activate(app, '8.1.0')).status, 500)
  t.equal(analyzer.model.name, 'scripted')
  await db.$executeRawUnsafe('ALTER TABLE "Elsewhere" RENAME TO "ModelActivation"')
  t.equal((await activate(app, '8.1.0')).status, 200)
})

t.test('only administrators see and choose models; everyone hears that another answers', async (t) => {
  const app = await startWithModels(t, { analyzer: new ScriptedAnalyzer(), env: { AUTH: 'required' } })
  const { users, tokens } = app.parts.accounts
  const make = async (role: 'user' | 'analyst' | 'administrator') => {
    const { id } = await users.createUser({ username: role, password: 'correct horse battery', role })
    return (await tokens.createPersonalToken(id, { name: 'test' })).token
  }
  const people = {
    user: await make('user'),
    analyst: await make('analyst'),
    administrator: await make('administrator'),
  }
  const routes: Array<[string, string, object?]> = [
    ['GET', '/api/models'],
    ['GET', '/api/models/8.1.0'],
    ['GET', '/api/models/history'],
    ['PUT', '/api/models/active', { model_id: '8.1.0' }],
    ['POST', '/api/models/rollback'],
  ]
  const statusOf = async ([method, path, body]: (typeof routes)[number], token: string) => {
    const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) }
    return (await fetch(app.origin + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })).status
  }
  const listener = await listen(app, `?token=${people.user}`)
  for (const route of routes) {
    t.equal(await statusOf(route, people.user), 403, `${route[1]} by a user`)
    t.equal(await statusOf(route, people.analyst), 403, `${route[1]} by an analyst`)
  }
  for (const route of routes) t.equal(await statusOf(route, people.administrator), 200, route[1])
  t.equal(await statusOf(['GET', '/api/model'], people.user), 200)
  await listener.until('model_changed', ({ seq }) => seq === 2)
  await listener.leave()
})

t.test(
  'int8 comes in by itself where it is better, in the background and once, and the next start knows',
  async (t) => {
    const dir = t.testdir()
    const MODEL_DIR = await fasterInt8Model(join(dir, 'models'), 'colours')
    const env = { MODEL_DIR, MODEL_PRECISION: 'auto' }
    const active = async (app: RunningApp) =>
      (await list(app)).items.find((item) => item.model_id === 'colours')?.active
    const before = await startApp(t, { dir, env })
    const socket = await listen(before)
    await before.parts.models.settled
    const checked = await active(before)
    const reason = /^int8 takes \d+ % of the time of fp32 and finds the same signs$/
    t.match(checked, { precision: 'int8', precision_check: { precision: 'int8', reason, fp32_seconds: Number } })
    t.equal(await versionOfRecord(before), 'colours')
    t.same(socket.of('model_changed'), [], 'the classes are the same: nobody needs to know')
    await socket.leave()
    await before.close()

    const { checked_at } = checked!.precision_check!
    const after = await startApp(t, { dir, env })
    const metrics = await (await fetch(`${after.origin}/metrics`)).text()
    t.match(metrics, /^hzsystem_model_info\{name="colours",version="colours",precision="int8"\} 1$/m, 'from the start')
    t.match(await active(after), { precision: 'int8', precision_check: { checked_at } })
    await after.close()

    const fixed = await startApp(t, { dir, env: { ...env, MODEL_PRECISION: 'fp32' } })
    t.match(await active(fixed), { precision: 'fp32' })
    await fixed.close()
  },
)
