import { linkSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import sharp from 'sharp'
import { chromiumArguments, chromiumPath, noChromium } from '../test/web/chromium.ts'
import { type Bench, type Context, type Row, row } from './bench.ts'
import { fillRecords } from './fill-records.ts'
import { ServerProcess } from './server-process.ts'
import { percentile } from './statistics.ts'

const target = { atMost: 50 }
const size = { width: 1440, height: 900 }
const differentThumbnails = 24

/** Every frame that the page could have drawn, and when; the browser asks for one each 17 ms. */
const FRAME_RECORDER = `
  globalThis.frames = []
  const note = (ms) => { frames.push(ms); requestAnimationFrame(note) }
  requestAnimationFrame(note)
`

/** The page of records in a real browser, from one end of very many to the other. */
export const webScroll: Bench = {
  name: 'web-scroll',
  async run(context) {
    if (chromiumPath === undefined) {
      context.log(noChromium)
      return []
    }
    const dir = join(context.dir, 'web-scroll')
    mkdirSync(dir)
    const records = context.isQuick ? 10_000 : 100_000
    await fillRecords(`file:${join(dir, 'data.db')}`, records)
    await drawThumbnails(join(dir, 'media', 'thumbnails'), records)
    const server = await ServerProcess.start(context, { dir })
    const browser = await chromium.launch({
      executablePath: chromiumPath,
      args: chromiumArguments,
      ignoreDefaultArgs: ['--hide-scrollbars'], // One of them is dragged.
    })
    try {
      const rows: Row[] = []
      for (const view of ['grid', 'table']) {
        rows.push(...(await scrollView(context, browser, server.origin, view)))
      }
      return rows.map((each) => ({ ...each, note: `${each.note}; ${records} records` }))
    } finally {
      await browser.close()
      await server.stop()
    }
  },
}

async function scrollView(context: Context, browser: Browser, origin: string, view: string): Promise<Row[]> {
  const page = await browser.newPage({ viewport: size })
  await page.addInitScript(`localStorage.setItem('hz.records-view', '${view}')`)
  await page.addInitScript(FRAME_RECORDER)
  await page.goto(`${origin}/records`)
  await untilThere(page)
  const ways = {
    'wheel, as people turn it': () => wheel(page, context.isQuick ? 60 : 400, 240),
    'wheel, through all of it': () => wheelToEnd(page, context.isQuick ? 100 : 1200),
    'scrollbar, through all of it': () => dragScrollbar(page, context.isQuick ? 100 : 400),
  }
  const rows: Row[] = []
  for (const [way, scroll] of Object.entries(ways)) {
    await toTop(page)
    context.log(`${view}: ${way} …`)
    const { frames, longestTask } = await watched(browser, page, scroll)
    const note = `${frames.length} frames, p99 ${percentile(frames, 0.99).toFixed(0)} ms`
    rows.push(row(`${view}: ${way}, longest frame`, Math.max(...frames), 'ms', target, note))
    rows.push(row(`${view}: ${way}, longest task`, longestTask, 'ms', target, 'processor time of the main thread'))
  }
  rows.push(row(`${view}: jump to the middle, until it is seen`, await jump(page), 'ms', null, 'with its records'))
  await page.close()
  return rows
}

/**
 * Lengths of the frames while something goes on, and the longest task of the browser's own timeline, in milliseconds. The
 * task is told in processor time: what else runs on the machine makes frames long, and says nothing of the page.
 */
async function watched(browser: Browser, page: Page, work: () => Promise<void>) {
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline', '__metadata'] })
  await page.evaluate('frames.length = 0')
  await work()
  const times = (await page.evaluate('frames')) as number[]
  const trace = JSON.parse(String(await browser.stopTracing())) as { traceEvents: TraceEvent[] }
  return { frames: times.slice(1).map((ms, i) => ms - times[i]!), longestTask: longestTaskOf(trace.traceEvents) }
}

interface TraceEvent {
  name: string
  pid: number
  tid: number
  /** Microseconds of the thread's processor time. */
  tdur?: number
  args: { name?: string }
}

function longestTaskOf(events: TraceEvent[]): number {
  const isMain = ({ name, args }: TraceEvent) => name === 'thread_name' && args.name === 'CrRendererMain'
  const threads = new Set(events.filter(isMain).map(({ pid, tid }) => `${pid} ${tid}`))
  const tasks = events.filter(({ name, pid, tid }) => name === 'RunTask' && threads.has(`${pid} ${tid}`))
  return tasks.reduce((longest, { tdur = 0 }) => Math.max(longest, tdur / 1000), 0)
}

async function wheel(page: Page, steps: number, pixels: number): Promise<void> {
  await page.mouse.move(size.width / 2, size.height / 2)
  for (let step = 0; step < steps; step++) {
    await page.mouse.wheel(0, pixels)
    await nextFrame(page)
  }
}

async function wheelToEnd(page: Page, steps: number): Promise<void> {
  const height = (await page.evaluate('document.documentElement.scrollHeight')) as number
  await wheel(page, steps, Math.ceil(height / steps))
  await requireEnd(page)
}

async function dragScrollbar(page: Page, steps: number): Promise<void> {
  const x = size.width - 7
  const [top, bottom] = [22, size.height - 22]
  await page.mouse.move(x, top)
  await page.mouse.down()
  for (let step = 1; step <= steps; step++) {
    await page.mouse.move(x, top + ((bottom - top) * step) / steps)
    await nextFrame(page)
  }
  await page.mouse.up()
  await requireEnd(page)
}

/** From the jump until the records are drawn where skeletons were; milliseconds. */
async function jump(page: Page): Promise<number> {
  await toTop(page)
  const startedMs = performance.now()
  await page.evaluate('scrollTo(0, document.documentElement.scrollHeight / 2)')
  await nextFrame(page)
  await untilThere(page)
  return performance.now() - startedMs
}

/** A scroll that did not get there has measured nothing. */
async function requireEnd(page: Page): Promise<void> {
  const share = (await page.evaluate('scrollY / (document.documentElement.scrollHeight - innerHeight)')) as number
  if (share < 0.97) throw new Error(`The list was scrolled to ${Math.round(share * 100)} % only`)
}

/** Some frames later the bar is there as well. */
async function toTop(page: Page): Promise<void> {
  await page.evaluate('scrollTo(0, 0)')
  await untilThere(page)
  for (let frame = 0; frame < 30; frame++) await nextFrame(page)
}

async function nextFrame(page: Page): Promise<void> {
  await page.evaluate('new Promise(requestAnimationFrame)')
}

/** Resolves once every place in sight has its record. */
async function untilThere(page: Page): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    const isInSight = (item) => {
      const { top, bottom } = item.getBoundingClientRect()
      return bottom > 0 && top < innerHeight
    }
    const check = () => {
      const seen = [...document.querySelectorAll('.records-list [data-index]')].filter(isInSight)
      if (seen.length > 0 && seen.every((item) => !item.matches('[aria-busy]'))) resolve()
      else requestAnimationFrame(check)
    }
    check()
  })`)
}

/** As large and as detailed as real ones; a few, under the names of all. */
async function drawThumbnails(dir: string, records: number): Promise<void> {
  mkdirSync(dir, { recursive: true })
  for (let id = 1; id <= Math.min(differentThumbnails, records); id++) {
    const noise = { type: 'gaussian' as const, mean: 90 + 4 * id, sigma: 40 }
    const create = { width: 320, height: 213, channels: 3 as const, background: '#888', noise }
    await sharp({ create })
      .blur(1.5)
      .webp({ quality: 80 })
      .toFile(join(dir, `${id}.webp`))
  }
  for (let id = differentThumbnails + 1; id <= records; id++) {
    linkSync(join(dir, `${1 + (id % differentThumbnails)}.webp`), join(dir, `${id}.webp`))
  }
}
