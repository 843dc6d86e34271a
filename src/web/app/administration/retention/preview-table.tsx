import type { RetentionOutcome } from '../../../../contract/index.ts'
import { bytes, count, dateTime } from '../../language/format.ts'
import { useTexts } from '../../language/texts.ts'
import { type Column, DataTable } from '../../table/data-table.tsx'
import { texts } from './texts.ts'

interface Row {
  kind: string
  removal: RetentionOutcome['records']
}

/** What would go if the policy ran now. */
export function PreviewTable({ outcome }: { outcome: RetentionOutcome }) {
  const t = useTexts(texts)
  const rows: Row[] = [
    { kind: t.originalsKind, removal: outcome.originals },
    { kind: t.recordsKind, removal: outcome.records },
  ]
  const columns: Column<Row>[] = [
    { key: 'kind', title: t.kind, cell: ({ kind }) => kind },
    {
      key: 'before',
      title: t.before,
      cell: ({ removal: { before } }) => (before === null ? t.notSet : dateTime(before)),
    },
    { key: 'count', title: t.count, isNumber: true, cell: ({ removal }) => count(removal.records) },
    { key: 'size', title: t.size, isNumber: true, cell: ({ removal }) => bytes(removal.bytes) },
  ]
  const isNothing = rows.every(({ removal }) => removal.records === 0)
  return (
    <>
      <h3>{t.previewTitle}</h3>
      <DataTable caption={t.previewTitle} columns={columns} rows={rows} keyOf={({ kind }) => kind} empty={t.nothing} />
      {isNothing ? <p className="muted">{t.nothing}</p> : null}
    </>
  )
}
