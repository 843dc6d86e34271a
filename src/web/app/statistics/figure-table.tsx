import { Link } from 'react-router'
import type { Figure } from './figure.ts'

/** The numbers of a chart, each with the way to its records. */
export function FigureTable({ figure }: { figure: Figure }) {
  const { title, summary, heading, series, rows } = figure
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard
    <section className="figure-table" aria-label={title} tabIndex={0}>
      <table>
        <caption className="visually-hidden">{summary}</caption>
        <thead>
          <tr>
            <th scope="col">{heading}</th>
            {series.map(({ name }) => (
              <th key={name} scope="col" className="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ label, cells }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {cells.map(({ text, href }, place) => (
                <td key={series[place]?.name} className="number">
                  {href === null ? text : <Link to={href}>{text}</Link>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
