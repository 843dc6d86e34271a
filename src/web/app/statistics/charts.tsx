import { Segmented, Skeleton } from 'antd'
import { type ReactNode, useMemo, useState } from 'react'
import type { Statistics } from '../../../contract/index.ts'
import { date } from '../language/format.ts'
import { useLanguage } from '../language/language.ts'
import { useTexts } from '../language/texts.ts'
import { texts as pictureTexts } from '../picture/texts.ts'
import { ChartCard } from './chart-card.tsx'
import type { ChartKind } from './chart-option.ts'
import type { Figure } from './figure.ts'
import type { Filters } from './filters.ts'
import { categoryFigure, classFigure, confidenceFigure, dayFigure, type Setting } from './sign-figures.ts'
import { texts } from './texts.ts'
import { failureFigure, mistakeFigure, speedFigure, stateFigure, verdictFigure } from './work-figures.ts'

const TOP_CLASSES = 20
const TALL_PX = 560
/** Beside two small ones, with what is around them. */
const CLASSES_PX = 575
const MIDDLE_PX = 340
const SMALL_PX = 210

interface Props {
  /** Undefined: on their way. */
  statistics: Statistics | undefined
  filters: Filters
  reasonOf: (code: string) => string
  failureHref: (code: string) => string
}

export function Charts({ statistics, filters, reasonOf, failureHref }: Props) {
  const t = useTexts(texts)
  const categoryNames = useTexts(pictureTexts)
  const language = useLanguage()
  const setting = useMemo(() => ({ filters, language, t, categoryNames }), [filters, language, t, categoryNames])
  const about = t.about(describe(setting))
  const of = (make: (statistics: Statistics, setting: Setting) => Figure) =>
    statistics === undefined ? null : make(statistics, setting)
  const card = (title: string, kind: ChartKind, figure: Figure | null, height: number, more: More = {}) =>
    figure === null ? (
      <Placeholder {...{ title, height }} isWide={more.isWide ?? false} />
    ) : (
      <ChartCard {...{ kind, figure, about, height }} empty={t.nothingFits} help={t.follow} {...more} />
    )
  const zoomed = { isWide: true, help: `${t.follow}${language === 'en' ? ' ' : ''}${t.zoomHelp}` }
  const failures = statistics && failureFigure(statistics, setting, reasonOf, failureHref)
  return (
    <>
      <ClassCard {...{ statistics, setting, about }} />
      <div className="chart-column">
        {card(t.categories, 'bars', of(categoryFigure), SMALL_PX)}
        {card(t.states, 'bars', of(stateFigure), SMALL_PX)}
      </div>
      {card(t.days, 'stacked-days', of(dayFigure), MIDDLE_PX, zoomed)}
      {card(t.confidence, 'columns', of(confidenceFigure), MIDDLE_PX)}
      {card(t.verdicts, 'bars', of(verdictFigure), MIDDLE_PX, { empty: t.noVerdicts })}
      {card(t.mistakes, 'stacked-bars', of(mistakeFigure), TALL_PX, { empty: t.noMistakes })}
      {card(t.failureCodes, 'bars', failures ?? null, TALL_PX, { empty: t.noFailures, help: t.followFailures })}
      {card(t.speed, 'latency', of(speedFigure), MIDDLE_PX, zoomed)}
    </>
  )
}

interface More {
  isWide?: boolean
  empty?: string
  help?: string
}

function ClassCard({ statistics, setting, about }: Pick<Props, 'statistics'> & { setting: Setting; about: string }) {
  const { t } = setting
  const [isAll, setAll] = useState(false)
  if (statistics === undefined) return <Placeholder title={t.classes} height={CLASSES_PX} isWide={false} />
  const all = classFigure(statistics, setting)
  const kinds = all.rows.length
  const figure = isAll ? all : { ...all, rows: all.rows.slice(0, TOP_CLASSES) }
  return (
    <ChartCard kind="bars" {...{ figure, about }} height={CLASSES_PX} empty={t.nothingFits} help={t.follow}>
      {kinds > TOP_CLASSES ? (
        <Segmented
          size="small"
          name="classes"
          aria-label={t.whichClasses}
          value={isAll ? 'all' : 'top'}
          options={[
            { value: 'top', label: t.top },
            { value: 'all', label: t.allClasses(kinds) },
          ]}
          onChange={(value) => setAll(value === 'all')}
        />
      ) : null}
    </ChartCard>
  )
}

/** As large as what is to come. */
function Placeholder({ title, height, isWide }: { title: string; height: number; isWide: boolean }): ReactNode {
  return (
    <section className="panel chart-card" data-wide={isWide || undefined} aria-label={title}>
      <header className="chart-head">
        <h2>{title}</h2>
      </header>
      <p className="chart-summary" />
      <div className="chart-box" style={{ height }}>
        <Skeleton.Node active className="chart-skeleton" />
      </div>
      <p className="chart-help" />
    </section>
  )
}

/** The filters in words. */
function describe({ filters, t, categoryNames }: Setting): string {
  const { from, to, class: codes, category, review, detection_type, user_id } = filters
  const parts = [
    from === undefined ? '' : `${t.from} ${date(from)}`,
    to === undefined ? '' : `${t.to} ${date(Date.parse(to) - 1)}`,
    codes ?? '',
    category === undefined ? '' : categoryNames[category],
    review === undefined ? '' : t[review],
    detection_type === undefined ? '' : t[detection_type],
    user_id === undefined ? '' : `${t.user} ${user_id}`,
  ].filter((part) => part !== '')
  return parts.length === 0 ? t.everything : parts.join(', ')
}
