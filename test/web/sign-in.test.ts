import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import type { RecordPage, Role, SignedIn } from '../../src/contract/index.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { fixture, formOf, type RunningApp, startApp } from '../helpers/app.ts'
import { expectAccessible } from './accessibility.ts'
import { closeBrowser, connected, needsBrowser, openPage } from './browser.ts'
import { PASSWORD, signIn, signOut } from './people.ts'

t.teardown(closeBrowser)

const photo = readFileSync(fixture('street-small.jpg'))
const success = (page: Page) => page.locator('.detect-card[data-kind=success]')
const account = (page: Page) => page.getByRole('button', { name: /^我的账号/ })

async function start(t: Test, people: Record<string, Role>, env: Record<string, string> = {}) {
  const app = await startApp(t, { env: { AUTH: 'required', ...env }, analyzer: new ScriptedAnalyzer() })
  const ids: Record<string, number> = {}
  for (const [username, role] of Object.entries(people)) {
    ids[username] = (await app.parts.accounts.users.createUser({ username, password: PASSWORD, role })).id
  }
  return { app, idOf: (username: string) => ids[username] as number }
}

/** A program's sign-in, that no page knows of. */
async function signInElsewhere({ origin }: RunningApp, username: string): Promise<SignedIn> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ username, password: PASSWORD })
  return (await (await fetch(`${origin}/api/auth/login`, { method: 'POST', headers, body })).json()) as SignedIn
}

t.test('the page asks for a sign-in, keeps it, renews it and ends it', needsBrowser, async (t) => {
  const { app } = await start(t, {}, { ACCESS_TOKEN_TTL_S: '3' })
  const token = await app.parts.accounts.setup.ensureSetupLink()
  const { page, errors } = await openPage(t, `${app.origin}/?setup_token=${token}`, { expected: [401] })
  await page.getByRole('heading', { name: '创建管理员' }).waitFor()
  t.equal(page.url(), `${app.origin}/`, 'the token does not stay in the address bar')
  await expectAccessible(t, page, 'the set-up')
  await page.getByLabel('用户名').fill('管理 员')
  await page.getByLabel('密码').fill('short')
  await page.getByRole('button', { name: '创建管理员' }).click()
  await page.getByText('不能有空格').waitFor()
  await page.getByText('至少 10 个字符', { exact: true }).waitFor()
  await page.getByLabel('用户名').fill('管理员')
  await page.getByLabel('密码').fill(PASSWORD)
  await page.getByRole('button', { name: '创建管理员' }).click()
  await connected(page)
  t.equal(await account(page).textContent(), '管理员')

  const renewed = page.waitForResponse((response) => response.url().endsWith('/api/auth/refresh'))
  const again = page.waitForEvent('websocket')
  t.equal((await renewed).status(), 200, 'the session is renewed before its token ends')
  await again
  await connected(page)
  await page.setInputFiles('input[name=files]', fixture('street-small.jpg'))
  await success(page).waitFor()
  await page.reload()
  await connected(page)
  await success(page).waitFor()

  await signOut(page)
  await page.getByRole('heading', { name: '登录' }).waitFor()
  await expectAccessible(t, page, 'the sign-in')
  await page.getByLabel('用户名').fill('管理员')
  await page.getByLabel('密码').fill('not the password')
  await page.keyboard.press('Enter')
  await page.getByText('用户名或密码错误').waitFor()
  await page.getByText('请检查用户名和密码').waitFor()
  await expectAccessible(t, page, 'a sign-in that was refused')
  // The cursor is where the mistake is, and what was mistyped is typed over.
  await page.keyboard.type(PASSWORD)
  await page.keyboard.press('Enter')
  await connected(page)
  t.equal(await success(page).count(), 0, 'a sign-out takes what was shown away')
  t.same(errors, [])
})

t.test('a set-up link that was used before says so, and leads to the sign-in', needsBrowser, async (t) => {
  const { app } = await start(t, { admin: 'administrator' })
  const url = `${app.origin}/?setup_token=hzs_used`
  const { page, errors } = await openPage(t, url, { expected: [401], language: 'en', theme: 'dark', width: 360 })
  await page.getByLabel('User name').fill('somebody')
  await page.getByLabel(/^Password/).fill(PASSWORD)
  await page.getByRole('button', { name: 'Create the administrator' }).click()
  await page.getByText('This link is no longer valid').waitFor()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await expectAccessible(t, page, 'the sign-in on a phone, dark')
  t.equal(await page.evaluate('document.documentElement.scrollWidth'), 360, 'nothing is wider than the phone')
  t.same(errors, [])
})

