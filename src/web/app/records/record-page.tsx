import { useQuery } from '@tanstack/react-query'
import { Alert } from 'antd'
import { useMemo } from 'react'
import { useLocation, useNavigate, useParams, useSearchParams } from 'react-router'
import { HzError } from '../../../client/index.ts'
import { Failure } from '../frame/failure.tsx'
import { Loading } from '../frame/loading.tsx'
import { useShortcuts } from '../frame/shortcuts.ts'
import { useTitle } from '../frame/use-title.ts'
import { useTexts } from '../language/texts.ts'
import { queries } from '../server/queries.ts'
import { recordQuery } from '../server/records.ts'
import { searchOf } from './listing.ts'
import { useNeighbours } from './neighbours.ts'
import './record.css'
import { RecordHead } from './record-head.tsx'
import { originOf } from './record-href.ts'
import { recordName } from './record-name.ts'
import { RecordView } from './record-view.tsx'
import { texts } from './texts.ts'
import { useDeletion } from './use-deletion.tsx'

/** One record: its picture, its signs, and all that is known of it. */
export function RecordPage() {
  const t = useTexts(texts)
  const id = Number(useParams().id)
  const [search] = useSearchParams()
  const origin = useMemo(() => originOf(search), [search])
  const { data: record, error, refetch } = useQuery(recordQuery(id))
  useTitle(record === undefined ? t.recordNumber(id) : recordName(record, t))
  const neighbours = useNeighbours(record, origin)
  const { goTo, goBack } = useWays(searchOf(origin.listing).toString())
  const { confirm } = useDeletion((ids) => {
    if (!ids.includes(id)) return
    queries.removeQueries({ queryKey: recordQuery(id).queryKey })
    // The next one has moved up to the place of this one; its own page finds it there.
    if (neighbours.next !== null) goTo(neighbours.next)
    else goBack()
  })
  const isGone = error instanceof HzError && error.code === 'RECORD_NOT_FOUND'
  // A video goes back and on by them.
  const when = () => record?.detection_type !== 'video'
  const previous = { text: t.previous, run: () => neighbours.previous !== null && goTo(neighbours.previous) }
  const next = { text: t.next, run: () => neighbours.next !== null && goTo(neighbours.next) }
  useShortcuts(t.record, [
    { key: 'ArrowLeft', ...previous, when },
    { key: 'k', ...previous },
    { key: 'ArrowRight', ...next, when },
    { key: 'j', ...next },
    { key: 'Escape', text: t.back, run: goBack },
    { key: 'Delete', text: t.deleteThis, run: () => record !== undefined && !isGone && confirm([id]) },
  ])
  return (
    <div className="page record">
      <RecordHead
        {...{ id, record, neighbours, origin, goTo, goBack }}
        onDelete={isGone ? null : () => confirm([id])}
      />
      {isGone ? (
        <Alert
          type="warning"
          showIcon
          role="alert"
          title={record === undefined ? t.missing(id) : t.removed}
          description={record === undefined ? t.missingHelp : t.removedHelp}
        />
      ) : error !== null ? (
        <Failure error={error} onRetry={() => void refetch()} />
      ) : record === undefined ? (
        <Loading />
      ) : (
        <RecordView key={id} record={record} />
      )}
    </div>
  )
}

/** From record to record is no step in the history: back leads to the list that they were opened from. */
function useWays(listSearch: string) {
  const navigate = useNavigate()
  const { state } = useLocation()
  const isFromList = (state as { isFromList?: boolean } | null)?.isFromList === true
  return {
    goTo: (href: string) => void navigate(href, { replace: true, state }),
    goBack: () => void (isFromList ? navigate(-1) : navigate(`/records?${listSearch}`)),
  }
}
