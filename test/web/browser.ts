import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { Test } from 'tap'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
const QUIET = ['gpu', 'background-networking', 'component-update', 'sync'].map((what) => `--disable-${what}`)

const executablePath = PLACES.find((path) => existsSync(path))

/** Options of a test that needs a browser: a machine with Node alone passes over it, and says so. */
export const needsBrowser = executablePath === undefined ? { skip: `there is no Chromium at ${PLACES.join(', ')}` } : {}

let running: Promise<Browser> | null = null

export async function closeBrowser(): Promise<void> {
  await (await running)?.close()
}

/** What a page has gone through, in order. */
export interface Watched {
  page: Page
  /** Console errors and exceptions; an answer of the server with an expected status is none. */
  errors: string[]
  /** Types of the messages that came over its sockets. */
  heard: string[]
  /** Kinds of state that its cards went through. */
  kinds(): Promise<string[]>
}

/** Notes every state of every card, for states that are over before a test can look. */
const KIND_RECORDER = `
  globalThis.kinds = []
  new MutationObserver((changes) => {
    for (const { target } of changes) if (target.matches('.card')) globalThis.kinds.push(target.dataset.kind)
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-kind'] })
`

/**
 * A page of a browser that has never been here.
 * @param expected statuses that the test provokes, which Chromium reports as errors
 */
export async function openPage(t: Test, url: string, expected: number[] = []): Promise<Watched> {
  running ??= chromium.launch({ executablePath: executablePath as string, args: ['--no-sandbox', ...QUIET] })
  const context = await (await running).newContext()
  t.teardown(() => context.close())
  context.setDefaultTimeout(15_000) // below tap's, so that what was waited for is said
  const page = await context.newPage()
  const errors: string[] = []
  const heard: string[] = []
  page.on('console', (message) => {
    const status = Number(/the server responded with a status of (\d+)/.exec(message.text())?.[1] ?? 0)
    if (message.type() === 'error' && !expected.includes(status)) errors.push(message.text())
  })
  page.on('pageerror', (err) => errors.push(err.message))
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => heard.push(JSON.parse(String(payload)).type))
  })
  await page.addInitScript(KIND_RECORDER)
  await page.goto(url)
  return { page, errors, heard, kinds: () => page.evaluate('globalThis.kinds') }
}

/** Resolves once the page says that it is connected. */
export const connected = (page: Page) => page.locator('#connection[data-kind=connected]').waitFor()

/** Waits until a picture is there and not merely asked for. */
export async function untilDrawn(page: Page, selector: string): Promise<void> {
  await page.locator(selector).waitFor()
  await page.waitForFunction(`document.querySelector(${JSON.stringify(selector)}).naturalWidth > 0`)
}
