import { isReached, type Row } from './bench.ts'

const columns = ['what', 'measured', 'target', 'reached', 'note'] as const
type Line = Record<(typeof columns)[number], string>

/** The rows as a table for people. */
export function tableOf(rows: Row[]): string {
  const header = Object.fromEntries(columns.map((name) => [name, name])) as Line
  const lines = [header, ...rows.map(lineOf)]
  const width = (name: keyof Line) => Math.max(...lines.map((line) => line[name].length))
  const widths = columns.map(width)
  const text = lines.map((line) =>
    columns
      .map((name, i) => line[name].padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  )
  return [text[0], widths.map((each) => '-'.repeat(each)).join('  '), ...text.slice(1)].join('\n')
}

function lineOf(row: Row): Line {
  const { what, value, unit, target, note } = row
  const reached = isReached(row)
  return {
    what,
    measured: `${rounded(value)} ${unit}`.trim(),
    target: target === null ? '' : 'atLeast' in target ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`,
    reached: reached === null ? '' : reached ? 'yes' : 'NO',
    note,
  }
}

function rounded(value: number): string {
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)
}
