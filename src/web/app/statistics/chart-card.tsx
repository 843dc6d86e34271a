import { DownloadOutlined } from '@ant-design/icons'
import { App, Button, Dropdown, Segmented, Skeleton } from 'antd'
import { lazy, type ReactNode, Suspense, useId, useState } from 'react'
import { useNavigate } from 'react-router'
import { useLanguage } from '../language/language.ts'
import { useTexts } from '../language/texts.ts'
import { describeError } from '../server/error-texts.ts'
import type { ChartKind } from './chart-option.ts'
import type { Figure } from './figure.ts'
import { FigureTable } from './figure-table.tsx'
import { texts } from './texts.ts'

const Chart = lazy(() => import('./chart.tsx'))

interface Props {
  kind: ChartKind
  figure: Figure
  /** What the numbers are of, for pictures that leave the page. */
  about: string
  /** Pixels of the box, whatever is in it. */
  height: number
  /** What to say where there is nothing to draw. */
  empty: string
  help: string
  isWide?: boolean
  children?: ReactNode
}

/** Pixels of a row of bars. */
const ROW = { least: 24, most: 48 }
const AXIS_PX = 60

/** A figure as a chart or as a table, and as files to take away. */
export function ChartCard(props: Props) {
  const { kind, figure, about, height, empty, help, isWide = false, children } = props
  const t = useTexts(texts)
  const navigate = useNavigate()
  const id = useId()
  const [view, setView] = useState<'chart' | 'table'>('chart')
  const chartHeight = chartHeightOf(kind, figure, height)
  const isEmpty = figure.rows.every(({ cells }) => cells.every(({ value }) => value === null || value === 0))
  const scrolls = view === 'chart' && !isEmpty && chartHeight > height
  return (
    <section className="panel chart-card" data-wide={isWide || undefined} aria-labelledby={id}>
      <header className="chart-head">
        <h2 id={id}>{figure.title}</h2>
        {children}
        <Segmented
          size="small"
          name={id}
          aria-label={`${figure.title}: ${t.view}`}
          value={view}
          options={[
            { value: 'chart', label: t.chart },
            { value: 'table', label: t.table },
          ]}
          onChange={setView}
        />
        <ExportMenu {...{ kind, figure, about, isEmpty }} height={chartHeight} />
      </header>
      <p className="muted chart-summary">{isEmpty ? '' : figure.summary}</p>
      <div
        className="chart-box"
        style={{ height }}
        {...(scrolls && { role: 'region', tabIndex: 0, 'aria-label': t.scrolls(figure.title) })}
      >
        {isEmpty ? (
          <p className="chart-empty muted">{empty}</p>
        ) : view === 'table' ? (
          <FigureTable figure={figure} />
        ) : (
          <div style={{ height: chartHeight }}>
            <Suspense fallback={<Skeleton.Node active className="chart-skeleton" />}>
              <Chart {...{ kind, figure }} onFollow={(href) => void navigate(href)} />
            </Suspense>
          </div>
        )}
      </div>
      <p className="muted chart-help">{isEmpty ? '' : help}</p>
    </section>
  )
}

/** Few bars do not fill the box; many make the chart scroll within it. */
function chartHeightOf(kind: ChartKind, { rows }: Figure, height: number): number {
  if (kind !== 'bars' && kind !== 'stacked-bars') return height
  const fits = Math.min(height, rows.length * ROW.most + AXIS_PX)
  return Math.max(fits, rows.length * ROW.least + AXIS_PX)
}

type ExportProps = Pick<Props, 'kind' | 'figure' | 'about' | 'height'> & { isEmpty: boolean }

function ExportMenu({ kind, figure, about, height, isEmpty }: ExportProps) {
  const t = useTexts(texts)
  const language = useLanguage()
  const { message } = App.useApp()
  const save = async (what: string) => {
    const { saveNumbers, savePicture } = await import('./save-figure.ts')
    if (what === 'numbers') saveNumbers(figure)
    else await savePicture({ kind, figure, about, height, isDark: what === 'dark' })
  }
  return (
    <Dropdown
      trigger={['click']}
      disabled={isEmpty}
      menu={{
        items: [
          { key: 'light', label: t.exportLight },
          { key: 'dark', label: t.exportDark },
          { key: 'numbers', label: t.exportNumbers },
        ],
        onClick: ({ key }) => {
          save(key).catch((err: unknown) => void message.error(describeError(err, language).what))
        },
      }}
    >
      <Button size="small" icon={<DownloadOutlined />} aria-label={t.export(figure.title)} />
    </Dropdown>
  )
}
