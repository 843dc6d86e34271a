import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import type { Problem, RecordPage, Task } from '../../src/contract/index.ts'
import { AppError } from '../../src/errors.ts'
import { ScriptedAnalyzer, untilAborted } from '../helpers/analyzers.ts'
import { type AppOptions, fixture, formOf, type RunningApp, startApp } from '../helpers/app.ts'
import { copyModel } from '../helpers/models.ts'
import { expectAccessible } from './accessibility.ts'
import { closeBrowser, connected, needsBrowser, openPage, type PageOptions } from './browser.ts'
import { PASSWORD, signIn } from './people.ts'

t.teardown(closeBrowser)

const photo = readFileSync(fixture('street-small.jpg'))

/** A server that asks for a sign-in, and a page of its administrator at a path. */
async function startAsAdministrator(t: Test, path: string, expected: number[] = []) {
  const app = await startApp(t, { env: { AUTH: 'required' }, analyzer: new ScriptedAnalyzer() })
  await app.parts.accounts.users.createUser({ username: '管理员', password: PASSWORD, role: 'administrator' })
  const watched = await openPage(t, `${app.origin}${path}`, { expected })
  await signIn(watched.page, '管理员')
  return { app, ...watched }
}

/** A server that asks for none: whoever comes is its administrator. */
async function startOpen(t: Test, path: string, appOptions: AppOptions, options: PageOptions = {}) {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), ...appOptions })
  const watched = await openPage(t, `${app.origin}${path}`, options)
  await connected(watched.page)
  return { app, ...watched }
}

async function call<T = Problem>({ origin }: RunningApp, method: string, path: string, body?: object, token?: string) {
  const json = body && { body: JSON.stringify(body) }
  const type = body && { 'content-type': 'application/json' }
  const headers = { ...type, ...(token && { authorization: `Bearer ${token}` }) }
  const answer = await fetch(`${origin}${path}`, { method, headers, ...json })
  return { status: answer.status, json: (answer.status === 204 ? null : await answer.json()) as T }
}

const signInElsewhere = async (app: RunningApp, username: string, password: string) =>
  (await call(app, 'POST', '/api/auth/login', { username, password })).status

async function upload({ origin }: RunningApp, name: string, userId: number, query = ''): Promise<void> {
  const body = formOf([{ bytes: photo, name }])
  const answer = await fetch(`${origin}/api/detections${query}`, {
    method: 'POST',
    headers: { 'x-user-id': String(userId) },
    body,
  })
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
  await answer.arrayBuffer()
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const row = (page: Page, name: string) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) })

t.test('users are made, changed, shut out and let in again', needsBrowser, async (t) => {
  const { app, page, errors } = await startAsAdministrator(t, '/administration/users', [409])
  const act = async (username: string, what: string) => {
    await page.getByRole('button', { name: `${username} 的操作` }).click()
    await page.getByRole('menuitem', { name: what }).click()
    // One that is still fading out would be there twice.
    await page.getByRole('menuitem').first().waitFor({ state: 'hidden' })
  }
  await row(page, '管理员').getByText('（你）').waitFor()
  await expectAccessible(t, page, 'the users')

  await button(page, '新建用户').click()
  await button(page, '创建').click()
  await page.getByText('请输入用户名').waitFor()
  await page.getByLabel('用户名').fill('管理员')
  await page.getByRole('radio', { name: /^分析员/ }).check()
  await button(page, '自动生成').click()
  await button(page, '创建').click()
  await page.getByText('请换一个用户名').waitFor()
  await expectAccessible(t, page, 'a name that is taken')
  await page.getByLabel('用户名').fill('老张')
  await button(page, '创建').click()
  await page.getByText('用户已创建').waitFor()
  const first = await page.getByRole('textbox', { name: '密码' }).inputValue()
  t.match(first, /^([a-z2-9]{4}-){4}[a-z2-9]{4}$/)
  await button(page, '完成').click()
  await row(page, '老张').getByText('分析员').waitFor()
  t.equal(await signInElsewhere(app, '老张', first), 200, 'the generated password is the user’s')

  await act('管理员', '修改姓名和角色')
  await page.getByRole('radio', { name: /^普通用户/ }).check()
  await button(page, '保存').click()
  await page.getByText('不能停用或降级最后一位管理员').waitFor()
  await page.getByText('请先把另一位用户设为管理员').waitFor()
  await button(page, '取消').click()

  await act('老张', '修改姓名和角色')
  await page.getByLabel('姓名').fill('张三')
  await page.getByRole('radio', { name: /^普通用户/ }).check()
  await button(page, '保存').click()
  await row(page, '老张').getByText('普通用户').waitFor()
  await row(page, '老张').getByText('张三').waitFor()

  await act('老张', '设置新密码')
  await page.getByRole('textbox', { name: '密码' }).fill('another password')
  await button(page, '保存').click()
  await page.getByText('新密码已设置').waitFor()
  await button(page, '完成').click()
  t.equal(await signInElsewhere(app, '老张', first), 401)
  t.equal(await signInElsewhere(app, '老张', 'another password'), 200)

  await act('老张', '停用')
  await button(page, '停用').click()
  await row(page, '老张').getByText('已停用').waitFor()
  t.equal(await signInElsewhere(app, '老张', 'another password'), 401)
  await act('老张', '启用')
  await row(page, '老张').getByText('启用', { exact: true }).waitFor()
  t.equal(await signInElsewhere(app, '老张', 'another password'), 200)

  await act('管理员', '强制退出')
  await page.getByText('你自己也会退出').waitFor()
  await button(page, '强制退出').click()
  await page.getByRole('heading', { name: '登录' }).waitFor()
  t.same(
    errors.filter((error) => !error.includes('401')),
    [],
  )
})

