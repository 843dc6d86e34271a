import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import type { Camera, CameraList } from '../../src/contract/index.ts'
import { ask, startCameraApp, street } from '../cameras/camera-fixture.ts'
import { MjpegServer } from '../cameras/mjpeg-server.ts'
import { RtspServer } from '../cameras/rtsp-server.ts'
import type { AppOptions, RunningApp } from '../helpers/app.ts'
import { expectAccessible } from './accessibility.ts'
import { closeBrowser, connected, needsBrowser, openPage, type PageOptions, untilDrawn } from './browser.ts'
import { PASSWORD, signIn } from './people.ts'

t.teardown(closeBrowser)

const ADMINISTRATION = '/administration/cameras'
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const row = (page: Page, name: string) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) })
const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

async function cameras(app: RunningApp): Promise<Camera[]> {
  return ((await ask(app, 'GET', '/api/cameras')).json as CameraList).items
}

/** A server that asks for no sign-in, and a page of it. */
async function start(t: Test, path: string, app: AppOptions = {}, page: PageOptions = {}) {
  const running = await startCameraApp(t, app)
  const watched = await openPage(t, running.origin + path, page)
  await connected(watched.page)
  return { app: running, ...watched }
}

async function act(page: Page, name: string, what: string): Promise<void> {
  await page.getByRole('button', { name: `${name} 的操作` }).click()
  await page.getByRole('menuitem', { name: what }).click()
  // One that is still fading out would be there twice.
  await page.getByRole('menuitem').first().waitFor({ state: 'hidden' })
}

t.test('a camera is added, seen to run and to see signs, changed, disabled and removed', needsBrowser, async (t) => {
  const { app, page, errors } = await start(t, ADMINISTRATION, {}, { expected: [422] })
  const server = await RtspServer.start(t, app.dir, { user: 'viewer', password: 'p@ss' })
  await page.getByText('还没有网络摄像头').waitFor()
  await page.getByText('CAMERA_PRIVATE_RANGES').waitFor()
  await expectAccessible(t, page, 'no cameras')

  await button(page, '添加摄像头').click()
  await button(page, '添 加').or(button(page, '添加')).click()
  await page.getByText('请输入地址').waitFor()
  await page.getByLabel('名称').fill('北门')
  await page.getByLabel('地址').fill('rtsp://10.0.0.7/stream1')
  await page.keyboard.press('Enter')
  await page.locator('.ant-form-item-explain', { hasText: '未列入 CAMERA_PRIVATE_RANGES' }).waitFor()
  t.equal(await page.evaluate('document.activeElement.id'), await page.getByLabel('地址').getAttribute('id'))
  await page.getByLabel('地址').fill('file:///etc/passwd')
  await page.keyboard.press('Enter')
  await page.locator('.ant-form-item-explain', { hasText: '应以 rtsp://' }).waitFor()
  await expectAccessible(t, page, 'an address that is refused')
  t.same(await cameras(app), [])

  await page.getByLabel('地址').fill(`rtsp://${server.address}/live?pwd=q`)
  await page.getByLabel('用户名', { exact: true }).fill('viewer')
  await page.getByLabel('密码', { exact: true }).fill('p@ss')
  await page.getByRole('radio', { name: '所有用户' }).check()
  await page.keyboard.press('Enter')
  await row(page, '北门').getByText('运行中').waitFor()
  await row(page, '北门')
    .getByText(/帧\/秒/)
    .waitFor()
  await row(page, '北门').getByText('已保存密码').waitFor()
  await row(page, '北门').getByText(`rtsp://${server.address}/live?pwd=***`).waitFor()
  t.match(await cameras(app), [{ audience: 'everyone', options: { mode: 'fast', confidence_threshold: 0.5 } }])
  t.notMatch(await page.content(), /p@ss|p%40ss|viewer/)
  await expectAccessible(t, page, 'a camera that runs')

  await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '实时' }).click()
  await page.getByRole('link', { name: '网络摄像头' }).click()
  await card(page, '北门').getByText('限速60').first().waitFor()
  await card(page, '北门').getByText('运行中').waitFor()
  await untilDrawn(page, '.network-signs li:first-child img')
  await expectAccessible(t, page, 'what a camera sees')
  await page.reload()
  await card(page, '北门').getByText('限速60').first().waitFor()

  await page.goto(app.origin + ADMINISTRATION)
  await act(page, '北门', '修改')
  await page.getByLabel('名称').fill('南门')
  await button(page, '保存').click()
  await row(page, '南门').getByText('运行中').waitFor()
  await row(page, '南门').getByRole('switch').click()
  await row(page, '南门').getByText('已停用').waitFor()
  t.same(app.parts.cameras.pids, [])
  await act(page, '南门', '查看记录')
  await page.waitForURL('**/records?*')
  await page.locator('.record-tile-link').first().waitFor()

  await page.goto(app.origin + ADMINISTRATION)
  await act(page, '南门', '删除')
  await button(page, '删除').click()
  await page.getByText('还没有网络摄像头').waitFor()
  t.same(await cameras(app), [])
  t.same(errors, [])
})

