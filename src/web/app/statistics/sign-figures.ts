import type { SignClass, Statistics } from '../../../contract/index.ts'
import { CATEGORIES, recordsHref } from '../filters/record-filters.ts'
import { count, percent } from '../language/format.ts'
import type { Language } from '../language/language.ts'
import { signName } from '../picture/sign-names.ts'
import { daysBetween, spanOfDay } from './days.ts'
import type { Cell, Figure } from './figure.ts'
import type { Filters } from './filters.ts'
import { categoryColours } from './palette.ts'
import type { texts } from './texts.ts'

/** What figures are made from, beside the numbers. */
export interface Setting {
  filters: Filters
  language: Language
  t: (typeof texts)['en']
  categoryNames: Record<(typeof CATEGORIES)[number], string>
}

/** Confidences have four places, and the bins do not hold their upper end. */
const PLACES = 1e4

export function classFigure({ by_class, signs }: Statistics, setting: Setting): Figure {
  const { t, filters } = setting
  const [first] = by_class
  return {
    title: t.classes,
    summary: first === undefined ? '' : t.classesSummary(labelOf(first, setting), count(first.signs), by_class.length),
    heading: t.class,
    series: [{ name: t.signs }],
    rows: by_class.map((kind) => ({
      label: labelOf(kind, setting),
      colour: categoryColours[kind.category],
      cells: [shareCell(kind.signs, signs, recordsHref(filters, { class: kind.class_code }))],
    })),
  }
}

export function categoryFigure({ by_category, signs }: Statistics, { t, filters, categoryNames }: Setting): Figure {
  const parts = by_category.map((row) =>
    t.categoryPart(categoryNames[row.category], count(row.signs), shareOf(row.signs, signs)),
  )
  return {
    title: t.categories,
    summary: t.categoriesSummary(parts.join(', ')),
    heading: t.category,
    series: [{ name: t.signs }],
    rows: by_category.map(({ category, signs: ofIt }) => ({
      label: categoryNames[category],
      colour: categoryColours[category],
      cells: [shareCell(ofIt, signs, recordsHref(filters, { category }))],
    })),
  }
}

/** Days without records are there too: the axis is time. */
export function dayFigure({ by_day, time_zone }: Statistics, { t, filters, categoryNames }: Setting): Figure {
  const byDay = new Map(by_day.map((row) => [row.day, row]))
  const days = allDays(by_day)
  return {
    title: t.days,
    summary: t.daysSummary(days[0] ?? '', days.at(-1) ?? '', days.length),
    heading: t.day,
    series: CATEGORIES.map((category) => ({ name: categoryNames[category], colour: categoryColours[category] })),
    rows: days.map((day) => ({
      label: day,
      cells: CATEGORIES.map((category) => {
        const signs = byDay.get(day)?.[category] ?? 0
        return countCell(signs, recordsHref(filters, { ...spanWithin(filters, day, time_zone), category }))
      }),
    })),
  }
}

export function confidenceFigure({ by_confidence }: Statistics, { t, filters }: Setting): Figure {
  const all = by_confidence.reduce((sum, { signs }) => sum + signs, 0)
  const sure = by_confidence.reduce((sum, { from, signs }) => (from >= 0.9 ? sum + signs : sum), 0)
  return {
    title: t.confidence,
    summary: t.confidenceSummary(shareOf(sure, all)),
    heading: t.confidenceRange,
    series: [{ name: t.signs }],
    rows: by_confidence.map(({ from, to, signs }) => {
      const max = to >= 1 ? 1 : Math.round(to * PLACES - 1) / PLACES
      const range = { min_confidence: Math.round(from * PLACES) / PLACES, max_confidence: max }
      return { label: `${percent(from)}–${percent(to)}`, cells: [countCell(signs, recordsHref(filters, range))] }
    }),
  }
}

/** The code comes first: where there is little room, the name is what gives way. */
export function labelOf(kind: SignClass, { language }: Pick<Setting, 'language'>): string {
  const name = signName(kind, language)
  return name === kind.class_code ? name : `${kind.class_code} ${name}`
}

/** Nothing has no records to lead to. */
export function countCell(value: number, href: string): Cell {
  return { value, text: count(value), href: value === 0 ? null : href }
}

export function shareCell(value: number, all: number, href: string): Cell {
  return { ...countCell(value, href), text: `${count(value)} (${shareOf(value, all)})` }
}

/** Never 100 % of what is not all of it, never 0 % of what there is. */
export function shareOf(part: number, all: number): string {
  if (all === 0) return '–'
  const share = part / all
  return percent(share > 0 && share < 1 ? Math.min(Math.max(share, 0.001), 0.999) : share, 1)
}

export function allDays(rows: Array<{ day: string }>): string[] {
  const [first, last] = [rows[0], rows.at(-1)]
  return first === undefined || last === undefined ? [] : daysBetween(first.day, last.day)
}

/** The part of a day that the filters let through. */
export function spanWithin(filters: Filters, day: string, timeZone: string): { from: string; to: string } {
  const span = spanOfDay(day, timeZone)
  const later = (a: string, b: string) => (Date.parse(a) > Date.parse(b) ? a : b)
  const sooner = (a: string, b: string) => (Date.parse(a) < Date.parse(b) ? a : b)
  return { from: later(span.from, filters.from ?? span.from), to: sooner(span.to, filters.to ?? span.to) }
}
