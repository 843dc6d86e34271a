import { readFile } from 'node:fs/promises'
import type { Locator, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import type { Record, Review, ReviewChange, ReviewedSign } from '../../src/contract/index.ts'
import { fixture, formOf, type RunningApp, startApp } from '../helpers/app.ts'
import { expectAccessible } from './accessibility.ts'
import { closeBrowser, connected, needsBrowser, openPage } from './browser.ts'

t.teardown(closeBrowser)

const urlOf = ({ origin }: RunningApp, path: string) => `${origin}/api/detections/${path}`
const get = async <T>(url: string): Promise<T> => (await fetch(url)).json() as Promise<T>
const reviewOf = (app: RunningApp, id: number) => get<Review>(urlOf(app, `${id}/review`))
const recordOf = (app: RunningApp, id: number) => get<Record>(urlOf(app, String(id)))
const verdicts = ({ signs }: Review) => signs.map(({ verdict }) => verdict)

/** A photo that the real model has looked at. */
async function detect(app: RunningApp, name: string): Promise<number> {
  const body = formOf([{ bytes: await readFile(fixture(name)), name }], { mode: 'fast' })
  const answer = await fetch(`${app.origin}/api/detections?wait=1`, { method: 'POST', body })
  return ((await answer.json()) as Record).record_id
}

/** Saves as somebody else would. */
async function save(app: RunningApp, id: number, change: (review: Review) => Partial<ReviewChange>): Promise<Review> {
  const review = await reviewOf(app, id)
  const signs = review.signs.map(({ sign_key, verdict, class_code, bbox }) => ({ sign_key, verdict, class_code, bbox }))
  const body = JSON.stringify({ version: review.version, state: 'in_progress', signs, ...change(review) })
  const headers = { 'content-type': 'application/json' }
  return (await fetch(urlOf(app, `${id}/review`), { method: 'PUT', headers, body })).json() as Promise<Review>
}

const signs = (page: Page) => page.locator('.review-signs > li')
const shown = (page: Page): Promise<string[]> =>
  page.evaluate("[...document.querySelectorAll('.review-signs > li')].map(({ dataset }) => dataset.verdict)")
const current = (page: Page) => page.locator('.review-signs button[aria-current=true]')
const knob = (page: Page, handle: string) => page.locator(`.box-editor [data-grip=${handle}]`)

async function openReview(t: Test, app: RunningApp, id: number, options = {}) {
  const opened = await openPage(t, `${app.origin}/review/${id}`, options)
  await signs(opened.page).first().waitFor()
  await connected(opened.page)
  return opened
}

async function dragBy(page: Page, grip: Locator, dx: number, dy: number): Promise<void> {
  const box = await grip.boundingBox()
  if (box === null) throw new Error('there is nothing to drag')
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + dx / 2, y + dy / 2)
  await page.mouse.move(x + dx, y + dy)
  await page.mouse.up()
}

