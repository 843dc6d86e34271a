import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import t from 'tap'
import type { Detection, Review, SignVerdict } from '../../src/contract/index.ts'
import { AppError } from '../../src/errors.ts'
import { recordsHref } from '../../src/web/app/filters/record-filters.ts'
import { daysBetween, spanOfDay } from '../../src/web/app/statistics/days.ts'
import { changeFilters, filtersOf } from '../../src/web/app/statistics/filters.ts'
import { ScriptedAnalyzer, stopSign } from '../helpers/analyzers.ts'
import { fixture, formOf, type RunningApp, startApp } from '../helpers/app.ts'
import { expectAccessible } from './accessibility.ts'
import { closeBrowser, connected, needsBrowser, openPage } from './browser.ts'

t.teardown(closeBrowser)

const photo = readFileSync(fixture('street-small.jpg'))
const keepRight: Detection = {
  ...{ class_code: 'i5', class_name: '靠右侧道路行驶', class_name_en: 'Keep right', category: 'mandatory' },
  ...{ confidence: 0.62, bbox: [30, 10, 50, 30] },
}

/** Finds as many signs as the photo's name says; a photo called `broken` cannot be read. */
function analyzerOf(names: string[]) {
  let begun = 0
  return new ScriptedAnalyzer(async () => {
    const name = names[begun++] ?? ''
    if (name === 'broken') throw new AppError('IMAGE_UNREADABLE', { file_name: name })
    return name === 'both' ? [stopSign, keepRight] : [stopSign]
  })
}

async function upload({ origin }: RunningApp, name: string): Promise<number> {
  const form = formOf([{ bytes: photo, name: `${name}.jpg` }])
  const answer = await fetch(`${origin}/api/detections?wait=1`, { method: 'POST', body: form })
  return ((await answer.json()) as { record_id: number }).record_id
}

async function review({ origin }: RunningApp, recordId: number, verdicts: SignVerdict[]) {
  const path = `${origin}/api/detections/${recordId}/review`
  const { version, signs } = (await (await fetch(path)).json()) as Review
  const said = signs.map(({ sign_key, class_code, bbox }, place) => ({
    ...{ sign_key, class_code, bbox, verdict: verdicts[place] ?? null },
  }))
  const body = JSON.stringify({ version, state: 'reviewed', signs: said })
  const answer = await fetch(path, { method: 'PUT', headers: { 'content-type': 'application/json' }, body })
  if (!answer.ok) throw new Error(await answer.text())
}

/** Two photos of a stop sign, one of which also shows another sign, which a person takes for none; and one that fails. */
async function fill(app: RunningApp) {
  await upload(app, 'one')
  const both = await upload(app, 'both')
  await upload(app, 'broken')
  await review(app, both, ['accepted', 'rejected'])
}
const NAMES = ['one', 'both', 'broken']

const card = (page: Page, title: string) =>
  page.locator('section.chart-card').filter({ has: page.getByRole('heading', { name: title, exact: true }) })
const asTable = async (page: Page, title: string) => {
  await card(page, title).getByText('表', { exact: true }).click()
  return card(page, title).getByRole('table')
}
const keyFigure = (page: Page, name: string) =>
  page.locator('.key-figures > div').filter({ hasText: name }).locator('.key-figure')
/** Ends once a text is what it is to be: figures follow events. */
const becomes = (page: Page, name: string, value: string) =>
  keyFigure(page, name).getByText(value, { exact: true }).waitFor()

t.test('figures grow with what happens, and lead to their records', needsBrowser, async (t) => {
  // Neither the server's own time zone nor the browser's.
  const timeZone = 'America/New_York'
  const app = await startApp(t, { analyzer: analyzerOf(NAMES), env: { TIME_ZONE: timeZone } })
  const { page, errors, layoutShift } = await openPage(t, `${app.origin}/statistics`)
  await connected(page)
  await page.getByRole('heading', { name: '还没有记录' }).waitFor()
  await expectAccessible(t, page, 'without records')

  await fill(app)
  await becomes(page, '已复核', '50.0%')
  await becomes(page, '记录', '2')
  // What was rejected is a sign no more.
  await becomes(page, '标志', '2')
  await becomes(page, '误检率', '50.0%')
  await becomes(page, '失败任务', '1')

  await page.reload()
  await card(page, '各种标志').locator('canvas').waitFor()
  await card(page, '处理量与用时').locator('canvas').waitFor()
  t.ok((await layoutShift()) < 0.01, `nothing moves while charts come: ${await layoutShift()}`)
  t.match(
    await card(page, '各种标志').locator('.chart').getAttribute('aria-label'),
    /共 1 种标志，最多的是“ps 停车让行”，2 个/,
  )
  await expectAccessible(t, page, 'with charts')

  const days = await asTable(page, '每天的标志')
  const link = days.getByRole('link').first()
  const target = new URL((await link.getAttribute('href')) ?? '', app.origin)
  const day = await days.getByRole('rowheader').first().textContent()
  const span = spanOfDay(day ?? '', timeZone)
  t.equal(target.pathname, '/records')
  t.same(Object.fromEntries(target.searchParams), { ...span, category: 'prohibitory' })
  const found = await fetch(`${app.origin}/api/detections${target.search}`)
  t.equal(((await found.json()) as { items: unknown[] }).items.length, 2, 'the filters find what was counted')

  await (await asTable(page, '模型容易出错的标志')).getByRole('link', { name: '1' }).click()
  await page.waitForURL('**/records?review=reviewed')
  await page.goBack()

  const chart = card(page, '标志类别').locator('canvas')
  await chart.waitFor()
  await chart.click({ position: { x: 200, y: 40 } })
  await page.waitForURL('**/records?category=prohibitory')
  t.same(errors, [])
})

