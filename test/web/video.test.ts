import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import type { Record, RecordTracks, SignTrack } from '../../src/contract/index.ts'
import { boxAt } from '../../src/web/app/video/box-at.ts'
import { packLanes } from '../../src/web/app/video/pack-lanes.ts'
import { formOf, type RunningApp, startApp } from '../helpers/app.ts'
import { expectAccessible } from './accessibility.ts'
import { closeBrowser, connected, needsBrowser, openPage, untilTrue } from './browser.ts'
import { makeStreetClip, needsVideo } from './street-clip.ts'

t.teardown(closeBrowser)

const needs = { ...needsBrowser, ...needsVideo }
const card = (page: Page, kind: string) => page.locator(`.detect-card[data-kind=${kind}]`)
const list = (page: Page) => page.locator('.tracked-signs li')
const marks = (page: Page) => page.locator('.video-frame .sign-overlay > g')

async function ask<T>(app: RunningApp, path: string): Promise<T> {
  return (await (await fetch(`${app.origin}${path}`)).json()) as T
}

/** A record of a clip, made without a page. */
async function recordOf(app: RunningApp, path: string): Promise<Record> {
  const name = path.split('/').at(-1) as string
  const body = formOf([{ bytes: await readFile(path), name }])
  return (await (await fetch(`${app.origin}/api/detections?wait=1`, { method: 'POST', body })).json()) as Record
}

/** The video's time, once it shows it. */
async function timeOf(page: Page): Promise<number> {
  await untilTrue(page, `!document.querySelector('video').seeking && document.querySelector('video').readyState > 1`)
  return page.evaluate(`document.querySelector('video').currentTime`)
}

t.test('a box moves evenly between the times at which its sign was seen', async (t) => {
  const boxes: SignTrack['boxes'] = [
    [1, 0, 0, 10, 10, 0.9],
    [2, 100, 50, 120, 70, 0.9],
  ]
  t.same(boxAt(boxes, 1), [0, 0, 10, 10])
  t.same(boxAt(boxes, 1.5), [50, 25, 65, 40])
  t.same(boxAt(boxes, 2), [100, 50, 120, 70])
  t.same(boxAt(boxes, 2.05), [100, 50, 120, 70], 'until the next picture')
  t.equal(boxAt(boxes, 0.99), null)
  t.equal(boxAt(boxes, 2.5), null)
  t.equal(boxAt([], 1), null)
})

t.test('signs that are in sight at once are in lanes of their own, and as few as that takes', async (t) => {
  const spans = [
    { first_time: 4, last_time: 5 },
    { first_time: 0, last_time: 3 },
    { first_time: 1, last_time: 2 },
    { first_time: 2.5, last_time: 2.6 },
  ]
  t.same(packLanes(spans, 0.1), { laneOf: [0, 0, 1, 1], lanes: 2 })
  t.same(packLanes(spans, 3).lanes, 3, 'what is short is as long as fingers need')
})

t.test('a video goes in, and a player with its signs and their timeline comes out', needs, async (t) => {
  const app = await startApp(t)
  await makeStreetClip(join(app.dir, 'drive.mp4'))
  const { page, errors, layoutShift } = await openPage(t, app.origin)
  await connected(page)
  await page.setInputFiles('input[name=files]', join(app.dir, 'drive.mp4'))
  const running = card(page, 'processing')
  await running.locator('.found-signs li').nth(1).waitFor()
  t.match(await running.locator('.card-state').textContent(), /检测中.*0:0\d \/ 0:04 · [\d.]+ 帧\/秒/)
  await expectAccessible(t, page, 'a video under way')
  const done = card(page, 'success')
  await done.locator('.video-signs img').first().waitFor()
  t.equal(await layoutShift(), 0, 'nothing moved meanwhile')
  const record = await ask<Record>(app, '/api/detections/1')
  t.match(record, { detection_type: 'video', mode: 'fast', file_name: 'drive.mp4' })
  t.ok(record.detections.length >= 6, `${record.detections.length} signs`)
  t.equal(await done.locator('.video-signs li').count(), record.detections.length, 'each sign once')
  t.equal(await done.locator('.video-duration').textContent(), '0:04')
  await expectAccessible(t, page, 'a finished video')

  await page.reload()
  await card(page, 'success')
    .getByRole('link', { name: /^播放 drive.mp4/ })
    .click()
  await page.waitForURL('**/records/1')
  await list(page)
    .nth(record.detections.length - 1)
    .waitFor()
  await timeOf(page)
  t.equal(await page.locator('.timeline li').count(), record.detections.length)
  t.equal(await page.getByRole('link', { name: '去复核' }).count(), 0, 'reviews are of pictures')
  await expectAccessible(t, page, 'a record of a video')
  await t.test('signs, timeline and keys lead through the video', (t) => walk(t, page, app))
  await t.test('either video can be watched', (t) => watch(t, page, record))
  await t.test('all of it can be taken away', (t) => takeAway(t, page))
  await t.test('lists say that it is a video, and how long', (t) => findInLists(t, page, app))
  t.same(errors, [])

  for (const [language, theme] of [
    ['zh-CN', 'dark'],
    ['en', 'light'],
  ] as const) {
    const phone = await openPage(t, `${app.origin}/records/1`, { language, theme, width: 390, height: 844 })
    await list(phone.page).first().waitFor()
    await timeOf(phone.page)
    t.equal(await phone.page.evaluate('document.documentElement.scrollWidth'), 390, 'nothing sticks out')
    await expectAccessible(t, phone.page, `on a phone, ${language}, ${theme}`)
    t.same(phone.errors, [])
  }
})

