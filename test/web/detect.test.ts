import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import t from 'tap'
import type { RecordPage } from '../../src/contract/index.ts'
import { ScriptedAnalyzer, stopSign, untilAborted } from '../helpers/analyzers.ts'
import { fixture, startApp } from '../helpers/app.ts'
import { expectAccessible } from './accessibility.ts'
import { closeBrowser, connected, needsBrowser, openPage, untilDrawn } from './browser.ts'

t.teardown(closeBrowser)

const card = (page: Page, kind: string) => page.locator(`.detect-card[data-kind=${kind}]`)
const choose = (page: Page, ...names: string[]) => page.setInputFiles('input[name=files]', names.map(fixture))

t.test('a photo goes in, and its progress and its signs come out', needsBrowser, async (t) => {
  const app = await startApp(t)
  const { page, errors, heard, kinds, layoutShift } = await openPage(t, app.origin)
  await connected(page)
  t.equal(await page.getAttribute('html', 'lang'), 'zh-CN')
  t.equal(await page.title(), '检测 · 交通标志检测')
  await page.getByText('还没有照片').waitFor()
  await expectAccessible(t, page, 'before the first photo')

  await page.getByText('快速', { exact: true }).click()
  await choose(page, 'street-avenue.jpg', 'street-small.jpg')
  await untilDrawn(page, '.detect-card:nth-child(1)[data-kind=success] img')
  await untilDrawn(page, '.detect-card:nth-child(2)[data-kind=success] img')
  const seen = await kinds()
  // One that begins before its request is answered was never seen to wait.
  for (const kind of ['uploading', 'processing', 'success']) t.ok(seen.includes(kind), `a card was ${kind}`)
  t.ok(heard.includes('detection_progress'))
  t.equal(await layoutShift(), 0, 'nothing moved while the results arrived')
  await expectAccessible(t, page, 'with results')

  const { items } = (await (await fetch(`${app.origin}/api/detections`)).json()) as RecordPage
  const record = items.find(({ file_name }) => file_name === 'street-avenue.jpg')
  const detections = record?.detections ?? []
  t.equal(record?.mode, 'fast', 'the chosen mode is what ran')
  t.ok(detections.length > 1)
  const first = card(page, 'success').filter({ hasText: 'street-avenue.jpg' })
  t.same(
    await first.locator('.sign-list code').allTextContents(),
    detections.map(({ class_code }) => class_code),
  )
  t.equal(await first.locator('.sign-list-name').first().textContent(), detections[0]?.class_name)
  t.equal(await first.locator('svg.sign-overlay > g').count(), detections.length, 'every sign has its box')
  t.equal(await first.locator('img').getAttribute('src'), record?.source_image_url, 'drawn over the original')

  await page.getByRole('slider', { name: '显示置信度不低于' }).press('End')
  t.equal(await first.locator('svg.sign-overlay > g').count(), 0, 'the slider hides what is below, at once')
  await page.getByRole('slider', { name: '显示置信度不低于' }).press('Home')
  await page.keyboard.press('b')
  t.equal(await first.locator('svg.sign-overlay > g').count(), 0, 'boxes are switched off by a key')
  await page.keyboard.press('b')

  await first.getByRole('button', { name: /^放大查看/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.locator('.picture-stage svg.sign-overlay > g').first().waitFor()
  await expectAccessible(t, page, 'an enlarged result')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('link', { name: '下载结果图' }).click(),
  ])
  t.equal(download.suggestedFilename(), 'street-avenue.detected.jpg')
  await dialog.getByRole('link', { name: '查看记录' }).waitFor()
  await page.keyboard.press('Escape')

  await page.reload()
  await untilDrawn(page, `[data-record="${record?.record_id}"] img`)
  t.equal(await card(page, 'success').count(), 2, 'a reload finds the results again')
  t.ok(await page.getByRole('radio', { name: '快速' }).isChecked(), 'the options are remembered')
  t.same(errors, [], 'nothing went wrong, and the content policy refused nothing')
})

t.test('a file that is no picture says what happened and what to do', needsBrowser, async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const { page, errors } = await openPage(t, app.origin, { expected: [415] })
  const name = '<img src=x onerror="throw 1">.jpg'
  await connected(page)
  await page.setInputFiles('input[name=files]', { name, mimeType: 'image/jpeg', buffer: Buffer.from('only text') })
  const failed = card(page, 'failed')
  await failed.waitFor()
  t.equal(await failed.locator('.detect-card-name').textContent(), name, 'its name is no HTML')
  t.match(await failed.getByRole('alert').textContent(), /不是支持的图片.*请换一张照片.*UNSUPPORTED_MEDIA/)
  t.equal(await failed.getByRole('button', { name: '重试' }).count(), 0, 'trying again would not help')
  await expectAccessible(t, page, 'a failure')
  await page.getByRole('button', { name: 'English' }).click()
  t.match(await failed.getByRole('alert').textContent(), /is not a supported picture.*Choose another file/)
  await failed.getByRole('button', { name: /^Dismiss/ }).click()
  await failed.waitFor({ state: 'detached' })
  t.same(errors, [])
})

