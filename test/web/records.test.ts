import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { fillRecords } from '../../bench/fill-records.ts'
import type { Record, RecordPage } from '../../src/contract/index.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { fixture, formOf, type RunningApp, startApp } from '../helpers/app.ts'
import { expectAccessible } from './accessibility.ts'
import { closeBrowser, connected, needsBrowser, openPage, type PageOptions, untilDrawn } from './browser.ts'
import { PASSWORD, signIn } from './people.ts'

t.teardown(closeBrowser)

async function detect(app: RunningApp, name: string, as = name): Promise<Record> {
  const body = formOf([{ bytes: await readFile(fixture(name)), name: as }], { mode: 'fast' })
  const answer = await fetch(`${app.origin}/api/detections?wait=1`, { method: 'POST', body })
  return (await answer.json()) as Record
}

const ask = async <T>(app: RunningApp, query: string) =>
  (await (await fetch(`${app.origin}/api/detections${query}`)).json()) as T

const remove = (app: RunningApp, id: number) => fetch(`${app.origin}/api/detections/${id}`, { method: 'DELETE' })

/** A server with three hundred records and no model, and its list in a browser. */
async function openMany(t: Test, path = '/records', options: PageOptions = {}) {
  const dir = t.testdir()
  await fillRecords(`file:${dir}/data.db`, 300)
  const app = await startApp(t, { dir, analyzer: new ScriptedAnalyzer() })
  // Their pictures were never there.
  const opened = await openPage(t, `${app.origin}${path}`, { expected: [404], ...options })
  await connected(opened.page)
  await item(opened.page, 0).waitFor()
  return { app, ...opened }
}

const list = (page: Page) => page.getByRole('list', { name: '记录列表' })
const item = (page: Page, place: number) => page.locator(`.records-list [data-index="${place}"]:not([aria-busy]) a`)
const focus = (page: Page, place: number) => page.locator(`.records-list [data-index="${place}"] a:focus`).waitFor()
const counts = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text }).waitFor()
const chosen = (page: Page, text: string) => page.getByRole('region', { name: '选中的记录' }).getByText(text).waitFor()
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true })

t.test('a result is found by what is in it, and looked at from all sides', needsBrowser, async (t) => {
  const app = await startApp(t)
  const { page, errors, layoutShift } = await openPage(t, `${app.origin}/records`)
  await connected(page)
  await page.getByRole('heading', { name: '还没有记录' }).waitFor()
  t.equal(await page.getByRole('link', { name: '去检测照片' }).getAttribute('href'), '/')
  await expectAccessible(t, page, 'without records')

  const small = await detect(app, 'street-small.jpg')
  await item(page, 0).waitFor()
  const avenue = await detect(app, 'street-avenue.jpg')
  await button(page, '有 1 条新记录 — 显示').click()
  await untilDrawn(page, '[data-index="1"] img')
  t.equal(await list(page).getByRole('link').count(), 2, 'what is new comes when it is asked for')
  t.equal(await layoutShift(), 0, 'and moves nothing')
  await expectAccessible(t, page, 'pictures')

  const own = avenue.detections.find(({ class_code }) =>
    small.detections.every((other) => other.class_code !== class_code),
  )
  if (own === undefined) throw new Error('the photos show the same signs')
  await page.getByLabel('标志', { exact: true }).fill(own.class_name_en.slice(0, -1).toUpperCase())
  await page.locator('.class-choice').filter({ hasText: own.class_code }).first().click()
  await page.keyboard.press('Escape')
  await counts(page, '1 条记录')
  t.match(page.url(), `class=${own.class_code}`, 'the filter is in the address')
  t.match(await item(page, 0).textContent(), avenue.file_name)
  await button(page, /^去掉筛选/).click()
  await counts(page, '2 条记录')
  await page.goBack()
  await counts(page, '1 条记录')
  await button(page, '清除全部筛选').click()
  await counts(page, '2 条记录')

  await item(page, 0).click()
  await page.getByRole('heading', { level: 1, name: 'street-avenue.jpg' }).waitFor()
  const signs = page.getByRole('table').getByRole('row')
  const boxes = page.locator('.picture-stage svg.sign-overlay > g')
  await boxes.first().waitFor()
  t.equal(await boxes.count(), avenue.detections.length, 'every sign has its box')
  t.equal(await signs.count(), avenue.detections.length + 1, 'and its line')
  await expectAccessible(t, page, 'a record')
  await signs.nth(1).hover()
  await page.locator('.picture-stage g[data-key="0"][data-active]').waitFor()
  await signs.nth(2).getByRole('button').click()
  await page.locator('.picture-stage g[data-key="1"][data-active]').waitFor()
  await page.getByRole('slider', { name: '显示置信度不低于' }).press('End')
  t.equal(await boxes.count(), 0, 'the slider hides what is below')
  await page.getByRole('slider', { name: '显示置信度不低于' }).press('Home')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'JSON' }).click(),
  ])
  const exported = JSON.parse(await readFile(await download.path(), 'utf8'))
  t.match(JSON.stringify(exported), avenue.sha256)
  t.not(JSON.stringify(exported).includes(small.sha256), true, 'this record alone')

  await page.emulateMedia({ media: 'print' })
  t.ok(
    await page.locator('.print-only svg.sign-overlay > g').first().isVisible(),
    'the picture is printed with its boxes',
  )
  t.notOk(await button(page, '返回列表').isVisible())
  const pdf = String(await page.pdf({ preferCSSPageSize: true }))
  t.equal(pdf.match(/\/Type\s*\/Page\b/g)?.length, 1, 'on one page')
  await page.emulateMedia({ media: 'screen' })

  await page.keyboard.press('j')
  await page.getByRole('heading', { level: 1, name: 'street-small.jpg' }).waitFor()
  t.ok(await button(page, '下一条').isDisabled(), 'it is the last one')
  await page.keyboard.press('ArrowLeft')
  await page.getByRole('heading', { level: 1, name: 'street-avenue.jpg' }).waitFor()
  await page.keyboard.press('Escape')
  await item(page, 0).waitFor()
  t.equal(new URL(page.url()).pathname, '/records', 'back is the list, however many were looked at')
  t.same(errors, [])
})

