import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import type { Test } from 'tap'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Fails where axe finds what keeps people out: its violations that are serious or critical, as WCAG 2.2 AA has them. */
export async function expectAccessible(t: Test, page: Page, what: string): Promise<void> {
  // What fades in has other contrasts on its way.
  const passing = 'document.getAnimations().filter(({ effect }) => Number.isFinite(effect.getComputedTiming().endTime))'
  await page.evaluate(`Promise.allSettled(${passing}.map(({ finished }) => finished))`)
  await page.evaluate(source)
  const options = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }
  const { violations } = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as AxeResults
  const grave = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.slice(0, 5).map(({ target, html }) => ({ target, html })),
    }))
  t.same(grave, [], `${what}: no serious violation`)
}