t.test('a token is shown once, opens the server, and is revoked by an administrator', needsBrowser, async (t) => {
  const { app, page, errors } = await startAsAdministrator(t, '/account', [401])
  await page.getByText('还没有令牌').waitFor()
  await button(page, '新建令牌').click()
  await page.getByLabel('名称').fill('路口摄像头')
  await button(page, '创建').click()
  await page.getByText('请现在复制并妥善保存').waitFor()
  const token = await page.getByRole('textbox', { name: '令牌' }).inputValue()
  t.match(await page.locator('pre').textContent(), `Authorization: Bearer ${token}`)
  t.match(await page.locator('pre').textContent(), `${app.origin}/api/detections`)
  await expectAccessible(t, page, 'a new token')
  await button(page, '完成').click()
  await row(page, '路口摄像头').getByText('从未使用').waitFor()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  t.notOk((await page.content()).includes(token), 'it is not shown again')
  t.equal((await call(app, 'GET', '/api/tokens', undefined, token)).status, 200)
  await expectAccessible(t, page, 'the account')

  const change = async (current: string, next: string, repeated = next) => {
    await page.getByLabel('当前密码').fill(current)
    await page.getByLabel('新密码', { exact: true }).fill(next)
    await page.getByLabel('再输入一次新密码').fill(repeated)
    await button(page, '修改密码').click()
  }
  await change('mistaken', 'a new password', 'a new passwort')
  await page.getByText('两次输入的不一样').waitFor()
  await change('mistaken', 'a new password')
  await page.getByText('用户名或密码错误').waitFor()
  await change(PASSWORD, 'a new password')
  await page.getByText('密码已修改').waitFor()
  t.equal(await signInElsewhere(app, '管理员', 'a new password'), 200)

  const { id } = await app.parts.accounts.users.createUser({ username: '小王', password: PASSWORD })
  await app.parts.accounts.tokens.createPersonalToken(id, { name: '夜间导入' })
  await page.getByRole('link', { name: '系统' }).click()
  await page.getByRole('link', { name: '接口令牌' }).click()
  await row(page, '夜间导入').getByText('小王').waitFor()
  await row(page, '路口摄像头').getByText('管理员').waitFor()
  await page.getByLabel('谁的令牌').click()
  await page.locator('.ant-select-item').filter({ hasText: '小王' }).click()
  await row(page, '路口摄像头').waitFor({ state: 'detached' })
  t.match(page.url(), new RegExp(`\\?user=${id}$`), 'the choice is in the address')
  await page.getByRole('button', { name: '撤销 夜间导入' }).click()
  await button(page, '撤销').last().click()
  await page.getByText('小王 没有令牌').waitFor()
  await expectAccessible(t, page, 'the tokens')
  t.same(errors, [])
})