t.test('hundreds are gone through, chosen, exported and deleted by keys alone', needsBrowser, async (t) => {
  const { app, page, errors } = await openMany(t)
  await counts(page, '300 条记录')
  await page.keyboard.press('ArrowDown')
  await focus(page, 0) // The first press says where one is.
  await page.keyboard.press('ArrowRight')
  await focus(page, 1)
  await page.keyboard.press('x')
  await chosen(page, '已选 1 条')
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Shift+ArrowRight')
  await chosen(page, '已选 3 条')
  await page.keyboard.press('Shift+ArrowLeft')
  await chosen(page, '已选 2 条')
  await page.keyboard.press('End')
  await item(page, 299).waitFor()
  await focus(page, 299)
  t.ok((await page.locator('[data-index="150"]').count()) < 1, 'only what is in sight exists')
  await page.mouse.wheel(0, -1e6)
  await item(page, 0).waitFor()
  t.ok(await page.locator('[data-index="299"] a:focus').count(), 'what has the focus keeps it out of sight')
  await page.getByRole('checkbox').first().focus()
  await page.keyboard.press('Escape')
  await item(page, 2).click({ modifiers: ['Shift'] })
  await chosen(page, '已选 3 条')
  await page.keyboard.press('Mod+a'.replace('Mod', 'Control'))
  await chosen(page, '已选 300 条')
  await page.keyboard.press('Escape')

  await page.keyboard.press('v')
  await page.getByRole('table', { name: '记录列表' }).waitFor()
  await item(page, 0).waitFor()
  await expectAccessible(t, page, 'a table')
  await button(page, '标志').click()
  await page.waitForURL(/order=most_signs/)
  const { items } = await ask<RecordPage>(app, '?order=most_signs&limit=3')
  for (const [place, { file_name: name }] of items.entries()) {
    await item(page, place)
      .and(page.getByText(name, { exact: true }))
      .waitFor()
  }
  await page.keyboard.press('Home')
  await page.keyboard.press('x')
  await page.keyboard.press('Shift+ArrowDown')
  await chosen(page, '已选 2 条')
  await page.keyboard.press('e')
  const dialog = page.getByRole('dialog')
  await dialog.getByText('选中的 2 条').waitFor()
  await expectAccessible(t, page, 'the export')
  await dialog.getByRole('radio', { name: /^COCO/ }).check()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('link', { name: '下载 2 条' }).click(),
  ])
  const coco = JSON.parse(await readFile(await download.path(), 'utf8'))
  t.equal(coco.images.length, 2)
  await dialog.waitFor({ state: 'detached' })

  await page.keyboard.press('Delete')
  const question = page.getByRole('dialog')
  await question.getByText('删除 2 条记录？').last().waitFor()
  await question.getByRole('button', { name: '删除 2 条' }).click()
  await counts(page, '298 条记录')
  t.equal((await ask<{ records: number }>(app, '/counts')).records, 298)
  await item(page, 0)
    .and(page.getByText((items[2] as Record).file_name, { exact: true }))
    .waitFor()
  t.same(errors, [])
})

