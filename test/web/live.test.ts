import { setImmediate } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import t from 'tap'
import type { Record, RecordPage } from '../../src/contract/index.ts'
import { whereNow } from '../../src/web/app/live/where-now.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { type RunningApp, startApp } from '../helpers/app.ts'
import { expectAccessible } from './accessibility.ts'
import { closeBrowser, connected, needsBrowser, openPage } from './browser.ts'
import { withCamera, withStreetCamera } from './fake-camera.ts'

t.teardown(closeBrowser)

const start = (page: Page) => page.getByRole('button', { name: '开始检测' })
const stop = (page: Page) => page.getByRole('button', { name: '停止并保存' })
const found = (page: Page) => page.locator('.live-signs li')
const figure = (page: Page, name: string) => page.locator('.live-figures div', { hasText: name }).locator('dd')

async function records(app: RunningApp): Promise<Record[]> {
  return ((await (await fetch(`${app.origin}/api/detections`)).json()) as RecordPage).items
}

t.test('a sign is marked where it is by now, as its answer is about a moment ago', async (t) => {
  const answer = (capturedAt: number, ...bboxes: number[][]) => {
    const detections = bboxes.map((bbox, at) => ({ track_id: at + 1, bbox }))
    return { capturedAt, width: 640, detections } as never
  }
  const answers = [
    answer(1000, [0, 0, 10, 10]),
    answer(1100, [10, 0, 20, 10]),
    answer(1200, [20, 0, 30, 10], [5, 5, 9, 9]),
  ]
  const boxes = (nowMs: number) => whereNow(answers, nowMs).map(({ bbox }) => bbox)
  t.same(boxes(1200), [
    [20, 0, 30, 10],
    [5, 5, 9, 9],
  ])
  t.same(boxes(1300)[0], [30, 0, 40, 10], 'it goes on as it went')
  t.same(boxes(1300)[1], [5, 5, 9, 9], 'one that is new stays')
  t.same(boxes(9000)[0], [60, 0, 70, 10], 'but not far')
  t.same(whereNow([], 0), [])
})

t.test('what the camera sees is marked at once, and kept as a record when it stops', needsBrowser, async (t) => {
  const app = await startApp(t)
  const args = await withStreetCamera(app.dir)
  const { page, errors } = await openPage(t, app.origin, { args })
  await connected(page)
  await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '实时' }).click()
  await page.getByText('摄像头未打开').waitFor()
  await expectAccessible(t, page, 'before the camera is on')
  await page.keyboard.press('s')
  await found(page).nth(2).waitFor()
  await page.locator('.live-frame .sign-overlay .sign-label-text').first().waitFor()
  t.match(await figure(page, '延迟').textContent(), /^\d+ 毫秒$/)
  t.match(await figure(page, '速度').textContent(), /^[\d.]+ 帧\/秒$/)
  t.match(await figure(page, '跳过画面').textContent(), /^\d+$/)
  t.ok(await page.evaluate(`document.querySelector('video').videoWidth > 0`), 'the camera is shown')
  await expectAccessible(t, page, 'a camera that is on')
  await stop(page).click()
  await page.getByRole('link', { name: '查看记录' }).click()
  await page.waitForURL('**/records/1')
  await page.locator('.tracked-signs img').first().waitFor()
  const [record] = await records(app)
  t.match(record, { detection_type: 'realtime', mode: 'fast' })
  t.equal(await page.locator('.tracked-signs li').count(), record?.detections.length)
  t.match(await page.getByRole('heading', { level: 1 }).textContent(), /^实时 \d{4}年/)
  t.equal(await page.getByRole('link', { name: '去复核' }).count(), 0)
  await expectAccessible(t, page, 'a record of a camera')
  await page.goto(`${app.origin}/`)
  await connected(page)
  t.equal(await page.locator('.detect-card').count(), 0, 'sessions are no cards')
  t.same(errors, [])
})

