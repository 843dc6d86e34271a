import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HzClient } from 'hzsystem/client'
import t, { type Test } from 'tap'
import { HzClient as NodeClient } from '../../src/client/node.ts'
import { packageRoot } from '../../src/package-root.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { fixture, startApp } from '../helpers/app.ts'

const text = (...path: string[]) => readFileSync(join(packageRoot, ...path), 'utf8')
const examples = [...text('docs', 'CLIENT.md').matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code as string)

/** Runs a program as a user would. @returns what it printed */
async function run(t: Test, args: string[]): Promise<string> {
  const child = spawn(process.execPath, args, { cwd: packageRoot, stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(() => child.kill('SIGKILL'))
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk
    })
  }
  const [code] = await once(child, 'close')
  t.equal(code, 0, printed)
  return printed
}

t.test('the package gives Node the client with its sockets', async (t) => {
  t.equal(HzClient as unknown, NodeClient)
})

t.test('what docs/CLIENT.md shows runs as it stands, and ends by itself', async (t) => {
  t.equal(examples.length, 5)
  // Below the package, as only there is it known by its name.
  const dir = t.testdir({ open: {}, closed: {} })
  const analyzer = new ScriptedAnalyzer()
  const open = await startApp(t, { analyzer, dir: join(dir, 'open') })
  const closed = await startApp(t, { analyzer, dir: join(dir, 'closed'), env: { AUTH: 'required' } })
  await closed.parts.accounts.users.createUser({ username: 'user', password: 'correct horse battery' })
  for (const [n, code] of examples.entries()) {
    const { origin } = n === 4 ? closed : open
    const here = code.replace('http://localhost:8000', origin)
    const picture = JSON.stringify(fixture('street-small.jpg'))
    writeFileSync(join(dir, `${n}.mjs`), here.replace(/(openAsBlob|readFile)\('street\.jpg'\)/, `$1(${picture})`))
  }
  t.match(await run(t, [join(dir, '0.mjs')]), /100 保存记录\n停车让行 0.97 \[ 10, 10, 30, 30 \]/)
  t.match(await run(t, [join(dir, '1.mjs')]), /RECORD_NOT_FOUND .* No record 2147483647/)
  t.match(await run(t, [join(dir, '2.mjs')]), /^0 \d+ \[[\s\S]*\n\d+ [01]\n$/)
  t.match(await run(t, [join(dir, '3.mjs')]), /uploadId: 'up_[\s\S]*100 %\n\/uploads\/up_/)
  await run(t, [join(dir, '4.mjs')])
})

t.test('the example tells what becomes of each picture, and what is wrong with one', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const watch = ['examples/watch-client.mjs', '--origin', app.origin]
  const printed = await run(t, [...watch, fixture('street-small.jpg'), fixture('street-village.jpg')])
  t.match(printed, /is street-small\.jpg/)
  t.equal(printed.match(/Stop 0\.97/g)?.length, 2)
})

t.test('the table of routes has every route that answers JSON', async (t) => {
  interface Operation {
    responses: { [status: string]: { content?: object } }
    requestBody?: object
  }
  const { paths } = JSON.parse(text('test', 'golden', 'openapi.json')) as {
    paths: { [path: string]: { [method: string]: Operation } }
  }
  const documented = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { responses }]) => responses[204] !== undefined || isJson(Object.values(responses)[0]))
      .map(([method]) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
  )
  // Health is asked by machines, files are sent by `upload` and `uploadResumable`, pictures are looked at, and exports and tracks are downloads (`rest.open`).
  const others = [
    'GET /health/live',
    'GET /health/ready',
    'POST /api/uploads',
    'PATCH /api/uploads/tus/:upload_id',
    'DELETE /api/uploads/tus/:upload_id',
    'POST /api/detections',
    'GET /media/{*}',
    'GET /api/cameras/:camera_id/crops/:task_id/:track_id',
    'GET /api/exports',
    'GET /api/detections/:record_id/tracks.:format',
  ]
  const table = [...text('src', 'client', 'routes.ts').matchAll(/^ {2}'([A-Z]+ \/\S+)'/gm)].map(([, route]) => route)
  const missing = documented.filter((route) => !others.includes(route) && !table.includes(route))
  t.same(missing, [], 'to be added in src/client/routes.ts')
  const gone = table.filter((route) => !documented.includes(route as string))
  t.same(gone, [], 'no route that the server does not have')
})

function isJson(response: { content?: object } | undefined): boolean {
  return response?.content !== undefined && 'application/json' in response.content
}