t.test('what happens elsewhere moves nothing, and is told', needsBrowser, async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  for (const name of ['a1', 'a2', 'a3', 'b4', 'b5']) await detect(app, 'street-small.jpg', `${name}.jpg`)
  const { items } = await ask<RecordPage>(app, '?order=oldest')
  const [first, second, third, fourth] = items as [Record, Record, Record, Record]
  const { page, errors } = await openPage(t, `${app.origin}/records?order=oldest`, { expected: [404] })
  await connected(page)
  await item(page, 1).click()
  await page.getByRole('heading', { level: 1, name: second.file_name }).waitFor()
  await remove(app, third.record_id)
  await remove(app, second.record_id)
  await page.getByText('这条记录刚刚被删除').waitFor()
  await expectAccessible(t, page, 'a record that is gone')
  await button(page, '返回列表').click()
  await counts(page, '3 条记录')
  await page.locator(`[data-index="1"] a[href^="/records/${fourth.record_id}?"]`).waitFor()
  t.match(await item(page, 0).textContent(), first.file_name)
  await page.goto(`${app.origin}/records/${second.record_id}`)
  await page.getByText(`没有记录 ${second.record_id}`).waitFor()
  await button(page, '返回列表').click()
  await item(page, 0).waitFor()

  await page.goto(`${app.origin}/records?file_name=nowhere`)
  await page.getByRole('heading', { name: '没有符合条件的记录' }).waitFor()
  await page.locator('.records-empty').getByRole('button', { name: '清除全部筛选' }).click()
  await counts(page, '3 条记录')
  await page.keyboard.press('/')
  await page.keyboard.type('b')
  await counts(page, '2 条记录')
  t.match(page.url(), 'file_name=b')
  t.same(errors, [])
})

t.test('a place in the list is found again', needsBrowser, async (t) => {
  const { page, errors } = await openMany(t)
  await page.evaluate('scrollTo(0, 4000)')
  await item(page, 121).waitFor()
  await page.locator('.records-list [data-index="120"] input').check()
  const before = await page.evaluate<number>('scrollY')
  await page.locator('.records-list [data-index="121"] a').click()
  await button(page, '返回列表').click()
  await page.locator('.records-list [data-index="121"]:not([aria-busy])').waitFor()
  t.equal(await page.evaluate('scrollY'), before, 'where it was left')
  await chosen(page, '已选 1 条')
  t.same(errors, [])
})

t.test('on a phone, in English and in the dark', needsBrowser, async (t) => {
  const dir = t.testdir()
  await fillRecords(`file:${dir}/data.db`, 80)
  const app = await startApp(t, { dir, analyzer: new ScriptedAnalyzer() })
  const phone: PageOptions = { width: 360, height: 740, language: 'en', theme: 'dark', expected: [404] }
  const { page, errors } = await openPage(t, `${app.origin}/records`, phone)
  await item(page, 0).waitFor()
  const isTooWide = 'document.documentElement.scrollWidth > innerWidth'
  t.notOk(await page.evaluate(isTooWide))
  await expectAccessible(t, page, 'pictures on a phone')
  await button(page, 'Filters').click()
  const drawer = page.getByRole('dialog')
  await drawer.getByRole('button', { name: 'Done' }).hover() // It has come to rest.
  await drawer.getByLabel('Category').click()
  await page.getByText('Warning', { exact: true }).click()
  await expectAccessible(t, page, 'filters on a phone')
  await drawer.getByRole('button', { name: 'Done' }).click()
  await button(page, 'Remove filter “Category: Warning”').waitFor()
  await button(page, 'Filters (1)').waitFor()
  await button(page, 'Table').click()
  await item(page, 0).waitFor()
  t.notOk(await page.evaluate(isTooWide))
  await page.getByRole('checkbox').first().check()
  await expectAccessible(t, page, 'a table on a phone')
  await item(page, 0).click()
  await button(page, 'Back to the list').waitFor()
  t.notOk(await page.evaluate(isTooWide))
  t.same(errors, [])
})

t.test('an administrator sees whose the records are, and finds them by name', needsBrowser, async (t) => {
  const dir = t.testdir()
  await fillRecords(`file:${dir}/data.db`, 60)
  const app = await startApp(t, { dir, analyzer: new ScriptedAnalyzer(), env: { AUTH: 'required' } })
  await app.parts.accounts.users.createUser({ username: '管理员', password: PASSWORD, role: 'administrator' })
  const { page, errors } = await openPage(t, `${app.origin}/records`, { expected: [401, 404] })
  await signIn(page, '管理员')
  await item(page, 0).waitFor()
  await page.getByLabel('用户', { exact: true }).fill('user7')
  await page.keyboard.press('Enter')
  await page.waitForURL(/user_id=7/)
  await button(page, '去掉筛选“用户：user7”').waitFor()
  await item(page, 0).waitFor()
  t.match(await item(page, 0).textContent(), /user7/)
  t.same(errors, [])
})
