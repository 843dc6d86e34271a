import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import type { NewNotification, Notification } from '../../src/contract/index.ts'
import { PASSWORD, startWithPeople, type Who } from '../helpers/people.ts'
import { expectAccessible } from './accessibility.ts'
import { closeBrowser, connected, needsBrowser, openPage, type PageOptions } from './browser.ts'

t.teardown(closeBrowser)

/** A server with people, and pages of browsers in which they are signed in. */
async function start(t: Test) {
  const server = await startWithPeople(t)
  const { origin } = server.app
  const opened = async (who: Who, path = '/', options: PageOptions = {}) => {
    const watched = await openPage(t, origin + path, options)
    const { page } = watched
    const [username, password] = options.language === 'en' ? ['User name', 'Password'] : ['用户名', '密码']
    await page.getByLabel(username, { exact: true }).fill(who)
    await page.getByLabel(password, { exact: true }).fill(PASSWORD)
    await page.keyboard.press('Enter')
    await connected(page)
    return watched
  }
  const publish = async (notice: Partial<NewNotification>) => {
    const body = { title: '系统维护通知', message: '今晚维护', ...notice }
    return (await server.call('administrator', 'POST', '/api/notifications', body)).json as Notification
  }
  return { ...server, origin, opened, publish }
}

const toast = (page: Page, title: string) => page.locator('.ant-notification-notice').filter({ hasText: title })
const bell = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const drawer = (page: Page) => page.getByRole('dialog', { name: '通知' })
const sent = (page: Page, title: string) => page.locator('.sent-list > li').filter({ hasText: title })

t.test('what an administrator writes is seen elsewhere, acknowledged, and counted', needsBrowser, async (t) => {
  const { opened } = await start(t)
  const reader = await opened('user')
  const author = await opened('administrator', '/notices?section=compose', { expected: [400] })
  await bell(reader.page, '通知，没有未读').waitFor()

  const { page } = author
  const field = (name: string) => page.getByRole('textbox', { name })
  await field('标题').fill('请更新密码')
  await field('内容').fill('<b>今天</b>之内\n全部更新')
  await page.getByRole('region', { name: '预览' }).getByText('请更新密码').first().waitFor()
  await page.getByLabel('级别').click()
  await page.getByTitle('注意').click()
  await page.getByLabel('要求确认').click()
  await field('链接').fill('javascript:alert(1)')
  await expectAccessible(t, page, 'writing a notice')
  await page.getByRole('button', { name: /发\s*布$/ }).click()
  await page.getByText('应以 https:// 或 / 开头，且没有空格').waitFor()
  await field('链接').fill('https://intranet.example/policy')
  await page.getByLabel('失效时间').fill('2020-02-02T20:20')
  await page.getByRole('button', { name: /发\s*布$/ }).click()
  await page.locator('.ant-form-item').filter({ hasText: '失效时间' }).getByText('应晚于现在').waitFor()
  t.equal(await toast(reader.page, '请更新密码').count(), 0, 'what is wrong is said at its field, and nothing goes out')
  await page.getByLabel('失效时间').fill('')
  await page.getByRole('button', { name: /发\s*布$/ }).click()
  await page.waitForURL('**/notices?section=sent')

  const shown = toast(reader.page, '请更新密码')
  await shown.waitFor()
  t.match(await shown.textContent(), '<b>今天</b>之内', 'text stays text')
  t.equal(await shown.locator('.ant-notification-notice-close').count(), 0, 'it stays until it is acknowledged')
  const link = shown.getByRole('link', { name: /打开 intranet\.example/ })
  t.match(await link.getAttribute('rel'), /noopener/)
  await bell(reader.page, '通知，1 条未读').waitFor()
  await expectAccessible(t, reader.page, 'a toast')
  await sent(page, '请更新密码').getByText('4 人中 0 人已读').waitFor()

  await reader.page.reload()
  await toast(reader.page, '请更新密码').waitFor()
  t.equal(await toast(reader.page, '请更新密码').count(), 1, 'it is back after a reload, once')
  await toast(reader.page, '请更新密码').getByRole('button', { name: '确认已处理' }).click()
  await toast(reader.page, '请更新密码').waitFor({ state: 'detached' })
  await bell(reader.page, '通知，没有未读').waitFor()

  await sent(page, '请更新密码').getByText('4 人中 1 人已读').waitFor()
  await sent(page, '请更新密码').getByText('1 人已确认').waitFor()
  await sent(page, '请更新密码').getByRole('button', { name: '谁看过' }).click()
  const receipts = page.getByRole('dialog', { name: /谁看过/ })
  await receipts.getByRole('rowheader', { name: 'user', exact: true }).waitFor()
  await expectAccessible(t, page, 'who has seen it')
  t.same([...reader.errors, ...author.errors], [])
})

