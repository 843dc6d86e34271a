import { type Browser, chromium, type Page } from 'playwright-core'
import type { Test } from 'tap'
import { chromiumArguments, chromiumPath, noChromium } from './chromium.ts'

/** Options of a test that needs a browser: a machine with Node alone passes over it, and says so. */
export const needsBrowser = chromiumPath === undefined ? { skip: noChromium } : {}

/** By what they were started with. */
const running = new Map<string, Promise<Browser>>()

export async function closeBrowser(): Promise<void> {
  for (const browser of running.values()) await (await browser).close()
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
  /** Cumulative layout shift since the page was loaded. */
  layoutShift(): Promise<number>
}

export interface PageOptions {
  /** Statuses that the test provokes, which Chromium reports as errors. */
  expected?: number[]
  language?: 'zh-CN' | 'en'
  theme?: 'light' | 'dark'
  /** CSS pixels. */
  width?: number
  height?: number
  /** What Chromium is started with, such as a camera. */
  args?: string[]
  /** Shares cookies and storage with another page: a second tab. */
  beside?: Page
}

/** Notes every state of every card, for states that are over before a test can look, and how far things on the page moved. */
const RECORDER = `
  globalThis.kinds = []
  const note = (node) => node.matches('.detect-card') && globalThis.kinds.push(node.dataset.kind)
  const noteAll = (node) => node.nodeType === 1 && [node, ...node.querySelectorAll('.detect-card')].forEach(note)
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) type === 'attributes' ? note(target) : addedNodes.forEach(noteAll)
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-kind'] })
  globalThis.layoutShift = 0
   new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) globalThis.layoutShift += value
  }).observe({ type: 'layout-shift', buffered: true })
`

/** A page of a browser that has never been here, unless it is opened beside another one. */
export async function openPage(t: Test, url: string, options: PageOptions = {}): Promise<Watched> {
  const { expected = [], beside } = options
  const context = beside?.context() ?? (await newContext(t, options))
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
  await page.addInitScript(RECORDER)
  await page.goto(url)
  return {
    page,
    errors,
    heard,
    kinds: () => page.evaluate('globalThis.kinds'),
    layoutShift: () => page.evaluate('globalThis.layoutShift'),
  }
}

function browserWith(args: string[]): Promise<Browser> {
  const key = args.join(' ')
  const options = { executablePath: chromiumPath as string, args: [...chromiumArguments, ...args] }
  const browser = running.get(key) ?? chromium.launch(options)
  running.set(key, browser)
  return browser
}

async function newContext(t: Test, options: PageOptions) {
  const { language = 'zh-CN', theme = 'light', width = 1440, height = 900, args = [] } = options
  const viewport = { width, height }
  const isPhone = width < 600
  const context = await (await browserWith(args)).newContext({
    viewport,
    colorScheme: theme,
    // What slides in under the mouse takes its click, or does not.
    reducedMotion: 'reduce',
    hasTouch: isPhone,
    isMobile: isPhone,
  })
  t.teardown(() => context.close())
  context.setDefaultTimeout(20_000) // below tap's, so that what was waited for is said
  if (language !== 'zh-CN') await context.addInitScript(`localStorage.setItem('hz.language', '${language}')`)
  return context
}

/** Resolves once the page says that it is connected. */
export const connected = (page: Page) => page.locator('.connection[data-kind=connected]').waitFor()

/** Waits until a picture is there and not merely asked for. */
export async function untilDrawn(page: Page, selector: string): Promise<void> {
  await page.locator(selector).waitFor()
  await page.waitForFunction(`document.querySelector(${JSON.stringify(selector)}).naturalWidth > 0`)
}

/** Waits until an expression is true in the page: its content policy lets `waitForFunction` look only once. */
export async function untilTrue(page: Page, expression: string): Promise<void> {
  const look = `const look = () => (${expression}) ? resolve() : requestAnimationFrame(look)`
  await page.evaluate(`new Promise((resolve) => { ${look}; look() })`)
}
