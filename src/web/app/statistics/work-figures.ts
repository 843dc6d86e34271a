import type { SignVerdict, Statistics } from '../../../contract/index.ts'
import { REVIEW_STATES, recordsHref } from '../filters/record-filters.ts'
import type { Cell, Figure } from './figure.ts'
import { categoryColours, verdictColours } from './palette.ts'
import { allDays, countCell, labelOf, type Setting, shareCell, shareOf, spanWithin } from './sign-figures.ts'

const VERDICTS = ['accepted', 'corrected', 'rejected', 'added'] as const
const MISTAKES = ['corrected', 'rejected', 'added'] as const
const MOST_CLASSES = 20

type Verdicts = Record<SignVerdict, number>

export function stateFigure({ review, records }: Statistics, { t, filters }: Setting): Figure {
  return {
    title: t.states,
    summary: t.statesSummary(shareOf(review.reviewed, records)),
    heading: t.state,
    series: [{ name: t.records }],
    rows: REVIEW_STATES.map((state) => ({
      label: t[state],
      cells: [shareCell(review[state], records, recordsHref(filters, { review: state }))],
    })),
  }
}

export function verdictFigure({ review }: Statistics, { t, filters }: Setting): Figure {
  const all = VERDICTS.reduce((sum, verdict) => sum + review[verdict], 0)
  return {
    title: t.verdicts,
    summary: t.verdictsSummary(shareOf(review.accepted, judged(review))),
    heading: t.verdict,
    series: [{ name: t.signs }],
    rows: VERDICTS.map((verdict) => ({
      label: t[verdict],
      colour: verdictColours[verdict],
      cells: [shareCell(review[verdict], all, recordsHref({ review: 'reviewed', ...filters }))],
    })),
  }
}

/** Classes that reviews have found mistakes in, most mistakes first. */
export function mistakeFigure({ review }: Statistics, setting: Setting): Figure {
  const { t, filters } = setting
  const wrong = review.by_class
    .filter((row) => mistakes(row) > 0)
    .sort((a, b) => mistakes(b) - mistakes(a))
    .slice(0, MOST_CLASSES)
  const [first] = wrong
  return {
    title: t.mistakes,
    summary: first === undefined ? t.noMistakes : t.mistakesSummary(labelOf(first, setting)),
    heading: t.class,
    series: MISTAKES.map((verdict) => ({ name: t[verdict], colour: verdictColours[verdict] })),
    rows: wrong.map((row) => ({
      label: t.mistakeShare(labelOf(row, setting), shareOf(mistakes(row), mistakes(row) + row.accepted)),
      cells: MISTAKES.map((verdict) => {
        // A record no longer has what was rejected or became another class, so those are not found by their class.
        const own = verdict === 'added' ? { class: row.class_code } : {}
        return countCell(row[verdict], recordsHref({ review: 'reviewed', ...filters }, own))
      }),
    })),
  }
}

export function speedFigure({ processing, time_zone }: Statistics, { t, filters }: Setting): Figure {
  const byDay = new Map(processing.by_day.map((row) => [row.day, row]))
  return {
    title: t.speed,
    summary: t.speedSummary(secondsText(processing.median_seconds, t), secondsText(processing.p95_seconds, t)),
    heading: t.day,
    series: [
      { name: t.perDay },
      { name: t.medianSeries, colour: categoryColours.other },
      { name: t.p95Series, colour: categoryColours.prohibitory },
    ],
    rows: allDays(processing.by_day).map((day) => {
      const { records = 0, median_seconds = null, p95_seconds = null } = byDay.get(day) ?? {}
      const href = recordsHref(filters, spanWithin(filters, day, time_zone))
      return {
        label: day,
        cells: [countCell(records, href), secondsCell(median_seconds, href, t), secondsCell(p95_seconds, href, t)],
      }
    }),
  }
}

/** @param hrefOf where the tasks are that failed with a code: they left no records. */
export function failureFigure(
  { tasks }: Statistics,
  { t }: Setting,
  reasonOf: (code: string) => string,
  hrefOf: (code: string) => string,
): Figure {
  const [first] = tasks.failures
  return {
    title: t.failureCodes,
    summary: first === undefined ? t.noFailures : t.failureSummary(reasonOf(first.error_code)),
    heading: t.failure,
    series: [{ name: t.tasks }],
    rows: tasks.failures.map(({ error_code, tasks: failed }) => ({
      label: reasonOf(error_code),
      colour: categoryColours.prohibitory,
      cells: [shareCell(failed, tasks.failed, hrefOf(error_code))],
    })),
  }
}

/** Signs of the model that a person has looked at. */
export function judged({ accepted, corrected, rejected }: Omit<Verdicts, 'added'>): number {
  return accepted + corrected + rejected
}

/** Most pictures take less than a second: two places tell them apart. */
export function secondsText(value: number | null, t: Setting['t']): string {
  return value === null ? '–' : t.seconds(value.toFixed(2))
}

function mistakes({ corrected, rejected, added }: Verdicts): number {
  return corrected + rejected + added
}

function secondsCell(value: number | null, href: string, t: Setting['t']): Cell {
  return { value, text: secondsText(value, t), href: value === null ? null : href }
}