t.test('filters live in the address', needsBrowser, async (t) => {
  const app = await startApp(t, { analyzer: analyzerOf(NAMES) })
  await fill(app)
  const { page, errors } = await openPage(t, `${app.origin}/statistics?review=reviewed&nonsense=1&category=purple`)
  await becomes(page, '记录', '1')
  await page.getByLabel('复核状态').click()
  await page.getByTitle('未复核').click()
  await page.waitForURL('**review=unreviewed**')
  await page.getByText('今天', { exact: true }).click()
  await page.waitForURL('**from=**')
  await becomes(page, '记录', '1')
  await page.reload()
  t.ok(await page.getByRole('radio', { name: '今天' }).isChecked())
  await page.getByLabel('到', { exact: true }).fill('2020-02-02')
  await page.getByRole('heading', { name: '没有符合条件的记录' }).waitFor()
  await page.getByRole('button', { name: '清除筛选' }).first().click()
  await page.waitForURL('**/statistics?nonsense=1')
  await becomes(page, '记录', '2')

  await (await asTable(page, '失败原因')).getByRole('link', { name: /^1/ }).click()
  const drawer = page.getByRole('dialog', { name: /图片已损坏或不完整 IMAGE_UNREADABLE/ })
  await drawer.getByRole('rowheader', { name: 'broken.jpg' }).waitFor()
  await expectAccessible(t, page, 'failed tasks')
  await page.keyboard.press('Escape')
  await page.waitForURL('**/statistics?nonsense=1')
  t.same(errors, [])
})

t.test('a chart is exported as a picture with its title and as numbers', needsBrowser, async (t) => {
  const app = await startApp(t, { analyzer: analyzerOf(NAMES) })
  await fill(app)
  const { page, errors } = await openPage(t, `${app.origin}/statistics`)
  const exported = async (what: string) => {
    await page.getByRole('button', { name: '导出标志类别' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: what }).click(),
    ])
    t.match(download.suggestedFilename(), /^标志类别 \d{4}-\d\d-\d\d\.(png|csv)$/)
    return readFileSync(await download.path())
  }
  t.equal(
    (await exported('数据 CSV')).toString(),
    '\ufeff类别,标志\r\n禁令标志,2\r\n指示标志,0\r\n警告标志,0\r\n其他标志,0\r\n',
  )
  for (const [what, ground] of [
    ['图片 PNG（浅色）', [255, 255, 255]],
    ['图片 PNG（深色）', [25, 33, 43]],
  ] as const) {
    const { data, info } = await sharp(await exported(what))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    t.match(info, { width: 2400, height: 564 })
    t.same([...data.subarray(0, 3)], ground)
    const title = data.subarray(0, info.width * 3 * 60)
    t.ok(new Set(title).size > 10, 'the title is drawn')
  }
  t.same(errors, [])
})

t.test('figures fit a phone, in both languages and themes', needsBrowser, async (t) => {
  const app = await startApp(t, { analyzer: analyzerOf(NAMES) })
  await fill(app)
  const options = { width: 360, height: 780, language: 'en', theme: 'dark' } as const
  const { page, errors } = await openPage(t, `${app.origin}/statistics`, options)
  await page.getByRole('heading', { name: 'Signs by class' }).waitFor()
  await card(page, 'Signs by class').locator('canvas').waitFor()
  t.equal(await page.evaluate('document.documentElement.scrollWidth'), 360, 'nothing sticks out')
  await card(page, 'Outcome of review').getByText('Table', { exact: true }).click()
  await card(page, 'Outcome of review').getByRole('rowheader', { name: 'False alarm' }).waitFor()
  await expectAccessible(t, page, 'on a phone, dark')
  await page.getByTestId('language').click()
  await page.getByRole('heading', { name: '各种标志' }).waitFor()
  t.same(errors, [])
})

t.test('days are those of the server’s time zone, changes of clocks among them', async (t) => {
  const cases: Array<[string, string, string, string]> = [
    ['2026-01-02', 'Asia/Shanghai', '2026-01-01T16:00:00.000Z', '2026-01-02T16:00:00.000Z'],
    ['2026-03-08', 'America/New_York', '2026-03-08T05:00:00.000Z', '2026-03-09T04:00:00.000Z'],
    ['2026-11-01', 'America/New_York', '2026-11-01T04:00:00.000Z', '2026-11-02T05:00:00.000Z'],
    ['2026-12-31', 'UTC', '2026-12-31T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ]
  for (const [day, zone, from, to] of cases) t.same(spanOfDay(day, zone), { from, to }, `${day} ${zone}`)
  t.same(daysBetween('2026-02-27', '2026-03-02'), ['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02'])
})

t.test('of an address, what the server would refuse does not count', async (t) => {
  const good = { class: 'p5,i5', category: 'other', review: 'reviewed', user_id: '0', from: '2026-01-01T00:00:00Z' }
  t.same(filtersOf(new URLSearchParams({ ...good, to: 'never', detection_type: 'x' })), { ...good, user_id: 0 })
  for (const user_id of ['-1', '1.5', 'x', '2147483648', '']) t.same(filtersOf(new URLSearchParams({ user_id })), {})
  const search = changeFilters(new URLSearchParams('class=p5&other=1'), { class: undefined, category: 'warning' })
  t.equal(String(search), 'other=1&category=warning')
  t.equal(recordsHref({ class: 'p5', category: 'other' }, { class: 'i5' }), '/records?class=i5&category=other')
  t.equal(recordsHref({}), '/records')
})