t.test('models are switched, back again, and told apart from what is broken', needsBrowser, async (t) => {
  const dir = t.testdir()
  const models = join(dir, 'models')
  await mkdir(join(models, 'broken'), { recursive: true })
  await writeFile(join(models, 'broken', 'model.json'), '{}')
  await copyModel(models, '9.0.0', { title: '夜间模型' })
  const { app, page, errors } = await startOpen(t, '/administration/models', { dir }, { expected: [409] })
  const model = (text: string) => page.locator('.model-card').filter({ hasText: text })
  await model('使用中').getByText('服务器设置').waitFor()
  await model('不可用').getByText('不能使用').waitFor()
  t.equal(await model('不可用').getByRole('button').count(), 0)
  await page.getByText('还没有切换过模型').waitFor()
  await expectAccessible(t, page, 'the models')

  await model('夜间模型')
    .getByRole('button', { name: /^切换到/ })
    .click()
  await page.getByText('正在检测的照片用原模型完成').waitFor()
  await button(page, '切换').click()
  await model('9.0.0').getByText('使用中').waitFor()
  await page.getByRole('rowheader', { name: /→/ }).waitFor()
  await page.getByText('已切换到').waitFor()

  // Another administrator goes back: the page hears of it.
  t.equal((await call(app, 'POST', '/api/models/rollback')).status, 200)
  await page.getByRole('cell', { name: '恢复' }).waitFor()
  await model('9.0.0').getByText('使用中').waitFor({ state: 'detached' })
  await button(page, '恢复上一个模型').click()
  await button(page, '切换').click()
  await model('9.0.0').getByText('使用中').waitFor()
  t.equal(await page.getByRole('rowheader').count(), 3)

  // What is said of the broken one is said in the language of the page.
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByText(/Cannot be used: .*must have required properties/).waitFor()
  t.same(errors, [])
})

t.test('everybody’s tasks are seen as they go on, cancelled, and their failures explained', needsBrowser, async (t) => {
  const analyzer = new ScriptedAnalyzer(async (job, signal) => {
    if (analyzer.begun.length === 1) throw new AppError('IMAGE_UNREADABLE', { file_name: 'damaged.jpg' })
    return untilAborted(job, signal)
  })
  const { app, page, errors } = await startOpen(t, '/administration/tasks', { analyzer })
  await page.getByText('现在没有任务').waitFor()
  await page.getByText('没有失败的任务').waitFor()
  await upload(app, 'damaged.jpg', 12)
  await row(page, 'damaged.jpg').getByText('已损坏或不完整').waitFor()
  await row(page, 'damaged.jpg').getByText('user-12').waitFor()
  await upload(app, 'running.jpg', 12)
  await upload(app, 'second.jpg', 13)
  await upload(app, 'third.jpg', 13)
  await row(page, 'running.jpg').getByText('模型推理中').waitFor()
  await page.getByText(/排队第 1 位/).waitFor()
  t.equal(await row(page, 'running.jpg').getByRole('progressbar').getAttribute('aria-label'), 'running.jpg 的进度')
  await expectAccessible(t, page, 'tasks of everybody')

  await page.getByRole('button', { name: '取消 running.jpg' }).click()
  await page.getByText('这是 user-12 的任务').waitFor()
  await button(page, '取消任务').click()
  await row(page, 'running.jpg').waitFor({ state: 'detached' })
  const { items } = (await (await fetch(`${app.origin}/api/tasks`, { headers: { 'x-user-id': '12' } })).json()) as {
    items: Task[]
  }
  t.equal(items.find(({ file_name }) => file_name === 'running.jpg')?.status, 'cancelled')

  await row(page, '本机用户').getByText('自己的消息').waitFor()
  await page.goto(app.origin)
  await connected(page)
  t.equal(await page.locator('.detect-card').count(), 0, 'what was seen of others does not come to Detect')
  t.same(errors, [])
})

