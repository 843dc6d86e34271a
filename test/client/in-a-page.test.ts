import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { packageRoot } from '../../src/package-root.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { fixture, startApp } from '../helpers/app.ts'
import { closeBrowser, needsBrowser, openPage } from '../web/browser.ts'

t.teardown(closeBrowser)

const credentials = { username: 'user', password: 'correct horse battery' }
const compiled = join(packageRoot, 'dist', 'src', 'client')

/** A server with a page that has nothing in it, and the client as the package ships it. */
async function start(t: Test, env: Record<string, string> = {}) {
  const app = await startApp(t, {
    analyzer: new ScriptedAnalyzer(),
    env: { AUTH: 'required', ...env },
    prepare: (app) => {
      const config = { public: true }
      app.get('/blank', { config }, (_request, reply) =>
        reply.type('text/html').send('<!doctype html><link rel=icon href=data:,>'),
      )
      app.get('/client/:file', { config }, ({ params }, reply) =>
        reply.type('text/javascript').send(readFileSync(join(compiled, basename((params as { file: string }).file)))),
      )
    },
  })
  await app.parts.accounts.users.createUser(credentials)
  return app
}

const begin = (page: Page) =>
  page.evaluate(`(async () => {
    const { HzClient } = await import('/client/index.js')
    globalThis.client = new HzClient()
    globalThis.told = []
    for (const type of ['renewed', 'ended']) client.session.on(type, () => told.push(type))
    client.socket.on('reset', () => told.push('reset'))
    client.socket.on('detection_complete', () => told.push('complete'))
    return client.session.begin()
  })()`)

const connect = (page: Page) =>
  page.evaluate('client.socket.connect(), client.socket.whenConnected().then(({ recovered }) => recovered)')

t.test(
  'in a page it signs in by cookie, tells how far an upload is, and goes on after a reload',
  needsBrowser,
  async (t) => {
    const app = await start(t)
    const { page, errors } = await openPage(t, `${app.origin}/blank`)
    t.equal(await begin(page), false)
    t.match(await page.evaluate(`client.session.signIn(${JSON.stringify(credentials)})`), { username: 'user' })
    t.equal(await connect(page), false)
    const bytes = readFileSync(fixture('street-small.jpg')).toString('base64')
    const outcome = (await page.evaluate(`(async () => {
    const bytes = Uint8Array.from(atob('${bytes}'), (character) => character.charCodeAt(0))
    const shares = []
    const complete = client.socket.until('detection_complete')
    const onProgress = (share) => shares.push(share)
    const { task_ids } = await client.upload([new File([bytes], '街道.jpg')], { mode: 'fast' }, { onProgress })
    return { shares, task_ids, complete: (await complete).data }
  })()`)) as { shares: number[]; task_ids: string[]; complete: { task_id: string } }
    t.equal(outcome.shares.at(-1), 1)
    t.same(outcome.task_ids, [outcome.complete.task_id])
    const secrets =
      'JSON.stringify([client.session.accessToken, { ...localStorage }, { ...sessionStorage }, document.cookie])'
    t.notMatch(await page.evaluate(secrets), /hz[ar]_/, 'no script can read a token')
    t.same(await page.evaluate('told'), ['reset', 'complete'])

    await page.reload()
    t.equal(await begin(page), true)
    t.equal(await connect(page), true)
    await page.evaluate("client.socket.command('ping')")
    t.same(await page.evaluate('told'), [])
    t.same(errors, [])
  },
)

t.test('two tabs share a session: both go on when it is renewed, and end with it', needsBrowser, async (t) => {
  const app = await start(t, { ACCESS_TOKEN_TTL_S: '3' })
  const { page: first, errors } = await openPage(t, `${app.origin}/blank`, { expected: [401] })
  await begin(first)
  await first.evaluate(`client.session.signIn(${JSON.stringify(credentials)})`)
  const { page: second } = await openPage(t, `${app.origin}/blank`, { beside: first })
  t.equal(await begin(second), true)
  for (const page of [first, second]) {
    await connect(page)
    await page.evaluate(`(async () => {
      while (!told.includes('renewed')) await client.session.until('renewed')
    })()`)
  }
  for (const page of [first, second]) t.notOk(((await page.evaluate('told')) as string[]).includes('ended'))
  const ended = second.evaluate("client.session.until('ended')")
  await first.evaluate('client.session.signOut()')
  await ended
  t.equal(await second.evaluate('client.socket.state.kind'), 'idle')
  t.same(errors, [])
})
