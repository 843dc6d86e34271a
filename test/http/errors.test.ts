import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import type { Problem } from '../../src/contract/index.ts'
import { catalogue } from '../../src/errors.ts'
import { packageRoot } from '../../src/package-root.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { listen, type RunningApp, rawRequest, startApp } from '../helpers/app.ts'
import { bugsIn, captureLog } from '../helpers/log.ts'

interface Answer {
  status: number
  json: Problem & Record<string, unknown>
  headers: Headers
}

async function ask(app: RunningApp, path: string, init: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(app.origin + path, init)
  const type = answer.headers.get('content-type') ?? ''
  if (!type.startsWith('application/problem+json')) throw new Error(`${path}: ${type}`)
  return { status: answer.status, json: (await answer.json()) as Answer['json'], headers: answer.headers }
}

const post = (body: string, type = 'application/json'): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'content-type': type },
})

t.test('a list that is too short, too long or says a thing twice is refused in both languages', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const many = Array.from({ length: 501 }, (_, i) => i + 1)
  for (const [record_ids, expected, expected_zh] of [
    [[], 'must have at least 1 items', '至少 1 项'],
    [many, 'must have at most 500 items', '最多 500 项'],
    [[1, 2, 1], 'must have each item once', '不能有重复项'],
  ] as const) {
    const { json } = await ask(app, '/api/detections/delete', post(JSON.stringify({ record_ids })))
    t.match(json, { code: 'INVALID_REQUEST', errors: [{ field: 'record_ids', expected, expected_zh }] })
  }
  const { json } = await ask(app, '/api/detections?from=2026-12-31T23:59:60Z')
  t.match(json, { errors: [{ field: 'from', expected: 'an RFC 3339 time', expected_zh: '应为 RFC 3339 时间' }] })
})

t.test('every refusal is a problem with a code, a status and sentences', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const cases: Array<[string, RequestInit, number, string, string?]> = [
    ['/nowhere', {}, 404, 'NOT_FOUND'],
    ['/api/nowhere?a=b', {}, 404, 'NOT_FOUND'],
    ['/api/detections', { method: 'PUT' }, 404, 'NOT_FOUND'],
    ['/api/tasks/task_none', {}, 404, 'TASK_NOT_FOUND'],
    ['/api/detections/999', {}, 404, 'RECORD_NOT_FOUND'],
    ['/api/detections/abc', {}, 400, 'INVALID_REQUEST', 'record_id'],
    ['/api/tasks?limit=0', {}, 400, 'INVALID_REQUEST', 'limit'],
    ['/api/tasks?limit=many', {}, 400, 'INVALID_REQUEST', 'limit'],
    ['/api/tasks?status=done', {}, 400, 'INVALID_REQUEST', 'status'],
    ['/api/tasks?colour=red', {}, 400, 'INVALID_REQUEST', 'colour'],
    ['/api/tasks?cursor=x', {}, 400, 'INVALID_CURSOR'],
    ['/api/detections?wait=2', { method: 'POST' }, 400, 'INVALID_REQUEST', 'wait'],
    ['/api/notifications', post('{"title":'), 400, 'INVALID_REQUEST'],
    ['/api/notifications', post(''), 400, 'INVALID_REQUEST'],
    ['/api/notifications', post('title=a', 'image/png'), 400, 'INVALID_REQUEST', 'Content-Type'],
    ['/api/notifications', post('{"__proto__":{"a":1}}'), 400, 'INVALID_REQUEST'],
    ['/api/notifications', post(JSON.stringify({ message: 'x'.repeat(1024 * 1024) })), 413, 'UPLOAD_TOO_LARGE'],
    ['/media/uploads/none.jpg', {}, 404, 'NOT_FOUND'],
    ['/media/../../etc/passwd', {}, 404, 'NOT_FOUND'],
    ['/media/..%2f..%2fetc%2fpasswd', {}, 404, 'NOT_FOUND'],
  ]
  for (const [path, init, status, code, field] of cases) {
    await t.test(`${init.method ?? 'GET'} ${path.slice(0, 60)} is ${code}`, async (t) => {
      const { status: given, json, headers } = await ask(app, path, init)
      t.equal(given, status)
      t.match(json, { code, title: code, status, type: `/docs/errors#${code}` })
      t.equal(typeof json.retry_available, 'boolean')
      if (field !== undefined) t.match(json.errors?.[0]?.field, field)
      if (field !== undefined) t.ok(json.detail.includes(field), json.detail)
      t.notMatch(JSON.stringify(json), /node_modules|\.ts:|\.js:/, 'no stack')
      t.equal(headers.get('content-language'), 'zh-CN')
      t.notMatch(json.detail, /undefined|\{\w+\}/)
      t.notMatch(json.detail_en, /undefined|\{\w+\}|[\u4e00-\u9fff]/)
    })
  }
})

