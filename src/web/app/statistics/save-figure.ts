import { type ChartKind, chartOption } from './chart-option.ts'
import type { Figure } from './figure.ts'
import { paletteOf } from './palette.ts'

const WIDTH = 1200
const PIXELS_PER_POINT = 2
const TITLE_HEIGHT = 72

interface Picture {
  kind: ChartKind
  figure: Figure
  /** What the numbers are of: the filters. */
  about: string
  height: number
  isDark: boolean
}

/** The chart as a PNG with its title, large enough for print. */
export async function savePicture({ kind, figure, about, height, isDark }: Picture): Promise<void> {
  const { init } = await import('./engine.ts')
  const palette = paletteOf(isDark)
  const box = document.createElement('div')
  const chart = init(box, null, { renderer: 'canvas', width: WIDTH, height: height + TITLE_HEIGHT })
  try {
    chart.setOption({
      ...chartOption(kind, figure, { palette, isStill: true, top: TITLE_HEIGHT, isPicture: true, width: WIDTH }),
      title: {
        text: figure.title,
        subtext: about,
        left: 8,
        top: 8,
        textStyle: { color: palette.text, fontSize: 20 },
        subtextStyle: { color: palette.muted, fontSize: 13 },
      },
    })
    const canvas = chart.renderToCanvas({ pixelRatio: PIXELS_PER_POINT, backgroundColor: palette.ground })
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
    if (blob === null) throw new Error('The browser made no picture')
    save(blob, fileName(figure, 'png'))
  } finally {
    chart.dispose()
  }
}

/** The numbers as CSV that spreadsheets open as it is: UTF-8 with its mark, CRLF. */
export function saveNumbers(figure: Figure): void {
  const head = [figure.heading, ...figure.series.map(({ name }) => name)]
  const rows = figure.rows.map(({ label, cells }) => [label, ...cells.map(({ value }) => value ?? '')])
  const text = [head, ...rows].map((row) => row.map(field).join(',')).join('\r\n')
  save(new Blob(['\ufeff', text, '\r\n'], { type: 'text/csv;charset=utf-8' }), fileName(figure, 'csv'))
}

/** Text that a spreadsheet would take for a formula is made text again. */
function field(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function fileName({ title }: Figure, extension: string): string {
  return `${title} ${new Date().toISOString().slice(0, 10)}.${extension}`.replace(/[\\/:*?"<>|]/g, '-')
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  // The download has its own hold on the bytes by the next turn.
  setTimeout(() => URL.revokeObjectURL(link.href))
}