t.test('another camera or resolution is shown while the session goes on', needsBrowser, async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const two = ['--use-fake-device-for-media-stream=device-count=2', '--use-fake-ui-for-media-stream']
  const { page, errors } = await openPage(t, `${app.origin}/live`, { args: two })
  await connected(page)
  await start(page).click()
  await found(page).first().waitFor()
  await page.getByLabel('本机摄像头').click()
  await page.locator('.ant-select-item-option', { hasText: 'fake_device_1' }).click()
  const label = `document.querySelector('video').srcObject.getVideoTracks()[0].label`
  while ((await page.evaluate(label).catch(() => '')) !== 'fake_device_1') await setImmediate()
  await page.getByLabel('分辨率').click()
  await page.locator('.ant-select-item-option', { hasText: '480p' }).click()
  while ((await page.evaluate(`document.querySelector('video').videoHeight`)) !== 480) await setImmediate()
  await stop(page).click()
  await page.getByRole('link', { name: '查看记录' }).waitFor()
  t.equal((await records(app)).length, 1, 'one session')
  t.same(errors, [])
})

t.test('a lost connection is said, and the session goes on over the next', needsBrowser, async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const { page } = await openPage(t, `${app.origin}/live`, { args: withCamera })
  await connected(page)
  await start(page).click()
  await found(page).first().waitFor()
  for (const socket of app.app.websocketServer.clients) socket.terminate()
  await page.getByText('连接中断，正在重连').waitFor()
  await expectAccessible(t, page, 'a lost connection')
  await page.getByText('连接中断，正在重连').waitFor({ state: 'detached' })
  await stop(page).click()
  await page.getByRole('link', { name: '查看记录' }).waitFor()
  t.equal((await records(app)).length, 1)
})

t.test('whoever goes elsewhere has a record of it, and the camera is off', needsBrowser, async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const { page, errors } = await openPage(t, `${app.origin}/live`, { args: withCamera })
  await connected(page)
  await start(page).click()
  await found(page).first().waitFor()
  await page.evaluate(`globalThis.track = document.querySelector('video').srcObject.getVideoTracks()[0]`)
  await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '记录' }).click()
  await page.locator('.record-tile-link').first().waitFor()
  t.equal((await records(app)).length, 1)
  t.equal(await page.evaluate('track.readyState'), 'ended')
  t.same(errors, [])
})

t.test('one session too many says what to do', needsBrowser, async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), env: { REALTIME_SESSIONS_PER_USER: '1' } })
  const first = await openPage(t, `${app.origin}/live`, { args: withCamera })
  await connected(first.page)
  await start(first.page).click()
  await found(first.page).first().waitFor()
  const { page } = await openPage(t, `${app.origin}/live`, { beside: first.page })
  await connected(page)
  await start(page).click()
  await page.getByText('SESSION_LIMIT').waitFor()
  t.match(await page.getByRole('alert').first().textContent(), /请先停止另一个窗口或设备上的实时检测/)
  await page.getByText('摄像头未打开').waitFor()
})

const cannot = (name: string) =>
  `navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '${name}'))`
const problems = [
  ['没有找到摄像头', 'undefined'],
  ['没有使用摄像头的权限', cannot('NotAllowedError')],
  ['摄像头被占用或没有响应', cannot('NotReadableError')],
  ['当前网址不能使用摄像头', `Object.defineProperty(globalThis, 'isSecureContext', { value: false })`],
  ['这个浏览器不支持摄像头', `Object.defineProperty(navigator, 'mediaDevices', { value: undefined })`],
] as const

t.test('where there is no picture, the page says why and what to do', needsBrowser, async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  for (const [text, script] of problems) {
    const { page, errors } = await openPage(t, `${app.origin}/account`)
    await page.addInitScript(script)
    await page.goto(`${app.origin}/live`)
    await connected(page)
    await start(page).click()
    await page.getByRole('alert').getByText(text).waitFor()
    await expectAccessible(t, page, text)
    t.same(errors, [])
    await page.close()
  }
  t.same(await records(app), [], 'no session was begun')
})

t.test('the page fits a phone, in both languages and themes', needsBrowser, async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  for (const [language, theme] of [
    ['zh-CN', 'dark'],
    ['en', 'light'],
  ] as const) {
    const options = { language, theme, width: 390, height: 844, args: withCamera }
    const { page, errors } = await openPage(t, `${app.origin}/live`, options)
    await connected(page)
    await page.getByRole('button', { name: language === 'en' ? 'Start' : '开始检测' }).click()
    await found(page).first().waitFor()
    t.equal(await page.evaluate('document.documentElement.scrollWidth'), 390, 'nothing sticks out')
    await expectAccessible(t, page, `${language}, ${theme}`)
    t.same(errors, [])
  }
})