t.test('addresses that the router refuses are problems too', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  t.equal((await ask(app, '/api/tasks/%E0%A4%A')).json.code, 'INVALID_REQUEST')
  t.equal((await ask(app, `/api/tasks/${'x'.repeat(101)}`)).status, 404)
})

t.test('problems speak the language that is asked for, Chinese first', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const chinese = '/nowhere 不存在'
  const english = 'There is no /nowhere'
  const cases: Array<[string, string | null, string]> = [
    ['/nowhere', null, chinese],
    ['/nowhere', 'en', english],
    ['/nowhere', 'en-GB,en;q=0.9', english],
    ['/nowhere', 'zh-CN,zh;q=0.9,en;q=0.8', chinese],
    ['/nowhere', 'fr', chinese],
    ['/nowhere', 'fr, en;q=0.5', english],
    ['/nowhere', 'ensign', chinese],
    ['/nowhere', ';;;', chinese],
    ['/nowhere', 'zh;q=0.1, en;q=0.9', english],
    ['/nowhere?lang=en', 'zh-CN', english],
    ['/nowhere?lang=zh-CN', 'en', chinese],
    ['/nowhere?lang=xx', 'en', english],
  ]
  for (const [path, language, detail] of cases) {
    const { json, headers } = await ask(app, path, {
      headers: language === null ? {} : { 'accept-language': language },
    })
    t.equal(json.detail, detail, `${path} ${language}`)
    t.equal(json.detail_en, english)
    t.equal(headers.get('content-language'), detail === english ? 'en' : 'zh-CN')
  }
})

t.test('a bug answers INTERNAL with the id of its log entry, and its stack only if that is wanted', async (t) => {
  const prepare = (app: RunningApp['app']) => {
    app.get('/bug', async () => {
      throw new TypeError('the secret of the house')
    })
    app.get('/string', async () => {
      throw 'a string' as unknown as Error
    })
  }
  for (const EXPOSE_STACK of ['false', 'true']) {
    const dir = t.testdirName + EXPOSE_STACK
    const app = await startApp(t, {
      dir,
      analyzer: new ScriptedAnalyzer(),
      env: { EXPOSE_STACK, LOG_LEVEL: 'error' },
      prepare,
    })
    const lines = captureLog(app.app.log)
    const { status, json } = await ask(app, '/bug')
    t.equal(status, 500)
    t.match(json, { code: 'INTERNAL', retry_available: true, log_id: /^log_[0-9a-f-]{36}$/ })
    t.ok(json.detail.includes(String(json.log_id)))
    const [line = ''] = bugsIn(lines)
    t.ok(line.includes(String(json.log_id)) && line.includes('the secret of the house'), 'logged whole')
    if (EXPOSE_STACK === 'true') t.match(json.stack_trace, /TypeError/)
    else t.notMatch(JSON.stringify(json), /secret|TypeError|stack/)
    t.equal((await ask(app, '/string')).json.code, 'INTERNAL')
    await app.close()
    const { rm } = await import('node:fs/promises')
    await rm(dir, { recursive: true })
  }
})