t.test(
  'a session that ends at work asks for a sign-in, goes on there, and shows the next nothing',
  needsBrowser,
  async (t) => {
    const { app, idOf } = await start(t, { 管理员: 'administrator', 小王: 'user' })
    const { page, errors } = await openPage(t, app.origin, { expected: [401] })
    await signIn(page, '管理员')
    await page.setInputFiles('input[name=files]', fixture('street-small.jpg'))
    await success(page).waitFor()
    await page.getByRole('link', { name: '系统' }).click()
    await page.getByRole('link', { name: '用户' }).click()
    await page.getByRole('rowheader', { name: '小王' }).waitFor()

    await app.parts.accounts.users.revokeAll(idOf('管理员'))
    await page.getByText('登录已失效，请重新登录').waitFor()
    t.equal(new URL(page.url()).pathname, '/administration/users', 'the place is kept')
    await signIn(page, '管理员')
    await page.getByRole('rowheader', { name: '小王' }).waitFor()

    await app.parts.accounts.users.revokeAll(idOf('管理员'))
    await page.getByText('登录已失效').waitFor()
    await signIn(page, '小王')
    await page.getByRole('heading', { name: '需要管理员权限' }).waitFor()
    await page.getByText('小王 不是管理员').waitFor()
    t.equal(await page.getByRole('link', { name: '系统' }).count(), 0, 'the navigation does not offer it')
    await expectAccessible(t, page, 'a page that is not for everybody')
    await page.getByRole('link', { name: '返回检测' }).click()
    await page.getByText('还没有照片').waitFor()
    t.equal(await page.locator('.detect-card').count(), 0, 'nothing of the one before is left')
    t.same(errors, [])
  },
)

t.test('a user sees their own records, an analyst everybody’s', needsBrowser, async (t) => {
  const { app } = await start(t, { 小王: 'user', 小李: 'user', 老张: 'analyst' })
  for (const name of ['小王', '小李']) {
    const { access_token } = await signInElsewhere(app, name)
    const headers = { authorization: `Bearer ${access_token}` }
    const body = formOf([{ bytes: photo, name: `${name}.jpg` }])
    const answer = await fetch(`${app.origin}/api/detections?wait=1`, { method: 'POST', headers, body })
    t.equal(answer.status, 200)
  }
  const filesFor = async (username: string) => {
    const { page, errors } = await openPage(t, app.origin)
    await signIn(page, username)
    t.equal(await page.getByRole('link', { name: '系统' }).count(), 0, `${username} is offered no administration`)
    const { items } = (await page.evaluate(`fetch('/api/detections').then((answer) => answer.json())`)) as RecordPage
    t.same(errors, [])
    return items.map(({ file_name }) => file_name).sort()
  }
  t.same(await filesFor('小王'), ['小王.jpg'])
  t.same(await filesFor('老张'), ['小李.jpg', '小王.jpg'])
})

t.test('a window follows its browser to another user, and a role as it changes', needsBrowser, async (t) => {
  const { app, idOf } = await start(t, { 管理员: 'administrator', 小王: 'user' })
  const { page, errors } = await openPage(t, app.origin, { expected: [401] })
  await signIn(page, '管理员')
  await page.setInputFiles('input[name=files]', fixture('street-small.jpg'))
  await success(page).waitFor()
  const { page: tab } = await openPage(t, app.origin, { beside: page, expected: [401] })
  await connected(tab)
  await signOut(tab)
  await page.getByRole('heading', { name: '登录' }).waitFor()
  await signIn(page, '管理员')
  await signIn(tab, '小王')

  // The first window's session ends, and its browser is 小王's by now.
  await app.parts.accounts.users.revokeAll(idOf('管理员'))
  await page.getByRole('button', { name: '我的账号: 小王' }).waitFor()
  await connected(page)
  t.equal(await page.locator('.detect-card').count(), 0)
  t.equal(await page.getByRole('link', { name: '系统' }).count(), 0)

  await app.parts.accounts.users.changeUser(idOf('小王'), { role: 'administrator' })
  await page.getByRole('link', { name: '系统' }).click()
  await page.getByRole('heading', { name: '服务正常' }).waitFor()
  t.same(errors, [])
})