t.test('a whole queue is reviewed without touching the mouse', needsBrowser, async (t) => {
  const app = await startApp(t)
  const small = await detect(app, 'street-small.jpg')
  const avenue = await detect(app, 'street-avenue.jpg')
  const found = await reviewOf(app, avenue)
  const { page, errors } = await openPage(t, `${app.origin}/review?order=newest`)
  await page.getByText('2 条待复核').waitFor()
  t.ok(await page.getByRole('radio', { name: '最新' }).isChecked(), 'the order comes from the address')
  await page
    .getByText(/^最低置信度 \d+\.\d%$/)
    .first()
    .waitFor()
  await page
    .getByText(/最少见 .+（共 \d+ 个）$/)
    .first()
    .waitFor()
  await expectAccessible(t, page, 'the queue')

  await page.keyboard.press('ArrowDown')
  t.match(await page.evaluate('document.activeElement.textContent'), /street-avenue/)
  await page.keyboard.press('s')
  await page.getByRole('heading', { name: 'street-avenue.jpg' }).waitFor()
  await page.locator('.picture-stage image, .picture-stage img').first().waitFor()
  t.equal(await current(page).count(), 1)
  const focused = page.locator('.review-signs button:focus')
  t.equal(await focused.getAttribute('aria-current'), 'true', 'the first sign has the focus')
  await expectAccessible(t, page, 'a review')

  await page.keyboard.press('Enter')
  await page.keyboard.press('r')
  t.same((await shown(page)).slice(0, 3), ['accepted', 'rejected', 'open'], 'each answer goes on to the next sign')
  await page.keyboard.press('l')
  await expectAccessible(t, page, 'the choice of a class')
  await page.keyboard.type('speed limit 8')
  await page.getByRole('option', { name: /pl80/ }).waitFor()
  await page.keyboard.press('Enter')
  await current(page).getByText('限速80').waitFor()
  await page.keyboard.press('Tab')
  t.match(await signs(page).nth(3).locator('button').getAttribute('aria-current'), 'true', 'Tab goes to the next sign')
  await page.keyboard.press('1')
  await current(page).getByText('限速80').waitFor()
  await page.keyboard.press('Control+z')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('?')
  await page.getByRole('dialog').getByText('其余确认并完成').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })

  await page.keyboard.press('Control+Enter')
  await page.getByRole('heading', { name: 'street-small.jpg' }).waitFor()
  await page.getByText(/1 条待复核/).waitFor()
  const reviewed = await reviewOf(app, avenue)
  t.equal(reviewed.state, 'reviewed')
  t.same(verdicts(reviewed).slice(0, 4), ['accepted', 'rejected', 'corrected', 'accepted'])
  t.equal(reviewed.signs[2]?.class_code, 'pl80')
  t.equal(reviewed.signs[2]?.model?.class_code, found.signs[2]?.class_code, 'what the model said is kept')
  t.ok(reviewed.signs.every(({ by, at }) => by !== null && at !== null))
  const record = await recordOf(app, avenue)
  t.equal(record.total_detections, found.signs.length - 1, 'what is rejected is no sign of the record')
  t.ok(record.detections.some(({ class_code, verdict }) => class_code === 'pl80' && verdict === 'corrected'))
  const exported = await (await fetch(`${app.origin}/api/exports?format=csv`)).text()
  t.match(exported, /,pl80,限速80,[^\n]*,corrected,/, 'exports have what was said')

  await page.keyboard.press('Control+Enter')
  await page.getByText('这一队列已经走完').waitFor()
  await page.getByText('没有待复核的记录').waitFor()
  t.equal((await reviewOf(app, small)).state, 'reviewed')
  t.same(errors, [])
})

t.test('boxes are moved, resized, added and deleted, and every step can be undone', needsBrowser, async (t) => {
  const app = await startApp(t)
  const id = await detect(app, 'street-avenue.jpg')
  const { signs: before, ...mark } = await reviewOf(app, id)
  t.equal(mark.version, 0)
  const { page, errors } = await openReview(t, app, id)
  const [x1, y1, x2, y2] = (before[0] as ReviewedSign).bbox
  const field = (name: string) => page.getByRole('spinbutton', { name })
  const box = async () =>
    Promise.all(['左', '上', '右', '下'].map(async (name) => Number(await field(name).inputValue())))

  await page.keyboard.press('e')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Shift+ArrowDown')
  t.same(await box(), [x1 + 1, y1 + 10, x2 + 1, y2 + 10], 'arrows move')
  await page.keyboard.press('Alt+ArrowRight')
  await page.keyboard.press('Alt+Shift+ArrowUp')
  t.same(await box(), [x1 + 1, y1 + 10, x2 + 2, y2], 'with Alt they resize')
  for (let i = 0; i < 4; i++) await page.keyboard.press('Control+z')
  t.same(await box(), [x1, y1, x2, y2], 'all four are undone')
  await page.keyboard.press('Control+Shift+z')
  t.same(await box(), [x1 + 1, y1, x2 + 1, y2], 'and one is done again')

  await page.keyboard.press('Escape')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  await knob(page, 'se').waitFor()
  const wide = await knob(page, 'move').boundingBox()
  const scale = (wide?.width ?? 0) / (x2 - x1)
  t.ok((wide?.width ?? 0) > 100, 'the chosen sign is brought close')
  await dragBy(page, knob(page, 'se'), 10 * scale, 5 * scale)
  const dragged = await box()
  t.ok(Math.abs((dragged[2] ?? 0) - (x2 + 11)) <= 1 && Math.abs((dragged[3] ?? 0) - (y2 + 5)) <= 1, 'a handle resizes')
  t.same(dragged.slice(0, 2), [x1 + 1, y1], 'the other sides stay')
  await dragBy(page, knob(page, 'move'), -5 * scale, 0)
  t.ok(Math.abs(((await box())[0] ?? 0) - (x1 - 4)) <= 1, 'the box is dragged by its middle')
  t.same((await knob(page, 'move').boundingBox())?.y, wide?.y, 'and the picture stays where it is')

  await page.keyboard.press('0')
  await page.keyboard.press('n')
  await page.getByText('拖出一个框').waitFor()
  const stage = (await page.locator('.review-stage').boundingBox()) as { x: number; y: number }
  await page.mouse.move(stage.x + 200, stage.y + 300)
  await page.mouse.down()
  await page.mouse.move(stage.x + 240, stage.y + 330)
  await page.mouse.move(stage.x + 260, stage.y + 360)
  await page.mouse.up()
  await page.getByRole('combobox').fill('停车让行')
  await page.keyboard.press('Enter')
  t.equal(await signs(page).count(), before.length + 1)
  await page.keyboard.press('n')
  await page.keyboard.press('Enter')
  await page.getByRole('combobox').fill('pl60')
  await page.keyboard.press('Enter')
  t.equal(await signs(page).count(), before.length + 2, 'a box comes by keys alone, too')
  await page.keyboard.press('Delete')
  t.equal(await signs(page).count(), before.length + 1, 'what a person added is deleted')

  await page.keyboard.press('Control+s')
  await page.getByText('已暂存').waitFor()
  const saved = await reviewOf(app, id)
  t.equal(saved.state, 'in_progress')
  t.equal(saved.signs[0]?.verdict, 'corrected')
  t.same(saved.signs[0]?.bbox, await signBox(page, saved))
  const own = saved.signs.at(-1)
  t.match(own, { verdict: 'added', class_code: 'ps', model: null })
  t.ok(own !== undefined && own.bbox[2] > own.bbox[0] && own.bbox[3] > own.bbox[1])
  const record = await recordOf(app, id)
  t.same(record.detections.find(({ verdict }) => verdict === 'added')?.bbox, own?.bbox, 'the record has it as well')
  t.same(await app.parts.db.reviewRevision.count({ where: { recordId: id } }), 1)

  await page.keyboard.press('r')
  await page.keyboard.press('Control+s')
  await page.getByText('已暂存').nth(1).waitFor()
  await page.keyboard.press('h')
  await page.getByRole('heading', { name: /第 2 版/ }).waitFor()
  await expectAccessible(t, page, 'the history')
  await page.getByRole('button', { name: '恢复到第 1 版' }).click()
  await page.getByRole('status').getByText('未保存').waitFor()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: '暂存' }).click()
  await page.getByText('已暂存').last().waitFor()
  await page.getByRole('status').getByText('未保存').waitFor({ state: 'hidden' })
  const restored = await reviewOf(app, id)
  t.equal(restored.version, 3)
  t.same(
    restored.signs.map(({ bbox, verdict }) => [bbox, verdict]),
    saved.signs.map(({ bbox, verdict }) => [bbox, verdict]),
  )
  t.same(errors, [])
})

