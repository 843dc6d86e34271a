/**
 * Writes docs/images/app-*.webp: every page of the web application in both themes, with the drawn streets of
 * test/fixtures as its photos, its video and what its camera sees. `npm run docs:screenshots`; needs a Chromium. Look at what comes out!
 */
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import sharp from 'sharp'
import { buildApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import type { Record as StoredRecord } from '../src/contract/index.ts'
import { packageRoot } from '../src/package-root.ts'
import { makeClip } from '../test/helpers/clips.ts'
import { withStreetCamera } from '../test/web/fake-camera.ts'

const PHOTOS = ['avenue', 'crossroads', 'evening', 'village', 'small'].map((name) => `street-${name}.jpg`)
const SIZE = { width: 1440, height: 900 }

interface Shot {
  name: string
  path: string
  /** Brings the page to where it is worth looking at. */
  prepare?: (page: Page) => Promise<unknown>
}

const fixture = (name: string) => join(packageRoot, 'test', 'fixtures', name)
const images = join(packageRoot, 'docs', 'images')

const shots: Shot[] = [
  {
    name: 'detect',
    path: '/',
    prepare: async (page) => {
      await page.setInputFiles('input[name=files]', PHOTOS.slice(0, 4).map(fixture))
      await page.locator('.detect-card[data-kind=success]').nth(3).waitFor()
    },
  },
  { name: 'records', path: '/records' },
  { name: 'record', path: '/records/1' },
  { name: 'review', path: '/review/2' },
  {
    name: 'video',
    path: '/records/6',
    prepare: async (page) => {
      await page.locator('.video-frame .sign-overlay > g').first().waitFor()
    },
  },
  {
    name: 'live',
    path: '/live',
    prepare: async (page) => {
      await page.getByText('摄像头未打开').waitFor()
      await page.keyboard.press('s')
      await page.locator('.live-signs li').nth(2).waitFor()
    },
  },
  { name: 'statistics', path: '/statistics' },
  { name: 'notices', path: '/notices' },
  { name: 'administration', path: '/administration' },
]

const dir = await mkdtemp(join(tmpdir(), 'hzsystem-screenshots-'))
const config = loadConfig({
  PORT: '0',
  DATABASE_URL: `file:${dir}/data.db`,
  MEDIA_DIR: join(dir, 'media'),
  MODELS_DIR: join(dir, 'models'),
  LOG_LEVEL: 'silent',
})
const app = await buildApp(config)
const origin = (await app.listen(config.listen)).replace('[::1]', 'localhost')
const executablePath = process.argv[2] ?? '/usr/bin/chromium'
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', ...(await withStreetCamera(dir))],
})
try {
  await fill()
  await mkdir(images, { recursive: true })
  for (const theme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ viewport: SIZE, colorScheme: theme, reducedMotion: 'reduce' })
    for (const shot of shots) await take(await context.newPage(), shot, theme)
    await context.close()
  }
} finally {
  await browser.close()
  await app.close()
  await rm(dir, { recursive: true })
}

/** Some records, one of them reviewed, and a notice. */
async function fill(): Promise<void> {
  for (const name of PHOTOS) {
    const form = new FormData()
    form.append('file', new Blob([Uint8Array.from(readFileSync(fixture(name)))]), name)
    await post('/api/detections?wait=1', form)
  }
  const size = { width: 1280, height: 720 }
  const clip = await makeClip(join(dir, 'drive.mp4'), {
    ...size,
    seconds: 8,
    frameRate: 25,
    photo: 'street-avenue.jpg',
  })
  const drive = new FormData()
  drive.append('file', new Blob([Uint8Array.from(readFileSync(clip))]), 'drive.mp4')
  await post('/api/detections?wait=1', drive)
  const first = (await (await fetch(`${origin}/api/detections/1`)).json()) as StoredRecord
  const signs = first.detections.map(({ class_code, bbox }, index) => {
    return { sign_key: `m${index}`, verdict: 'accepted', class_code, bbox }
  })
  await post('/api/detections/1/review', { version: 0, state: 'reviewed', signs }, 'PUT')
  const text = { title: '今晚维护', message: '今晚 22:00 至 23:00 升级服务器，期间请勿上传。' }
  await post('/api/notifications', { ...text, level: 'warning', category: 'maintenance' })
}

async function post(path: string, body: FormData | object, method = 'POST'): Promise<void> {
  const isForm = body instanceof FormData
  const headers: Record<string, string> = isForm ? {} : { 'content-type': 'application/json' }
  const answer = await fetch(origin + path, { method, headers, body: isForm ? body : JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
}

async function take(page: Page, { name, path, prepare }: Shot, theme: string): Promise<void> {
  await page.goto(origin + path)
  await prepare?.(page)
  await page.waitForLoadState('networkidle')
  // Toasts come and go; the pages are what is shown.
  await page.addStyleTag({ content: '.ant-notification { display: none }' })
  await page.waitForTimeout(1500)
  const file = join(images, `app-${name}${theme === 'dark' ? '-dark' : ''}.webp`)
  await sharp(await page.screenshot())
    .webp({ quality: 82 })
    .toFile(file)
  await page.close()
  console.log(file)
}