t.test('nothing is deleted by itself that was not previewed and confirmed', needsBrowser, async (t) => {
  const { app, page, errors } = await startOpen(t, '/administration/retention', {})
  await upload(app, 'old.jpg', 12, '?wait=1')
  await upload(app, 'new.jpg', 12, '?wait=1')
  await app.parts.db.record.updateMany({
    where: { fileName: 'old.jpg' },
    data: { createdAt: new Date(Date.now() - 100 * 86_400_000) },
  })
  await page.getByText('从未设置').waitFor()
  t.ok(await button(page, '立即执行…').isDisabled(), 'there is nothing to run')
  t.ok(await button(page, '保存…').isDisabled(), 'nothing can be saved unseen')
  await page.getByLabel('记录保留').fill('0')
  await button(page, '预览').click()
  await page.getByText('请输入 1 到 36500 的整数').waitFor()
  await page.getByLabel('记录保留').fill('30')
  await button(page, '预览').click()
  await page.getByRole('heading', { name: '若现在执行，将删除' }).waitFor()
  t.equal(await row(page, '整条记录').getByRole('cell').nth(1).textContent(), '1')
  await expectAccessible(t, page, 'a preview')

  await page.getByLabel('记录保留').fill('31')
  await page.getByText('请重新预览').waitFor()
  t.ok(await button(page, '保存…').isDisabled(), 'other numbers have to be previewed, too')
  await button(page, '预览').click()
  await page.getByRole('heading', { name: '若现在执行，将删除' }).waitFor()
  await button(page, '保存…').click()
  await page.getByText(/将删除 1 条记录/).waitFor()
  await button(page, '保存').click()
  await page.getByText('31 天后删除').waitFor()
  const filesOf = async () => {
    const { items } = (await (await fetch(`${app.origin}/api/detections`)).json()) as RecordPage
    return items.map(({ file_name }) => file_name).sort()
  }
  t.same(await filesOf(), ['new.jpg', 'old.jpg'], 'saving deletes nothing yet')

  await button(page, '立即执行…').click()
  await page.getByText('按当前已保存的设置立即删除').waitFor()
  await button(page, '立即删除').click()
  await page.getByText(/已删除 1 条记录/).waitFor()
  t.same(await filesOf(), ['new.jpg'])
  await page.getByText('从未执行').waitFor({ state: 'detached' })
  t.same(errors, [])
})

t.test('what is wrong with the server is said with what to do, and followed as it changes', needsBrowser, async (t) => {
  const analyzer = new ScriptedAnalyzer(undefined, 2)
  const { page, errors } = await startOpen(t, '/administration', { analyzer }, { expected: [503] })
  await page.getByRole('heading', { name: '服务正常' }).waitFor()
  await page.getByText('能访问它的人都是管理员').waitFor()
  await page.getByText('只有 1 个检测进程可用，应有 2 个').waitFor()
  await page.getByText(/可用 [\d.]+ [GT]B，共/).waitFor()
  await page.getByText(/^\d+\.\d+\.\d+$/).waitFor()
  analyzer.alive = 0
  await page.getByRole('heading', { name: '服务未就绪' }).waitFor()
  await page.getByText('进程正在重启时请稍候').waitFor()
  await expectAccessible(t, page, 'a server that is not ready')
  analyzer.alive = 2
  await page.getByRole('heading', { name: '服务正常' }).waitFor()
  await page.getByText('只有 1 个检测进程可用').waitFor({ state: 'detached' })
  t.same(errors, [])
})

t.test('every section fits a phone, in English and in the dark', needsBrowser, async (t) => {
  const options: PageOptions = { width: 360, height: 740, language: 'en', theme: 'dark' }
  const { app, page, errors } = await startOpen(t, '/administration/nonsense', {}, options)
  await upload(app, 'a-photo-with-a-rather-long-name-that-has-no-space-in-it.jpg', 12, '?wait=1')
  await page.getByRole('heading', { name: 'Live figures' }).waitFor()
  t.equal(new URL(page.url()).pathname, '/administration', 'what is no section leads to the first one')
  for (const [section, heading] of [
    ['Users', 'Users'],
    ['API tokens', 'API tokens'],
    ['Models', 'Switches'],
    ['Tasks and connections', 'Open sockets'],
    ['Retention', 'Set now'],
    ['Health', 'Storage'],
  ] as const) {
    await page.getByRole('combobox', { name: 'System administration' }).click()
    await page.locator('.ant-select-item').filter({ hasText: section }).click()
    await page.getByRole('heading', { name: heading, exact: true }).waitFor()
    await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
    await expectAccessible(t, page, section)
    t.equal(await page.evaluate('document.documentElement.scrollWidth'), 360, `${section} is no wider than the phone`)
  }
  await page.goto(`${app.origin}/account`)
  await page.getByText('This server asks for no sign-in').waitFor()
  t.equal(await page.getByRole('button', { name: 'New token' }).count(), 0)
  await expectAccessible(t, page, 'the account of nobody in particular')
  t.same(errors, [])
})