/** Where the page draws the first sign. */
async function signBox(page: Page, { signs: [first] }: Review): Promise<number[]> {
  const line = page.locator(`.sign-overlay g[data-key="${first?.sign_key}"] .sign-line`)
  const names = ['x', 'y', 'width', 'height']
  const [x = 0, y = 0, width = 0, height = 0] = await Promise.all(
    names.map(async (name) => Number(await line.getAttribute(name))),
  )
  return [x, y, x + width, y + height]
}

t.test('two people on one record lose nothing of what either did', needsBrowser, async (t) => {
  const app = await startApp(t)
  const id = await detect(app, 'street-small.jpg')
  const mine = await openReview(t, app, id, { expected: [409] })
  const idle = await openReview(t, app, id)
  const { page } = mine
  await page.keyboard.press('r')
  await save(app, id, ({ signs: [, second] }) => ({
    signs: [{ ...bare(second), verdict: 'rejected' }],
  }))
  await page.keyboard.press('Control+s')
  const dialog = page.getByRole('dialog')
  await dialog.getByText('已有人先保存了').waitFor()
  await dialog.getByText(/保存了第 1 版/).waitFor()
  await expectAccessible(t, page, 'a conflict')
  await dialog.getByRole('button', { name: '合并我的修改' }).click()
  t.same(await shown(page), ['rejected', 'rejected'])
  await page.keyboard.press('Control+s')
  await page.getByText('已暂存').waitFor()
  t.same(verdicts(await reviewOf(app, id)), ['rejected', 'rejected'])

  await idle.page.getByText(/保存了第 2 版。 已载入/).waitFor()
  t.equal(
    await idle.page.locator('.review-signs > li[data-verdict=rejected]').count(),
    2,
    'who changes nothing sees it',
  )
  await idle.page.keyboard.press('a')
  await page.keyboard.press('a')
  await page.keyboard.press('Control+s')
  await idle.page.getByText('你的修改还没有保存').waitFor()
  t.equal((await reviewOf(app, id)).version, 3, 'and nothing is saved by itself')
  await idle.page.getByRole('button', { name: '载入对方的' }).click()
  await idle.page.getByText('你的修改还没有保存').waitFor({ state: 'hidden' })
  await idle.page.keyboard.press('Control+z')
  await idle.page.getByRole('status').getByText('未保存').waitFor()
  t.same([...mine.errors, ...idle.errors], [])
})