async function walk(t: Test, page: Page, app: RunningApp): Promise<void> {
  const { tracks } = await ask<RecordTracks>(app, '/api/detections/1/tracks')
  const sign = tracks.find(({ first_time }) => first_time > 0.5) as SignTrack
  await page.locator(`[data-track="${sign.track_id}"] button`).click()
  t.ok(Math.abs((await timeOf(page)) - sign.best_time) < 0.06, 'the list leads to when a sign is seen best')
  const box = marks(page).and(page.locator(`[data-key="${sign.track_id}"]`))
  const left = Number(await box.locator('.sign-line').getAttribute('x'))
  const seen = boxAt(sign.boxes, sign.best_time) ?? [0]
  t.ok(Math.abs(left - seen[0]) < 12, `its box is where the sign is: ${left}, ${seen[0]}`)
  const [inSight, marked] = [await list(page).and(page.locator('[aria-current]')).count(), await marks(page).count()]
  t.equal(inSight, marked, 'what is in sight is said in the list, too')

  await page.keyboard.press('[')
  const before = await timeOf(page)
  t.ok(before < sign.best_time, 'to the sign before')
  await page.keyboard.press(']')
  t.ok((await timeOf(page)) > before, 'and to the next')
  await page.keyboard.press('ArrowLeft')
  const atLeft = await timeOf(page)
  await page.keyboard.press('ArrowRight')
  t.ok(Math.abs((await timeOf(page)) - atLeft - 1) < 0.01, 'a second by arrows')
  await page.keyboard.press('.')
  const step = (await timeOf(page)) - atLeft - 1
  t.ok(step > 0.01 && step < 0.2, `a frame by a stop: ${step}`)
  await page.keyboard.press('b')
  t.equal(await marks(page).count(), 0, 'boxes are switched off')
  await page.keyboard.press('b')

  const spans = page.locator('.timeline li button')
  await spans.first().focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  const second = (await ask<Record>(app, '/api/detections/1')).detections
    .flatMap(({ track }) => track ?? [])
    .sort((a, b) => a.first_time - b.first_time)[1]
  t.ok(Math.abs((await timeOf(page)) - (second?.best_time ?? 0)) < 0.06, 'so does the timeline, by keys alone')

  await page.evaluate(`document.querySelector('video').currentTime = 0`)
  await page.getByRole('heading', { level: 1 }).click()
  const beganAt = await timeOf(page)
  await page.keyboard.press(' ')
  await untilTrue(page, `document.querySelector('video').currentTime > ${beganAt + 0.7}`)
  await page.keyboard.press(' ')
  t.ok(await page.evaluate(`document.querySelector('video').paused`), 'space plays and pauses')
}

async function watch(t: Test, page: Page, record: Record): Promise<void> {
  const at = await timeOf(page)
  await page.getByText('标注视频', { exact: true }).first().click()
  await untilTrue(page, `document.querySelector('video').src.includes(${JSON.stringify(record.result_video_url)})`)
  await untilTrue(page, `Math.abs(document.querySelector('video').currentTime - ${at}) < 0.2`)
  t.equal(await marks(page).count(), 0, 'its boxes are in the picture')
  await page.getByText('原视频', { exact: true }).first().click()
  await marks(page).first().waitFor()
}

async function takeAway(t: Test, page: Page): Promise<void> {
  const names: string[] = []
  for (const name of ['原视频', '标注视频', '标志表（CSV）', 'JSON', '章节（WebVTT）']) {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name, exact: true }).click(),
    ])
    t.equal(await download.failure(), null, name)
    names.push(download.suggestedFilename().split('.').slice(1).join('.'))
  }
  t.same(names, ['mp4', 'detected.mp4', 'csv', 'json', 'vtt'])
}

