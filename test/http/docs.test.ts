import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { catalogue } from '../../src/errors.ts'
import { packageRoot } from '../../src/package-root.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { startApp } from '../helpers/app.ts'
import { describe, goldenNames } from '../helpers/descriptions.ts'

const golden = (name: string) => readFileSync(join(packageRoot, 'test', 'golden', name), 'utf8')

t.test('OpenAPI and AsyncAPI are as they were agreed; `npm run docs:update` agrees to a change', async (t) => {
  const described = await describe(t.testdir())
  for (const name of goldenNames) t.same(JSON.parse(described[name]), JSON.parse(golden(name)), name)
})

t.test('OpenAPI describes every route of the protocol and every code', async (t) => {
  const { paths, info, openapi } = JSON.parse(golden('openapi.json'))
  t.match(openapi, /^3\.1/)
  const table: Array<[string, string[]]> = [
    ['/api/uploads', ['post']],
    ['/api/detections', ['get', 'post']],
    ['/api/detections/{record_id}', ['get', 'delete']],
    ['/api/tasks', ['get']],
    ['/api/tasks/{task_id}', ['get']],
    ['/api/tasks/{task_id}/cancel', ['post']],
    ['/api/tasks/{task_id}/retry', ['post']],
    ['/api/notifications', ['get', 'post']],
    ['/api/notifications/{notification_id}', ['delete']],
    ['/health/live', ['get']],
    ['/health/ready', ['get']],
    ['/metrics', ['get']],
  ]
  for (const [path, methods] of table)
    t.same(
      methods.filter((method) => paths[path]?.[method] === undefined),
      [],
      path,
    )
  for (const code of Object.keys(catalogue)) t.ok(info.description.includes(code), code)
  for (const [path, operations] of Object.entries(paths as Record<string, Record<string, { summary?: string }>>)) {
    for (const [method, { summary }] of Object.entries(operations)) t.ok(summary, `${method} ${path} says what it does`)
  }
})

t.test('/docs shows it, without anything from elsewhere', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const page = await fetch(`${app.origin}/docs/`)
  t.equal(page.status, 200)
  t.match(page.headers.get('content-type'), /^text\/html/)
  const html = await page.text()
  t.notMatch(html, /(src|href)="(https?:)?\/\//)
  for (const [, path] of html.matchAll(/(?:src|href)="([^"#]+)"/g)) {
    const asset = await fetch(new URL(path as string, `${app.origin}/docs/`))
    t.equal(asset.status, 200, String(path))
    await asset.arrayBuffer()
  }
})