function bare(sign: Review['signs'][number] | undefined) {
  const { sign_key, verdict, class_code, bbox } = sign as Review['signs'][number]
  return { sign_key, verdict, class_code, bbox }
}

t.test('what is not saved is kept, and asked about before the page is left', needsBrowser, async (t) => {
  const app = await startApp(t)
  const id = await detect(app, 'street-small.jpg')
  const { page, errors } = await openReview(t, app, id)
  await page.keyboard.press('r')
  await page.getByRole('status').getByText('未保存').waitFor()
  let warnings = 0
  page.on('dialog', (dialog) => {
    warnings++
    void dialog.accept()
  })
  await page.reload()
  t.equal(warnings, 1, 'the browser warns')
  await page.getByRole('dialog').getByText('上次有修改没有保存').waitFor()
  await expectAccessible(t, page, 'the offer of a draft')
  await page.keyboard.press('Enter')
  await page.locator('.review-signs > li[data-verdict=rejected]').waitFor()

  await page.keyboard.press('q')
  const leaving = page.getByRole('dialog').filter({ hasText: '有修改没有保存' })
  await leaving.getByRole('button', { name: '留在这里' }).click()
  t.match(page.url(), `/review/${id}`)
  await page.getByRole('link', { name: '返回队列' }).click()
  await leaving.getByRole('button', { name: '离开，留作草稿' }).click()
  await page.locator('.queue-card a').waitFor()
  t.equal((await reviewOf(app, id)).version, 0)

  await save(app, id, ({ signs: [, second] }) => ({ signs: [{ ...bare(second), verdict: 'accepted' }] }))
  await page.keyboard.press('s')
  await page.getByText('你的修改会放在它上面').waitFor()
  await page.getByRole('button', { name: '接着改' }).click()
  await page.keyboard.press('q')
  await leaving.getByRole('button', { name: '暂存并离开' }).click()
  await page.locator('.queue-card a').waitFor()
  t.same(verdicts(await reviewOf(app, id)), ['rejected', 'accepted'], 'on top of what was saved meanwhile')
  await page.keyboard.press('s')
  await signs(page).first().waitFor()
  t.equal(await page.getByRole('dialog').count(), 0, 'what is saved is no draft any more')
  t.same(errors, [])
})

t.test('a phone reviews with thumbs, in English and in the dark', needsBrowser, async (t) => {
  const app = await startApp(t)
  const id = await detect(app, 'street-small.jpg')
  const { signs: before } = await reviewOf(app, id)
  const phone = { width: 390, height: 844, language: 'en', theme: 'dark' } as const
  const { page, errors } = await openPage(t, `${app.origin}/review`, phone)
  await page.getByText('1 waiting').waitFor()
  await expectAccessible(t, page, 'the queue on a phone')
  await page.getByRole('button', { name: /Start reviewing/ }).tap()
  await signs(page).first().waitFor()
  await page
    .getByRole('region', { name: /^Chosen sign/ })
    .getByRole('button', { name: /Accept/ })
    .tap()
  t.equal(await page.locator('.review-signs > li[data-verdict=accepted]').count(), 1)
  await knob(page, 'se').waitFor()
  const grip = await knob(page, 'se').boundingBox()
  t.ok((grip?.width ?? 0) >= 24 && (grip?.height ?? 0) >= 24, 'handles are large enough to be hit')
  await touchDrag(page, centreOf(grip), 30)
  t.equal(await page.locator('.review-signs > li[data-verdict=corrected]').count(), 1, 'a finger resizes')
  await page.getByRole('button', { name: 'Add a sign' }).tap()
  const stage = centreOf(await page.locator('.review-stage').boundingBox())
  await touchDrag(page, { x: stage.x - 60, y: stage.y - 60 }, 50)
  await page.getByRole('combobox').fill('no parking')
  await page.getByRole('option').first().tap()
  t.equal(await signs(page).count(), before.length + 1, 'a finger draws')
  t.notOk(await page.evaluate('document.documentElement.scrollWidth > innerWidth'), 'nothing is wider than the screen')
  await expectAccessible(t, page, 'a review on a phone')
  await page.getByRole('button', { name: 'Accept the rest and finish' }).tap()
  await page.getByText('You have been through the whole queue').waitFor()
  t.same(verdicts(await reviewOf(app, id)).sort(), ['accepted', 'added', 'corrected'])
  t.same(errors, [])
})

function centreOf(box: { x: number; y: number; width: number; height: number } | null) {
  if (box === null) throw new Error('it is not to be seen')
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

async function touchDrag(page: Page, { x, y }: { x: number; y: number }, by: number): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const at = (d: number) => [{ x: x + d, y: y + d }]
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) })
  await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(by / 2) })
  await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(by) })
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}
