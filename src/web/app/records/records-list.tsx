import { type ChangeEvent, type FocusEvent, type MouseEvent, type RefObject, useCallback, useMemo, useRef } from 'react'
import { useNavigate } from 'react-router'
import type { RecordOrder, RecordQuery } from '../../../contract/index.ts'
import { Failure } from '../frame/failure.tsx'
import { useLanguage } from '../language/language.ts'
import { useTexts } from '../language/texts.ts'
import type { ItemProps } from './list-item.ts'
import { recordHrefs } from './record-href.ts'
import { useRecordPages } from './record-pages.ts'
import { RecordRow } from './record-row.tsx'
import { RecordTile } from './record-tile.tsx'
import { TableHead } from './table-head.tsx'
import { texts } from './texts.ts'
import { useListFocus } from './use-list-focus.ts'
import { useListWindow } from './use-list-window.ts'
import { useReport } from './use-report.ts'
import type { Selection } from './use-selection.ts'
import type { UserNames } from './user-names.ts'
import type { View } from './view-choice.ts'

interface Props {
  view: View
  query: RecordQuery
  total: number
  selection: Selection
  users: UserNames | null
  /** Height of what is above the list and moves with it, in pixels. */
  headHeight: number
  onOrder: (order: RecordOrder) => void
}

/** Records as tiles or as a table, of which only those in sight exist. */
export function RecordsList({ view, query, total, selection, users, headHeight, onOrder }: Props) {
  const t = useTexts(texts)
  const language = useLanguage()
  const navigate = useNavigate()
  const frame = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLElement>(null)
  const { columns, first, last, listStyle, styleApart, reveal } = useListWindow({
    ...{ view, total, headHeight, frame, list },
  })
  const { recordAt, error } = useRecordPages(query, { first, last })
  const report = useReport()
  const idAt = (index: number) => recordAt(index)?.record_id
  const focus = useListFocus({ total, columns, list, selection, idAt, reveal, report })
  const latest = useRef({ idAt, selection })
  latest.current = { idAt, selection }
  const hrefs = useMemo(() => recordHrefs(query), [query])
  const onToggle = useCallback(
    (event: ChangeEvent<HTMLInputElement>) => {
      const { idAt, selection } = latest.current
      const index = indexOf(event.target)
      const id = idAt(index)
      if ((event.nativeEvent as unknown as MouseEvent).shiftKey) report(selection.extendTo(index))
      else if (id !== undefined) selection.toggle(id, index)
    },
    [report],
  )
  const onClick = (event: MouseEvent<HTMLElement>) => {
    const link = (event.target as Element).closest('a')
    if (link === null || event.button !== 0 || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    if (event.shiftKey) return report(selection.extendTo(indexOf(link)))
    void navigate(link.getAttribute('href') ?? '', { state: { isFromList: true } })
  }
  const onFocus = (event: FocusEvent<HTMLElement>) => {
    const index = indexOf(event.target)
    if (index >= 0) focus.setIndex(index)
  }
  const propsOf = (index: number): ItemProps => {
    const record = recordAt(index)
    const isApart = index < first || index > last
    return {
      ...{ record, index, total, t, language, onToggle },
      style: isApart ? styleApart(index) : undefined,
      href: record && hrefs(record.record_id, index),
      isChosen: record !== undefined && selection.ids.has(record.record_id),
      isFocusable: index === focus.index,
      user: users === null ? null : record === undefined ? '' : users.nameOf(record.user_id),
    }
  }
  const places = placesOf(first, last, focus.index)
  const Item = view === 'grid' ? RecordTile : RecordRow
  const items = places.map((index) => <Item key={index} {...propsOf(index)} />)
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears what the links and boxes within are told
    // biome-ignore lint/a11y/useKeyWithClickEvents: as above; keys make clicks of links
    <div ref={frame} className="records-list" data-view={view} onClick={onClick} onFocus={onFocus}>
      {error === null ? null : <Failure error={error} />}
      {view === 'grid' ? (
        <ul ref={list as RefObject<HTMLUListElement>} aria-label={t.list} style={listStyle}>
          {items}
        </ul>
      ) : (
        <table aria-label={t.list} aria-rowcount={total + 1} data-users={users !== null || undefined}>
          <TableHead hasUsers={users !== null} order={query.order ?? 'newest'} onOrder={onOrder} />
          <tbody ref={list as RefObject<HTMLTableSectionElement>} style={listStyle}>
            {items}
          </tbody>
        </table>
      )}
    </div>
  )
}

/** With what has the focus, however far away it is: else that would be lost. */
function placesOf(first: number, last: number, focused: number): number[] {
  const places = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i)
  if (focused < first) return [focused, ...places]
  return focused > last ? [...places, focused] : places
}

function indexOf(element: Element): number {
  const { index } = element.closest<HTMLElement>('[data-index]')?.dataset ?? {}
  return index === undefined ? -1 : Number(index)
}