t.test('too many requests are refused with 429 and Retry-After, health checks never', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), env: { REQUESTS_PER_MINUTE: '3' } })
  for (let n = 0; n < 3; n++) t.equal((await fetch(`${app.origin}/api/tasks`)).status, 200)
  const { status, json, headers } = await ask(app, '/api/tasks')
  t.equal(status, 429)
  t.match(json, { code: 'RATE_LIMITED', retry_available: true })
  const seconds = Number(headers.get('retry-after'))
  t.ok(seconds >= 1 && seconds <= 60, `${seconds} s`)
  t.ok(json.detail.includes(String(seconds)))
  for (const path of ['/health/live', '/health/ready', '/metrics'])
    t.equal((await fetch(app.origin + path)).status, 200)
})

t.test('logs name requests and sockets, and hold no token', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), env: { LOG_LEVEL: 'trace' } })
  const lines = captureLog(app.app.log)
  const secret = 'hz_very-secret-0123456789'
  const headers = { authorization: `Bearer ${secret}`, cookie: `hz_access=${secret}; hz_refresh=${secret}` }
  await fetch(`${app.origin}/api/tasks?token=${secret}&setup_token=${secret}`, { headers })
  await fetch(`${app.origin}/nowhere?a=1&token=${secret}`, { headers })
  await fetch(`${app.origin}/api/auth/login`, { ...post(JSON.stringify({ username: 'a', password: secret })) })
  await fetch(`${app.origin}/api/auth/refresh`, { ...post(JSON.stringify({ refresh_token: secret })) })
  const socket = await listen(app, `?token=${secret}&resume=${secret}`, { headers })
  await socket.leave()
  await rawRequest(app, { path: `/media/x?TOKEN=${secret}&token=${secret}`, headers })
  const log = lines.join('')
  t.match(log, /"method":"GET"/)
  t.match(log, /"connection_id":"conn_/)
  t.match(log, /\/nowhere\?a=1&token=…/)
  t.notMatch(log, new RegExp(secret))
})

t.test('what is not HTTP at all does no harm', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), env: { LOG_LEVEL: 'info' } })
  const lines = captureLog(app.app.log)
  for (const bytes of ['\0\0\0\0', 'GET\r\n\r\n', `GET /${'x'.repeat(100_000)} HTTP/1.1\r\n\r\n`]) {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(app.port, '127.0.0.1', () => socket.write(bytes))
      const chunks: Buffer[] = []
      socket.on('data', (chunk) => chunks.push(chunk))
      socket.on('error', () => {})
      socket.on('close', () => resolve(String(Buffer.concat(chunks))))
    })
    t.match(answer, /^HTTP\/1\.1 4\d\d /)
  }
  t.equal((await fetch(`${app.origin}/health/live`)).status, 200)
  t.same(bugsIn(lines), [])
})

t.test('the catalogue is complete: every code is used somewhere, and none that it lacks', async (t) => {
  const src = join(packageRoot, 'src')
  const files = readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes('generated'))
    .map((entry) => join(entry.parentPath, entry.name))
  const sources = files.filter((path) => path !== join(src, 'errors.ts')).map((path) => readFileSync(path, 'utf8'))
  const all = sources.join('\n')
  for (const code of Object.keys(catalogue)) t.ok(all.includes(`'${code}'`), `${code} is used`)
  for (const [, code = ''] of all.matchAll(/new AppError\(\s*'([A-Z_]+)'/g)) t.ok(code in catalogue, code)
  for (const [code, { status, zh, en }] of Object.entries(catalogue)) {
    t.match(code, /^[A-Z]+(_[A-Z]+)*$/)
    t.ok(status >= 400 && status < 600)
    t.match(zh, /[\u4e00-\u9fff]/)
    t.notMatch(en, /[\u4e00-\u9fff]/)
  }
})

t.test('the type of a problem leads to what it means', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const { json } = await ask(app, '/api/tasks/task_none')
  const [path, code] = json.type.split('#')
  const page = await (await fetch(`${app.origin}${path}`)).text()
  t.match(page, `<tr id="${code}">`)
  t.match(page, '找不到任务')
})
