import { Skeleton } from 'antd'
import type { ReactNode } from 'react'
import './data-table.css'

export interface Column<T> {
  key: string
  title: string
  cell: (row: T) => ReactNode
  /** Numbers stand under each other by their last digit. */
  isNumber?: boolean
  /** Said to those who cannot see what is in it, and shown to nobody. */
  isTitleHidden?: boolean
}

interface Props<T> {
  /** What the table is of, for those who hear it. */
  caption: string
  /** The first one names the row. */
  columns: readonly Column<T>[]
  /** Undefined while they are on their way. */
  rows: readonly T[] | undefined
  keyOf: (row: T) => string | number
  /** Stands in the place of the rows where there are none. */
  empty: ReactNode
  /** So much room is kept while they are on their way. */
  expectedRows?: number
}

/** A table of few hundred rows at most; on a phone each row becomes a card. */
export function DataTable<T>({ caption, columns, rows, keyOf, empty, expectedRows = 3 }: Props<T>) {
  if (rows?.length === 0) return <div className="data-table-empty muted">{empty}</div>
  return (
    <table className="data-table" aria-busy={rows === undefined}>
      <caption className="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ key, title, isNumber, isTitleHidden }) => (
            <th key={key} scope="col" data-number={isNumber || undefined} data-actions={isTitleHidden || undefined}>
              <span className={isTitleHidden ? 'visually-hidden' : undefined}>{title}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows === undefined ? (
          <tr>
            <td colSpan={columns.length}>
              <Skeleton active title={false} paragraph={{ rows: expectedRows }} />
            </td>
          </tr>
        ) : (
          rows.map((row) => <DataRow key={keyOf(row)} row={row} columns={columns} />)
        )}
      </tbody>
    </table>
  )
}

function DataRow<T>({ row, columns }: { row: T; columns: readonly Column<T>[] }) {
  return (
    <tr>
      {columns.map(({ key, title, cell, isNumber, isTitleHidden }, i) => {
        const Cell = i === 0 ? 'th' : 'td'
        return (
          <Cell
            key={key}
            scope={i === 0 ? 'row' : undefined}
            data-label={isTitleHidden || i === 0 ? undefined : title}
            data-number={isNumber || undefined}
            data-actions={isTitleHidden || undefined}
          >
            {cell(row)}
          </Cell>
        )
      })}
    </tr>
  )
}