t.test('toasts go by themselves or with the notice, and come once', needsBrowser, async (t) => {
  const { opened, publish, call } = await start(t)
  const { page, errors, heard } = await opened('user')
  await publish({ title: '新版本', level: 'info', action_url: '/statistics' })
  await publish({ title: '磁盘将满', level: 'error' })
  await toast(page, '新版本').waitFor()
  await toast(page, '磁盘将满').waitFor()

  const told = heard.filter((type) => type === 'system_notification').length
  await page.reload()
  await connected(page)
  await bell(page, '通知，2 条未读').waitFor()
  t.equal(told, 2)
  t.equal(await toast(page, '磁盘将满').count(), 0, 'a reload tells nothing again')

  const late = await publish({ title: '临时通知', level: 'error' })
  await toast(page, '临时通知').waitFor()
  t.equal((await call('administrator', 'DELETE', `/api/notifications/${late.notification_id}`)).status, 204)
  await toast(page, '临时通知').waitFor({ state: 'detached' })
  await bell(page, '通知，2 条未读').waitFor()

  await publish({ title: '会自己消失', level: 'success' })
  await toast(page, '会自己消失').waitFor()
  await toast(page, '会自己消失').waitFor({ state: 'detached' })

  // A second window has no place to go on from, so it is told what is in force: that is no news.
  const second = await openPage(t, page.url(), { beside: page })
  await connected(second.page)
  await bell(second.page, '通知，3 条未读').waitFor()
  t.equal(await second.page.locator('.ant-notification-notice').count(), 0)
  t.ok(second.heard.filter((type) => type === 'system_notification').length === 3, 'though the server told it')
  t.same([...errors, ...second.errors], [])
})

t.test('the drawer has what was said, and looking at it is reading it', needsBrowser, async (t) => {
  const { opened, publish, call } = await start(t)
  await publish({ title: '甲', action_url: '/statistics' })
  await publish({ title: '乙', action_required: true })
  const { page, errors } = await opened('user')
  await toast(page, '乙').waitFor()
  const other = await openPage(t, page.url(), { beside: page })
  await bell(other.page, '通知，2 条未读').waitFor()

  await page.keyboard.press('n')
  await drawer(page).getByRole('region', { name: '未读通知' }).waitFor()
  await toast(page, '乙').waitFor({ state: 'detached' })
  await expectAccessible(t, page, 'the drawer')
  await bell(other.page, '通知，1 条未读').waitFor()
  t.equal(await drawer(page).getByRole('article').count(), 2, 'what was read stays where it was')
  const list = (await call('user', 'GET', '/api/notifications')).json as { items: Notification[] }
  t.same(
    list.items.map(({ title, read_at }) => [title, read_at !== null]),
    [
      ['乙', false],
      ['甲', true],
    ],
    'what asks for something is not done with by looking at it',
  )
  await drawer(page).getByRole('button', { name: '确认已处理' }).click()
  await drawer(page)
    .getByText(/^已于 .* 确认$/)
    .waitFor()
  await toast(other.page, '乙').waitFor({ state: 'detached' })
  await drawer(page).getByRole('link', { name: '查看 /statistics' }).click()
  await page.waitForURL('**/statistics')
  await drawer(page).waitFor({ state: 'detached' })
  t.same([...errors, ...other.errors], [])
})

t.test('a notice comes at its time, and can be taken back and written anew', needsBrowser, async (t) => {
  const { opened, publish } = await start(t)
  const reader = await opened('analyst', '/', { language: 'en', theme: 'dark', width: 390, height: 844 })
  const { page, errors } = await opened('administrator', '/notices?section=sent')
  await page.getByText('还没有发布过通知').waitFor()
  await publish({
    ...{ title: '定时', level: 'error', audience: { kind: 'role', role: 'analyst' } },
    starts_at: new Date(Date.now() + 8000).toISOString(),
  })
  await page.reload()
  await sent(page, '定时').getByText('待发布').waitFor()
  await sent(page, '定时').getByText('发给：所有分析员').waitFor()
  t.equal(await toast(reader.page, '定时').count(), 0)
  await toast(reader.page, '定时').waitFor()
  await reader.page.getByRole('button', { name: 'Notices, 1 unread' }).waitFor()
  await expectAccessible(t, reader.page, 'a toast on a phone, dark')
  await sent(page, '定时').getByText('生效中').waitFor()
  await expectAccessible(t, page, 'what was published')

  await sent(page, '定时')
    .getByRole('button', { name: /^撤\s*回$/ })
    .click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /撤\s*回/ })
    .click()
  await toast(reader.page, '定时').waitFor({ state: 'detached' })
  await reader.page.getByRole('button', { name: 'Notices, none unread' }).waitFor()
  await sent(page, '定时').getByText('已撤回').waitFor()

  await sent(page, '定时').getByRole('button', { name: '复制为新通知' }).click()
  await page.waitForURL('**section=compose')
  t.equal(await page.getByRole('textbox', { name: '标题' }).inputValue(), '定时')
  t.ok(await page.getByRole('radio', { name: '某种角色' }).isChecked())
  await page.getByRole('radio', { name: '某个用户' }).check()
  await page.getByLabel('用户', { exact: true }).fill('stran')
  await page.getByTitle('stranger').click()
  await page.getByRole('button', { name: /发\s*布$/ }).click()
  await sent(page, '发给：stranger').getByText('1 人中 0 人已读').waitFor()
  t.equal(await toast(reader.page, '定时').count(), 0, 'it is for somebody else')

  await reader.page.getByRole('link', { name: /Notices$/ }).click()
  await reader.page.getByText('No notices', { exact: true }).waitFor()
  t.equal(await reader.page.getByRole('tab').count(), 0, 'only administrators write')
  t.same([...errors, ...reader.errors], [])
})