async function findInLists(t: Test, page: Page, app: RunningApp): Promise<void> {
  await page.goto(`${app.origin}/records?detection_type=video`)
  const badge = page.locator('.moving-badge')
  await badge.waitFor()
  t.equal(await badge.textContent(), '▶视频 0:04')
  await expectAccessible(t, page, 'a video in the grid')
  await page
    .getByRole('radio', { name: '表格' })
    .or(page.getByRole('button', { name: '表格' }))
    .first()
    .click()
  await page.locator('tr .moving-badge').waitFor()
  await expectAccessible(t, page, 'a video in the table')
}

t.test(
  'what the browser cannot play is shown with its boxes drawn in, and what nothing plays is said',
  needs,
  async (t) => {
    const app = await startApp(t)
    await makeStreetClip(join(app.dir, 'dashcam.avi'), { codec: 'mpeg4', seconds: 1 })
    const record = await recordOf(app, join(app.dir, 'dashcam.avi'))
    const { page, errors } = await openPage(t, `${app.origin}/records/${record.record_id}`)
    await page.getByText('浏览器不能播放原视频的格式，现在播放的是标注视频').waitFor()
    await timeOf(page)
    t.equal(await marks(page).count(), 0)
    await expectAccessible(t, page, 'the drawn video in place of the original')
    await page.route('**/media/videos/**', (route) => route.fulfill({ contentType: 'video/mp4', body: 'no video' }))
    await page.reload()
    await page.getByText('浏览器不能播放这段视频').waitFor()
    t.ok((await list(page).count()) > 0, 'its signs are there all the same')
    await expectAccessible(t, page, 'a video that does not play')
    t.same(errors, [])
  },
)

t.test('a video of which a part could not be read says so, and is no failure', needs, async (t) => {
  const app = await startApp(t)
  await makeStreetClip(join(app.dir, 'part.webm'), { codec: 'libvpx', seconds: 1 })
  const { page, errors } = await openPage(t, `${app.origin}/account`)
  await page.routeWebSocket('**/ws/detection/**', (socket) => {
    const server = socket.connectToServer()
    server.onMessage((text) => {
      const message = JSON.parse(String(text))
      if (message.type === 'detection_complete') Object.assign(message.data, { status: 'failed', failed_frames: 12 })
      socket.send(JSON.stringify(message))
    })
  })
  await page.goto(app.origin)
  await connected(page)
  await page.setInputFiles('input[name=files]', join(app.dir, 'part.webm'))
  const done = card(page, 'success')
  await done.getByText('只读到一部分：有 12 帧无法读取，其余的结果已保存').waitFor()
  await expectAccessible(t, page, 'a part of a video')
  await page.reload()
  await card(page, 'success')
    .getByText(/有 12 帧无法读取/)
    .waitFor()
  t.same(errors, [])
})

t.test('what a video was asked for counts; a reload loses nothing of it, and it can be cancelled', needs, async (t) => {
  const app = await startApp(t)
  await makeStreetClip(join(app.dir, 'long.mp4'), { seconds: 8 })
  const { page, errors } = await openPage(t, app.origin)
  await connected(page)
  await page.getByLabel('每秒查看').selectOption({ label: '10 帧' })
  await page.locator('.video-options select').first().selectOption({ label: '精确，用时很长' })
  await page.setInputFiles('input[name=files]', join(app.dir, 'long.mp4'))
  await card(page, 'processing').locator('.found-signs li').nth(1).waitFor()
  const { items } = await ask<{ items: Array<{ options: object }> }>(app, '/api/tasks')
  t.match(items[0]?.options, { mode: 'accurate', frame_rate: 10 })
  const before = await page.locator('.found-signs li').count()
  await page.reload()
  await card(page, 'processing')
    .locator('.found-signs li')
    .nth(before - 1)
    .waitFor()
  t.match(await card(page, 'processing').locator('.card-state').textContent(), /0:0\d \/ 0:08/, 'nor how long it is')
  await page.getByRole('button', { name: '取消 long.mp4' }).click()
  await card(page, 'cancelled').waitFor()
  t.same((await ask<{ items: unknown[] }>(app, '/api/detections')).items, [])
  t.same(errors, [])
})

t.test('a file that is no video says so', needs, async (t) => {
  const app = await startApp(t)
  const { page } = await openPage(t, app.origin, { expected: [415, 422] })
  await connected(page)
  const file = { name: 'drive.mp4', mimeType: 'video/mp4', buffer: Buffer.from('only text') }
  await page.setInputFiles('input[name=files]', file)
  await card(page, 'failed').getByRole('alert').waitFor()
  t.match(await card(page, 'failed').getByRole('alert').textContent(), /UNSUPPORTED_MEDIA|VIDEO_UNREADABLE/)
})
