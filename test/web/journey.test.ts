import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import t from 'tap'
import type { Review, Record as StoredRecord } from '../../src/contract/index.ts'
import { fixture } from '../helpers/app.ts'
import { SpawnedServer } from '../server/spawn-server.ts'
import { closeBrowser, connected, needsBrowser, openPage } from './browser.ts'

t.teardown(closeBrowser)

const card = (page: Page, kind: string) => page.locator(`.detect-card[data-kind=${kind}]`)

t.test(
  'a photo becomes signs, a record, a review and an export, as people go through the pages',
  needsBrowser,
  async (t) => {
    const server = await new SpawnedServer(t, t.testdir()).ready()
    const { page, errors } = await openPage(t, server.origin)
    await connected(page)
    await page.setInputFiles('input[name=files]', fixture('street-avenue.jpg'))
    await card(page, 'success').waitFor()
    await card(page, 'success').locator('.detect-card-enlarge').click()
    await page.getByRole('dialog').getByRole('link', { name: '查看记录' }).click()
    await page.waitForURL('**/records/1**')
    await page.getByRole('heading', { name: 'street-avenue.jpg' }).waitFor()

    await page.getByRole('link', { name: '去复核' }).click()
    await page.waitForURL('**/review/1**')
    await page.locator('.review-signs > li').first().waitFor()
    await page.keyboard.press('r')
    await page.getByRole('button', { name: '其余确认并完成' }).click()
    await page.waitForURL((url) => url.pathname !== '/review/1')

    const review = (await (await fetch(`${server.origin}/api/detections/1/review`)).json()) as Review
    const [first, ...others] = review.signs
    t.equal(first?.verdict, 'rejected')
    t.ok(others.length > 0 && others.every(({ verdict }) => verdict === 'accepted'))

    await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '记录' }).click()
    await page.getByRole('button', { name: '导出' }).click()
    await page.getByRole('radio', { name: /^JSON/ }).check()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page
        .getByRole('dialog')
        .getByRole('link', { name: /下载 \d/ })
        .click(),
    ])
    const exported = JSON.parse(await readFile(await download.path(), 'utf8')) as StoredRecord[]
    t.match(exported, [{ record_id: 1, review: { state: 'reviewed', version: 1 } }])
    t.same(
      exported[0]?.detections.map(({ class_code, verdict }) => [class_code, verdict]).toSorted(),
      others.map(({ class_code }) => [class_code, 'accepted']).toSorted(),
      'what was rejected is not exported, what was accepted is ground truth',
    )
    t.same(errors, [])
  },
)

t.test('a server that is killed in mid-task costs a wait, and no result', needsBrowser, async (t) => {
  const dir = t.testdir()
  const first = await new SpawnedServer(t, dir).ready()
  const { page, heard } = await openPage(t, first.origin)
  await connected(page)
  await page.getByText('最细', { exact: true }).click()
  const names = ['street-avenue.jpg', 'street-village.jpg', 'street-evening.jpg']
  await page.setInputFiles('input[name=files]', names.map(fixture))
  await card(page, 'processing').first().waitFor()
  // Each has its task by then, so that nothing is lost with an upload.
  await page.locator('.detect-card[data-task]').nth(2).waitFor()
  first.process.kill('SIGKILL')
  await first.ended
  await page.locator('.connection', { hasText: /连接中断/ }).waitFor()
  await new SpawnedServer(t, dir, { PORT: String(first.port) }).ready()
  await card(page, 'success').nth(2).waitFor({ timeout: 60_000 })
  await connected(page)
  t.equal(heard.filter((type) => type === 'detection_complete').length, 3, 'each was told once')
})

t.test('every page has what it needs, whichever was open before', needsBrowser, async (t) => {
  const server = await new SpawnedServer(t, t.testdir()).ready()
  const { page, errors } = await openPage(t, server.origin)
  await connected(page)
  await page.setInputFiles('input[name=files]', fixture('street-small.jpg'))
  await card(page, 'success').waitFor()
  const navigation = page.getByRole('navigation', { name: '主导航' })
  // What shows that a page has its answers; each pair of pages that share one is gone through in both directions.
  const pages = {
    统计: () => page.getByRole('heading', { name: '各种标志' }),
    复核: () => page.locator('.queue-card').first(),
    记录: () => page.getByText('street-small.jpg').first(),
    系统: () => page.getByRole('heading', { name: '服务正常' }),
    通知: () => page.getByRole('heading', { name: '通知', level: 1 }),
    检测: () => card(page, 'success'),
  }
  const ways = ['统计', '复核', '统计', '记录', '系统', '记录', '复核', '系统', '统计', '通知', '检测'] as const
  for (const name of ways) {
    await navigation.getByRole('link', { name }).click()
    await pages[name]().waitFor()
    if (name === '统计' || name === '复核' || name === '记录') {
      await page.getByRole('combobox').first().fill('pl60')
      await page.locator('.class-choice', { hasText: '限速60' }).waitFor()
      await page.keyboard.press('Escape')
    }
  }
  t.same(errors, [])
})
