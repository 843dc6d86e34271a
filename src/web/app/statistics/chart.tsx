import type { EChartsType } from 'echarts/core'
import { useEffect, useRef } from 'react'
import { useIsDark } from '../frame/theme.ts'
import { useLanguage } from '../language/language.ts'
import { useSize } from '../picture/use-size.ts'
import { type ChartKind, chartOption } from './chart-option.ts'
import { init } from './engine.ts'
import type { Figure } from './figure.ts'
import { paletteOf } from './palette.ts'

interface Props {
  kind: ChartKind
  figure: Figure
  /** The records behind a bar were asked for. */
  onFollow: (href: string) => void
}

const prefersStillness = matchMedia('(prefers-reduced-motion: reduce)')

/** A figure as a picture that fills its box. What it shows is also in the table, for those who do not see or point. */
export default function Chart({ kind, figure, onFollow }: Props) {
  const isDark = useIsDark()
  const language = useLanguage()
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<EChartsType>(null)
  const { width } = useSize(box)
  const shown = useRef({ figure, onFollow })
  shown.current = { figure, onFollow }

  useEffect(() => {
    const element = box.current as HTMLDivElement
    const made = init(element, null, { renderer: 'canvas' })
    chart.current = made
    made.on('click', ({ dataIndex, seriesIndex = 0 }) => {
      const href = shown.current.figure.rows[dataIndex]?.cells[seriesIndex]?.href
      if (href != null) shown.current.onFollow(href)
    })
    const observer = new ResizeObserver(() => made.resize())
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.dispose()
    }
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: numbers on the axes are written in the language of now
  useEffect(() => {
    const look = { palette: paletteOf(isDark), isStill: prefersStillness.matches, top: 0, isPicture: false, width }
    // What is zoomed into stays so when new numbers come.
    chart.current?.setOption(chartOption(kind, figure, look), { replaceMerge: ['series', 'xAxis', 'yAxis'] })
  }, [kind, figure, isDark, language, width])

  return <div ref={box} className="chart" role="img" aria-label={`${figure.title}: ${figure.summary}`} />
}