t.test('a password that is refused is said, and mended without the address', needsBrowser, async (t) => {
  const { app, page, errors } = await start(t, ADMINISTRATION)
  const server = await RtspServer.start(t, app.dir, { user: 'viewer', password: 'right' })
  const url = `rtsp://viewer:wrong@${server.address}/live?token=q`
  await ask(app, 'POST', '/api/cameras', { name: '北门', url })
  await row(page, '北门').getByText('已停止').waitFor()
  await row(page, '北门').getByText('摄像头不接受所给的用户名和密码').waitFor()
  await row(page, '北门').getByText('修改或重启之前不再尝试').waitFor()
  await act(page, '北门', '修改')
  await page.getByText('已保存，不再显示').waitFor()
  t.equal(await page.getByLabel('用户名', { exact: true }).inputValue(), '')
  await page.getByLabel('用户名', { exact: true }).fill('viewer')
  await page.getByLabel('密码', { exact: true }).fill('right')
  await button(page, '保存').click()
  await row(page, '北门').getByText('运行中').waitFor()
  t.ok(server.requests.at(-1)?.includes('/live?token=q'), 'what was not shown of the address is kept')
  await act(page, '北门', '修改')
  await page.getByLabel('删除已保存的用户名和密码').check()
  await button(page, '保存').click()
  await row(page, '北门').getByText('已停止').waitFor()
  t.match(await cameras(app), [{ has_credentials: false }])
  t.same(errors, [])
})

t.test('users see the cameras that are open to them, and how to get one', needsBrowser, async (t) => {
  const app = await startCameraApp(t, { env: { AUTH: 'required' } })
  const server = await MjpegServer.start(t, await street())
  const { users, sessions } = app.parts.accounts
  await users.createUser({ username: '管理员', password: PASSWORD, role: 'administrator' })
  await users.createUser({ username: '小王', password: PASSWORD, role: 'user' })
  const { access_token } = await sessions.signIn('管理员', PASSWORD)
  const register = async (name: string, audience: string) => {
    const answer = await fetch(`${app.origin}/api/cameras`, {
      method: 'POST',
      headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name, url: server.url, audience }),
    })
    t.equal(answer.status, 201)
  }
  const { page, errors } = await openPage(t, `${app.origin}/live/cameras`)
  await signIn(page, '小王')
  await page.getByText('没有可看的网络摄像头').waitFor()
  await page.getByText('如需查看，请联系管理员').waitFor()
  await register('内院', 'analysts')
  await register('北门', 'everyone')
  await card(page, '北门').getByText('限速60').first().waitFor()
  t.equal(await card(page, '内院').count(), 0)
  t.equal(await page.getByRole('link', { name: /的记录/ }).count(), 0, 'which belong to the administrator')
  t.notMatch(await page.content(), /127\.0\.0\.1:\d+\/video/)
  await expectAccessible(t, page, 'a user')
  t.same(errors, [])
})

t.test('the pages of cameras fit a phone, in both languages and themes', needsBrowser, async (t) => {
  const app = await startCameraApp(t)
  const server = await MjpegServer.start(t, await street())
  await ask(app, 'POST', '/api/cameras', { name: 'Gate', url: server.url })
  await ask(app, 'POST', '/api/cameras', {
    name: 'Bridge',
    url: 'rtsp://127.0.0.1:9/with/a/path/that/is/rather/long/stream1',
  })
  for (const [language, theme] of [
    ['zh-CN', 'dark'],
    ['en', 'light'],
  ] as const) {
    for (const path of [ADMINISTRATION, '/live/cameras']) {
      const { page, errors } = await openPage(t, app.origin + path, { language, theme, width: 390, height: 844 })
      await connected(page)
      await page
        .getByText(language === 'en' ? 'Running' : '运行中')
        .first()
        .waitFor()
      t.equal(await page.evaluate('document.documentElement.scrollWidth'), 390, `${path}: nothing sticks out`)
      await expectAccessible(t, page, `${path}, ${language}, ${theme}`)
      t.same(errors, [])
    }
  }
})