t.test('photos are dropped, pasted and chosen by the folder', needsBrowser, async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const { page, errors } = await openPage(t, app.origin)
  await connected(page)
  const bytes = (await readFile(fixture('street-small.jpg'))).toString('base64')
  // The events of a browser whose user drops or pastes two photos.
  const send = (kind: 'drop' | 'paste') =>
    page.evaluate(`{
      const bytes = Uint8Array.from(atob('${bytes}'), (letter) => letter.charCodeAt(0))
      const transfer = new DataTransfer()
      for (const n of [1, 2]) transfer.items.add(new File([bytes], '${kind}-' + n + '.jpg', { type: 'image/jpeg' }))
      const init = { bubbles: true, cancelable: true }
      if ('${kind}' === 'drop') {
        document.querySelector('.drop-zone').dispatchEvent(new DragEvent('drop', { ...init, dataTransfer: transfer }))
      } else document.dispatchEvent(new ClipboardEvent('paste', { ...init, clipboardData: transfer }))
    }`)
  await send('drop')
  await card(page, 'success').nth(1).waitFor()
  await send('paste')
  await card(page, 'success').nth(3).waitFor()
  const folder = join(app.dir, 'photos')
  await mkdir(join(folder, 'deeper'), { recursive: true })
  await copyFile(fixture('street-small.jpg'), join(folder, 'folder-1.jpg'))
  await copyFile(fixture('street-small.jpg'), join(folder, 'deeper', 'folder-2.jpg'))
  await writeFile(join(folder, 'notes.txt'), 'no picture')
  await page.setInputFiles('input[name=folder]', folder)
  await page.getByText('已忽略 1 个不是图片或视频的文件').waitFor()
  await card(page, 'success').nth(5).waitFor()
  t.same((await page.locator('.detect-card-name').allTextContents()).sort(), [
    ...['drop-1.jpg', 'drop-2.jpg', 'folder-1.jpg', 'folder-2.jpg', 'paste-1.jpg', 'paste-2.jpg'],
  ])
  t.same(errors, [])
})

t.test('photos that do not fit into the queue wait, and go on by themselves', needsBrowser, async (t) => {
  const waiting: Array<() => void> = []
  const analyzer = new ScriptedAnalyzer(async () => {
    await new Promise<void>((resolve) => waiting.push(resolve))
    return [stopSign]
  })
  const app = await startApp(t, { analyzer, env: { QUEUE_LIMIT: '2' } })
  const { page, errors } = await openPage(t, app.origin, { expected: [429, 503] })
  await connected(page)
  await choose(page, 'street-small.jpg', 'street-village.jpg', 'street-evening.jpg', 'street-crossroads.jpg')
  await page.getByText('服务器队列已满，有空位时自动继续').first().waitFor()
  let ended = 0
  while (ended < 4) {
    waiting.shift()?.()
    await setImmediate()
    ended = await card(page, 'success').count()
  }
  t.equal(await page.locator('.detect-card').count(), 4)
  t.same(errors, [])
})

t.test(
  'what runs is there after a reload and in another tab, can be cancelled, and tried again',
  needsBrowser,
  async (t) => {
    let script: () => Promise<(typeof stopSign)[]> | null = () => null
    const analyzer = new ScriptedAnalyzer(async (job, signal) => script() ?? untilAborted(job, signal))
    const app = await startApp(t, { analyzer })
    const { page, errors } = await openPage(t, app.origin)
    await connected(page)
    await choose(page, 'street-small.jpg', 'street-village.jpg', 'street-evening.jpg')
    await card(page, 'queued').getByText('即将开始').waitFor()
    await page.reload()
    const running = card(page, 'processing').filter({
      has: page.locator('[aria-current=step]', { hasText: '模型推理' }),
    })
    await running.nth(1).waitFor()
    t.equal(await card(page, 'queued').count(), 1)
    const { page: tab } = await openPage(t, app.origin, { beside: page })
    await card(tab, 'queued').waitFor()

    const name = (await running.first().locator('.detect-card-name').textContent()) ?? ''
    await page.getByRole('button', { name: `取消 ${name}` }).click()
    await card(page, 'cancelled').waitFor()
    await card(tab, 'cancelled').waitFor()
    await analyzer.untilBegun(3)
    await page.getByRole('button', { name: '全部取消' }).click()
    await card(page, 'cancelled').nth(2).waitFor()
    script = async () => [stopSign]
    await page.getByRole('button', { name: '重试失败的' }).click()
    await card(page, 'success').nth(2).waitFor()
    await page.getByRole('button', { name: '收起已结束的' }).click()
    await page.getByText('还没有照片').waitFor()
    t.same(errors, [])
  },
)

