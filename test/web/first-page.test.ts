import { setImmediate } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import t from 'tap'
import type { Notification, RecordPage } from '../../src/contract/index.ts'
import { ScriptedAnalyzer, stopSign, untilAborted } from '../helpers/analyzers.ts'
import { fixture, type RunningApp, startApp } from '../helpers/app.ts'
import { closeBrowser, connected, needsBrowser, openPage, untilDrawn } from './browser.ts'

t.teardown(closeBrowser)

const card = (page: Page, kind: string) => page.locator(`.card[data-kind=${kind}]`)

async function notify({ origin }: RunningApp, notice: object): Promise<string> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${origin}/api/notifications`, { method: 'POST', headers, body: JSON.stringify(notice) })
  return ((await response.json()) as Notification).notification_id
}

t.test(
  'a photo goes in, its progress and its signs come out, and a reload finds them again',
  needsBrowser,
  async (t) => {
    const app = await startApp(t)
    const { page, errors, heard, kinds } = await openPage(t, app.origin)
    await connected(page)
    t.equal(await page.getAttribute('html', 'lang'), 'zh-CN')
    t.equal(await page.title(), '交通标志检测 · hzsystem')
    await page.getByText('还没有记录').waitFor()

    await page.getByLabel('快速').check()
    await page.setInputFiles('#files', [fixture('street-avenue.jpg'), fixture('street-small.jpg')])
    await untilDrawn(page, '.card:nth-child(1)[data-kind=success] img')
    await untilDrawn(page, '.card:nth-child(2)[data-kind=success] img')
    const seen = await kinds()
    for (const kind of ['uploading', 'queued', 'processing', 'success']) t.ok(seen.includes(kind), `a card was ${kind}`)
    t.ok(heard.includes('detection_progress'))

    const { items } = (await (await fetch(`${app.origin}/api/detections`)).json()) as RecordPage
    const record = items.find(({ file_name }) => file_name === 'street-avenue.jpg')
    t.equal(record?.mode, 'fast', 'the chosen mode is what ran')
    const codes = record?.detections.map(({ class_code }) => class_code) ?? []
    t.ok(codes.length > 0)
    const first = card(page, 'success').first()
    t.same(await first.locator('.signs code').allTextContents(), codes)
    t.equal(await first.locator('.signs strong').first().textContent(), record?.detections[0]?.class_name)
    t.equal(await first.locator('.signs .names small').first().textContent(), record?.detections[0]?.class_name_en)
    t.equal(await first.locator('figure img').getAttribute('src'), record?.result_image_url)

    await page.reload()
    await untilDrawn(page, `[data-record="${record?.record_id}"] img`)
    t.equal(await page.locator('.record').count(), 2)
    t.equal(await page.locator('.card').count(), 0)
    t.ok(await page.locator('input[value=fast]').isChecked(), 'the options are remembered')
    await page.getByRole('button', { name: '查看 street-avenue.jpg 的结果' }).press('Enter')
    await untilDrawn(page, 'dialog[open] img')
    t.same(await page.locator('dialog .signs code').allTextContents(), codes)
    await page.keyboard.press('Escape')

    const remove = page.getByRole('button', { name: '删除 street-avenue.jpg' })
    await remove.click()
    t.equal(await remove.textContent(), '确认删除？', 'one press deletes nothing')
    await remove.click()
    await page.locator(`[data-record="${record?.record_id}"]`).waitFor({ state: 'detached' })
    t.equal(await page.locator('.record').count(), 1)
    t.same(errors, [], 'nothing went wrong, and the content policy refused nothing')
  },
)

t.test(
  'a file that is no picture says what happened and what to do, and its name is no HTML',
  needsBrowser,
  async (t) => {
    const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
    const { page, errors } = await openPage(t, app.origin, [415])
    const name = '<img src=x onerror="throw 1">.jpg'
    await connected(page)
    await page.setInputFiles('#files', { name, mimeType: 'image/jpeg', buffer: Buffer.from('only text') })
    const failed = card(page, 'failed')
    await failed.waitFor()
    t.equal(await failed.locator('.name').textContent(), name)
    t.match(await failed.locator('.failure').textContent(), /不是支持的图片.*请换一张照片.*UNSUPPORTED_MEDIA/)
    t.notOk(await failed.getByRole('button', { name: '重试' }).isVisible(), 'trying again would not help')
    await page.click('#language')
    t.match(await failed.locator('.failure').textContent(), /is not a supported picture.*Choose another file/)
    await failed.getByRole('button', { name: 'Dismiss' }).click()
    t.equal(await page.locator('.card').count(), 0)
    t.same(errors, [])
  },
)

t.test('the language is chosen once', needsBrowser, async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const { page, errors } = await openPage(t, app.origin)
  await connected(page)
  await page.setInputFiles('#files', fixture('street-small.jpg'))
  await card(page, 'success').waitFor()
  await page.click('#language')
  t.equal(await page.getAttribute('html', 'lang'), 'en')
  t.equal(await page.locator('.signs strong').textContent(), stopSign.class_name_en)
  await page.reload()
  await page.locator('#connection', { hasText: 'Live' }).waitFor()
  t.equal(await page.title(), 'Traffic sign detection · hzsystem')
  t.match(await page.locator('.record .chips').textContent(), stopSign.class_name_en)
  await page.click('#language')
  await page.locator('#connection', { hasText: '实时连接正常' }).waitFor()
  t.same(errors, [])
})

t.test('notices come while the page is open, go when withdrawn, and stay away once read', needsBrowser, async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const before = await notify(app, { title: '已有通知', message: '此前', level: 'success' })
  const { page, errors } = await openPage(t, app.origin)
  const notice = (id: string) => page.locator(`[data-notice="${id}"]`)
  await notice(before).waitFor()
  await connected(page)

  const live = await notify(app, { title: '系统维护', message: '<b>今晚</b>', level: 'warning' })
  await notice(live).waitFor()
  t.equal(await notice(live).locator('p').textContent(), '<b>今晚</b>')
  t.equal(await notice(live).getAttribute('role'), 'alert')
  await fetch(`${app.origin}/api/notifications/${live}`, { method: 'DELETE' })
  await notice(live).waitFor({ state: 'detached' })

  const asked = await notify(app, { title: '请确认', message: '值班表', action_required: true, action_url: '/docs' })
  await notice(asked).getByRole('link', { name: '查看详情' }).waitFor()
  await notice(before).getByRole('button', { name: '知道了' }).click()
  await notice(before).waitFor({ state: 'detached' })
  await page.reload()
  await notice(asked).waitFor()
  t.equal(await page.locator('.notice').count(), 1)
  await notice(asked).getByRole('button', { name: '确认已处理' }).click()
  await notice(asked).waitFor({ state: 'detached' })
  const { seen } = (await (await fetch(`${app.origin}/api/notifications/${asked}`)).json()) as Notification
  t.same(seen, { read: 1, acknowledged: 1 })
  t.same(errors, [])
})

t.test('a running task is there again after a reload, can be cancelled, and tried again', needsBrowser, async (t) => {
  let script: () => Promise<(typeof stopSign)[]> | null = () => null
  const analyzer = new ScriptedAnalyzer(async (job, signal) => script() ?? untilAborted(job, signal))
  const app = await startApp(t, { analyzer })
  const { page, errors } = await openPage(t, app.origin)
  await connected(page)
  await page.setInputFiles('#files', ['street-small.jpg', 'street-village.jpg', 'street-evening.jpg'].map(fixture))
  await card(page, 'queued').getByText('即将开始').waitFor()
  await page.reload()
  const running = card(page, 'processing').filter({ has: page.locator('[aria-current=step]', { hasText: '模型推理' }) })
  await running.nth(1).waitFor()
  t.equal(await card(page, 'queued').count(), 1)

  const name = await running.first().locator('.name').textContent()
  await page.getByRole('button', { name: `取消 ${name}` }).click()
  const cancelled = card(page, 'cancelled')
  await cancelled.waitFor()
  await analyzer.untilBegun(3)
  await running.first().getByRole('button', { name: '取消' }).click()
  await cancelled.nth(1).waitFor()
  script = async () => [stopSign]
  await cancelled.getByRole('button', { name: `重试 ${name}` }).click()
  await card(page, 'success').waitFor()
  t.equal(await card(page, 'success').locator('.name').textContent(), name)
  t.same(errors, [])
})

t.test('a lost server is not hidden, and what it did meanwhile is shown once it is back', needsBrowser, async (t) => {
  const first = await startApp(t, { analyzer: new ScriptedAnalyzer(untilAborted) })
  const { page, heard } = await openPage(t, first.origin)
  await connected(page)
  await page.setInputFiles('#files', fixture('street-small.jpg'))
  await card(page, 'processing').waitFor()
  const closed = first.close()
  await page.locator('#connection', { hasText: /连接中断，\d+ 秒后重连/ }).waitFor()
  // Chromium holds connections in reserve, and Node waits a minute for one on which nothing was ever asked.
  first.app.server.closeAllConnections()
  await closed
  const missed = heard.length
  await startApp(t, { dir: first.dir, env: { PORT: String(first.port) }, analyzer: new ScriptedAnalyzer() })
  await page.getByRole('button', { name: '立即重连' }).click()
  await connected(page)
  await card(page, 'success').waitFor()
  t.equal(heard.slice(missed).filter((type) => type === 'detection_complete').length, 1)
  t.equal(await page.locator('.record').first().getAttribute('data-record'), '1')
})

t.test('one window too many says so, and works without its connection', needsBrowser, async (t) => {
  const env = { MAX_CONNECTIONS_PER_USER: '1' }
  const app = await startApp(t, { env, analyzer: new ScriptedAnalyzer() })
  const first = await openPage(t, app.origin)
  await connected(first.page)
  const { page, errors } = await openPage(t, app.origin)
  await page.locator('#connection', { hasText: '请关闭其他窗口' }).waitFor()
  await page.setInputFiles('#files', fixture('street-small.jpg'))
  await card(page, 'success').waitFor()
  await page.locator('.record').waitFor()
  await first.page.close()
  while (app.parts.sockets.size > 0) await setImmediate()
  await page.getByRole('button', { name: '立即重连' }).click()
  await connected(page)
  t.same([...errors, ...first.errors], [])
})

t.test('where a sign-in is required the page asks for it, keeps it and ends it', needsBrowser, async (t) => {
  const env = { AUTH: 'required', ACCESS_TOKEN_TTL_S: '3' }
  const app = await startApp(t, { env, analyzer: new ScriptedAnalyzer() })
  const token = await app.parts.accounts.setup.ensureSetupLink()
  const { page, errors } = await openPage(t, `${app.origin}/?setup_token=${token}`, [401])
  const enter = async (password: string) => {
    await page.fill('#username', '管理员')
    await page.fill('#password', password)
    await page.click('#sign-in button')
  }
  await page.getByRole('heading', { name: '创建管理员' }).waitFor()
  t.equal(page.url(), `${app.origin}/`, 'the token does not stay in the address bar')
  await enter('a password of many letters')
  await connected(page)
  t.equal(await page.locator('#account .name').textContent(), '管理员')

  const renewed = page.waitForResponse((response) => response.url().endsWith('/api/auth/refresh'))
  const again = page.waitForEvent('websocket')
  t.equal((await renewed).status(), 200, 'the session is renewed before its token ends')
  await again
  await connected(page)
  await page.setInputFiles('#files', fixture('street-small.jpg'))
  await card(page, 'success').waitFor()
  await page.reload()
  await connected(page)
  await page.locator('.record').waitFor()

  await page.getByRole('button', { name: '退出' }).click()
  await page.getByRole('heading', { name: '登录' }).waitFor()
  await enter('not the password')
  await page.getByText('用户名或密码错误').waitFor()
  await enter('a password of many letters')
  await connected(page)
  t.same(errors, [])
})
