import { Button, type InputRef } from 'antd'
import { useRef, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { Failure } from '../frame/failure.tsx'
import { useShortcuts } from '../frame/shortcuts.ts'
import { useTitle } from '../frame/use-title.ts'
import { useTexts } from '../language/texts.ts'
import { useSize } from '../picture/use-size.ts'
import { type ExportChoice, ExportDialog } from './export-dialog.tsx'
import { FilterBar } from './filter-bar.tsx'
import { ListToolbar } from './list-toolbar.tsx'
import { searchOf } from './listing.ts'
import { useRecordList } from './record-list.ts'
import './records.css'
import { RecordsList } from './records-list.tsx'
import { SelectionBar } from './selection-bar.tsx'
import { texts } from './texts.ts'
import { useDeletion } from './use-deletion.tsx'
import { useListing } from './use-listing.ts'
import { useSelection } from './use-selection.ts'
import { useUserNames } from './user-names.ts'
import { useViewChoice } from './view-choice.ts'

/** All that was ever detected and is still kept: to be found, looked at, exported and deleted. */
export function RecordsPage() {
  const t = useTexts(texts)
  useTitle(t.title)
  const navigate = useNavigate()
  const control = useListing()
  const { listing, sort, clear } = control
  const list = useRecordList(listing)
  const users = useUserNames()
  const selection = useSelection(list.query, searchOf({ ...listing, order: 'newest' }).toString())
  const deletion = useDeletion(selection.remove)
  const [view, setView] = useViewChoice()
  const [exporting, setExporting] = useState<ExportChoice | null>(null)
  const text = useRef<InputRef>(null)
  const head = useRef<HTMLDivElement>(null)
  const { height: headHeight } = useSize(head)

  const startExport = () => setExporting(selection.ids.size > 0 ? 'chosen' : 'all')
  const deleteChosen = () => deletion.confirm([...selection.ids])
  useShortcuts(t.title, [
    { key: '/', text: t.keyFind, run: () => text.current?.focus({ cursor: 'all' }) },
    { key: 'v', text: t.keyView, run: () => setView(view === 'grid' ? 'table' : 'grid') },
    { key: 'e', text: t.keyExport, run: startExport },
    { key: 'Delete', text: t.keyDelete, run: deleteChosen },
  ])
  const total = list.counts?.records ?? 0
  return (
    <div className="page records">
      <h1 className="visually-hidden">{t.title}</h1>
      <div ref={head}>
        <FilterBar {...control} pin={list.pin} users={users} textHandle={text} />
      </div>
      <ListToolbar
        counts={list.isEmpty ? { records: 0, signs: 0, by_class: [], by_day: [] } : list.counts}
        order={listing.order}
        {...{ view, newer: list.newer }}
        onOrder={sort}
        onView={setView}
        onExport={startExport}
        // The same place again, as a new entry: the list begins anew.
        onShowNewer={() => void navigate({ search: searchOf(listing).toString() }, { replace: true })}
      />
      {list.error != null ? <Failure error={list.error} onRetry={list.retry} /> : null}
      {list.isEmpty ? <NoRecords /> : null}
      {list.counts?.records === 0 ? <NoMatch onClear={clear} /> : null}
      {list.query !== null && total > 0 ? (
        <RecordsList {...{ view, total, selection, users, headHeight }} query={list.query} onOrder={sort} />
      ) : null}
      <SelectionBar
        {...{ selection, total }}
        isDeleting={deletion.isDeleting}
        onDelete={deleteChosen}
        onExport={startExport}
      />
      <ExportDialog
        what={exporting}
        chosen={selection.ids}
        filters={listing.filters}
        total={total + list.newer}
        onClose={() => setExporting(null)}
      />
    </div>
  )
}

function NoRecords() {
  const t = useTexts(texts)
  return (
    <div className="records-empty">
      <h2>{t.empty}</h2>
      <p className="muted">{t.emptyHelp}</p>
      <Link to="/">{t.toDetect}</Link>
    </div>
  )
}

function NoMatch({ onClear }: { onClear: () => void }) {
  const t = useTexts(texts)
  return (
    <div className="records-empty">
      <h2>{t.noMatch}</h2>
      <p className="muted">{t.noMatchHelp}</p>
      <Button onClick={onClear}>{t.clearFilters}</Button>
    </div>
  )
}