t.test('a lost server is not hidden, and what it did meanwhile is shown once it is back', needsBrowser, async (t) => {
  const first = await startApp(t, { analyzer: new ScriptedAnalyzer(untilAborted) })
  const { page, heard } = await openPage(t, first.origin)
  await connected(page)
  await choose(page, 'street-small.jpg')
  await card(page, 'processing').waitFor()
  const closed = first.close()
  await page.locator('.connection', { hasText: /连接中断，\d+ 秒后重连/ }).waitFor()
  // Chromium holds connections in reserve, and Node waits a minute for one on which nothing was ever asked.
  first.app.server.closeAllConnections()
  await closed
  const missed = heard.length
  await startApp(t, { dir: first.dir, env: { PORT: String(first.port) }, analyzer: new ScriptedAnalyzer() })
  await page.getByRole('button', { name: '立即重连' }).click()
  await connected(page)
  await card(page, 'success').waitFor()
  t.equal(heard.slice(missed).filter((type) => type === 'detection_complete').length, 1)
})

t.test('one window too many says so, and works without its connection', needsBrowser, async (t) => {
  const env = { MAX_CONNECTIONS_PER_USER: '1' }
  const app = await startApp(t, { env, analyzer: new ScriptedAnalyzer() })
  const first = await openPage(t, app.origin)
  await connected(first.page)
  const { page, errors } = await openPage(t, app.origin)
  await page.locator('.connection', { hasText: '请关闭其他窗口' }).waitFor()
  await choose(page, 'street-small.jpg')
  await card(page, 'success').waitFor()
  await first.page.close()
  while (app.parts.sockets.size > 0) await setImmediate()
  await page.getByRole('button', { name: '立即重连' }).click()
  await connected(page)
  t.same([...errors, ...first.errors], [])
})

t.test('going elsewhere and coming back loses nothing', needsBrowser, async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(untilAborted) })
  const { page, errors } = await openPage(t, app.origin)
  await connected(page)
  await choose(page, 'street-small.jpg')
  await card(page, 'processing').waitFor()
  const navigation = page.getByRole('navigation', { name: '主导航' })
  await navigation.getByRole('link', { name: '记录' }).click()
  await page.waitForURL('**/records')
  await navigation.getByRole('link', { name: '检测' }).click()
  await card(page, 'processing').waitFor()
  t.same(errors, [])
})

t.test('the page fits a phone, in both languages and themes', needsBrowser, async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  for (const language of ['zh-CN', 'en'] as const) {
    for (const theme of ['light', 'dark'] as const) {
      const what = `${language}, ${theme}`
      const { page, errors } = await openPage(t, app.origin, { language, theme, width: 360, height: 740 })
      await connected(page)
      await choose(page, 'street-small.jpg')
      await card(page, 'success').waitFor()
      t.equal(await page.evaluate('document.documentElement.scrollWidth'), 360, `${what}: nothing sticks out`)
      t.equal(await page.locator('.sign-list-name').first().textContent(), language === 'en' ? 'Stop' : '停车让行')
      await expectAccessible(t, page, what)
      t.same(errors, [])
    }
  }
})

t.test('the first load brings at most 300 KB of script over the wire', needsBrowser, async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const { page } = await openPage(t, app.origin)
  await connected(page)
  const bytes: number = await page.evaluate(
    `performance.getEntriesByType('resource').filter(({ name }) => name.includes('.js')).reduce((sum, { transferSize }) => sum + transferSize, 0)`,
  )
  t.ok(bytes > 10_000 && bytes <= 300_000, `${bytes} bytes`)
})

t.test('a page that there is not says so', needsBrowser, async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const { page } = await openPage(t, `${app.origin}/nowhere`)
  await page.getByRole('heading', { name: '没有这个页面' }).waitFor()
  for (const path of ['/api/nowhere', '/nowhere']) {
    const answer = await fetch(`${app.origin}${path}`)
    t.match([answer.status, await answer.json()], [404, { code: 'NOT_FOUND' }], 'programs are told as programs')
  }
})
