import type { EChartsCoreOption } from 'echarts/core'
import { count } from '../language/format.ts'
import type { Figure } from './figure.ts'
import type { Palette } from './palette.ts'

/** How a chart is to look, beside what it shows. */
export interface Look {
  palette: Palette
  isStill: boolean
  /** Pixels that are left free above. */
  top: number
  /** Without what only a pointer can use. */
  isPicture: boolean
  /** Pixels across. */
  width: number
}

export type ChartKind = 'bars' | 'stacked-bars' | 'columns' | 'stacked-days' | 'latency'

/** A figure as ECharts draws it. Places of data and series are those of its rows and cells. */
export function chartOption(kind: ChartKind, figure: Figure, look: Look): EChartsCoreOption {
  return { ...shared(figure, look), ...options[kind](figure, look) }
}

const options: Record<ChartKind, (figure: Figure, look: Look) => EChartsCoreOption> = {
  bars: horizontal,
  'stacked-bars': horizontal,
  columns: (figure, look) => ({
    grid: grid(look, figure),
    xAxis: categoryAxis(figure, look),
    yAxis: valueAxis(look, count),
    series: barsOf(figure, look),
  }),
  'stacked-days': (figure, look) => ({
    grid: { ...grid(look, figure), bottom: look.isPicture ? 12 : 52 },
    ...(look.isPicture ? {} : { dataZoom: zoom(look) }),
    xAxis: categoryAxis(figure, look),
    yAxis: valueAxis(look, count),
    series: barsOf(figure, look),
  }),
  latency: (figure, look) => ({
    aria: { enabled: false }, // bars and two kinds of lines need no patterns
    grid: { ...grid(look, figure), bottom: look.isPicture ? 12 : 52 },
    ...(look.isPicture ? {} : { dataZoom: zoom(look) }),
    xAxis: categoryAxis(figure, look),
    yAxis: [valueAxis(look, count), { ...valueAxis(look, plainSeconds), splitLine: { show: false } }],
    series: [{ ...barsOf(figure, look)[0], stack: undefined, ...softBars(look) }, ...linesOf(figure)],
  }),
}

function shared({ series, rows }: Figure, { palette, isStill, top }: Look): EChartsCoreOption {
  const text = { color: palette.text, fontFamily: 'system-ui, "PingFang SC", "Microsoft YaHei", sans-serif' }
  return {
    animation: !isStill && rows.length < 200,
    animationDuration: 300,
    textStyle: text,
    // Patterns tell series apart where colours do not.
    aria: { enabled: series.length > 1, label: { enabled: false }, decal: { show: series.length > 1 } },
    legend:
      series.length > 1
        ? { top, left: 0, type: 'scroll', textStyle: text, inactiveColor: palette.line, pageTextStyle: text }
        : { show: false },
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow' },
      confine: true,
      backgroundColor: palette.ground,
      borderColor: palette.edge,
      textStyle: text,
    },
  }
}

/** Most first, from above. */
function horizontal(figure: Figure, look: Look): EChartsCoreOption {
  return {
    grid: { ...grid(look, figure), right: 84 },
    xAxis: valueAxis(look, count),
    yAxis: { ...categoryAxis(figure, look), inverse: true, axisLabel: nameLabel(look) },
    series: barsOf(figure, look).map((bars, index) => ({
      ...bars,
      barMaxWidth: 22,
      label: {
        show: figure.series.length === 1 && index === 0,
        position: 'right',
        color: look.palette.text,
        formatter: ({ dataIndex }: { dataIndex: number }) => figure.rows[dataIndex]?.cells[0]?.text ?? '',
      },
    })),
  }
}

function barsOf({ series, rows }: Figure, { palette }: Look) {
  return series.map(({ name, colour }, place) => ({
    type: 'bar',
    name,
    ...(series.length > 1 && { stack: 'all' }),
    cursor: 'pointer',
    barMaxWidth: 40,
    itemStyle: { color: colour ?? palette.accent, borderColor: palette.edge, borderWidth: 0.6 },
    emphasis: { itemStyle: { borderWidth: 2 } },
    data: rows.map(({ cells, colour: own }) => ({
      value: cells[place]?.value ?? null,
      ...(own !== undefined && { itemStyle: { color: own } }),
    })),
  }))
}

/** Behind lines, which have to be seen on them. */
function softBars({ palette }: Look) {
  return { itemStyle: { color: palette.accentSoft, borderColor: palette.edge, borderWidth: 0.6 } }
}

/** Every series but the first, in seconds. */
function linesOf({ series, rows }: Figure) {
  return series.slice(1).map(({ name, colour }, index) => ({
    type: 'line',
    name,
    yAxisIndex: 1,
    symbol: index === 0 ? 'circle' : 'triangle',
    symbolSize: 8,
    connectNulls: true,
    lineStyle: { width: 2, type: index === 0 ? 'solid' : 'dashed' },
    itemStyle: { color: colour },
    tooltip: { valueFormatter: (value: unknown) => (typeof value === 'number' ? value.toFixed(2) : '–') },
    data: rows.map(({ cells }) => cells[index + 1]?.value ?? null),
  }))
}

/** The legend says that they are seconds. */
function plainSeconds(value: number): string {
  return String(Math.round(value * 100) / 100)
}

function grid({ top }: Look, { series }: Figure) {
  return { top: top + (series.length > 1 ? 40 : 12), left: 4, right: 16, bottom: 8, outerBoundsMode: 'same' }
}

function categoryAxis({ rows }: Figure, { palette }: Look) {
  return {
    type: 'category',
    data: rows.map(({ label }) => label),
    axisTick: { show: false },
    axisLine: { lineStyle: { color: palette.edge } },
    axisLabel: { color: palette.muted, hideOverlap: true },
  }
}

/** Names of signs may be long; the table has the whole of them. */
function nameLabel({ palette, width }: Look) {
  return { color: palette.text, width: Math.round(width / 3), overflow: 'truncate', interval: 0 }
}

function valueAxis({ palette }: Look, format: (value: number) => string) {
  return {
    type: 'value',
    minInterval: format === count ? 1 : 0,
    splitLine: { lineStyle: { color: palette.line } },
    axisLabel: { color: palette.muted, hideOverlap: true, formatter: format },
  }
}

/** The wheel scrolls the page; with Ctrl it zooms. */
function zoom({ palette }: Look) {
  return [
    { type: 'inside', zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false, preventDefaultMouseMove: false },
    {
      type: 'slider',
      height: 24,
      bottom: 8,
      showDetail: false,
      borderColor: palette.edge,
      fillerColor: palette.accentSoft,
      handleStyle: { color: palette.ground, borderColor: palette.edge },
      moveHandleStyle: { color: palette.edge },
      dataBackground: { lineStyle: { color: palette.edge }, areaStyle: { color: palette.line } },
      textStyle: { color: palette.muted },
    },
  ]
}
