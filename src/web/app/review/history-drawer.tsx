import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Drawer, Skeleton } from 'antd'
import type { ReviewedSign, ReviewRevision } from '../../../contract/index.ts'
import { Failure } from '../frame/failure.tsx'
import { dateTimeSeconds } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import { client } from '../server/client.ts'
import { topics } from '../server/queries.ts'
import { countVerdicts } from './edit-review.ts'
import { texts } from './texts.ts'

interface Props {
  recordId: number
  isOpen: boolean
  onClose: () => void
  onRestore: (signs: ReviewedSign[]) => void
}

/** Every save of the review; an earlier one can be put back, which is a step like any other. */
export function HistoryDrawer({ recordId, isOpen, onClose, onRestore }: Props) {
  const t = useTexts(texts)
  return (
    <Drawer open={isOpen} onClose={onClose} title={t.history} size="default" destroyOnHidden>
      <History {...{ recordId, onRestore }} />
    </Drawer>
  )
}

function History({ recordId, onRestore }: Pick<Props, 'recordId' | 'onRestore'>) {
  const t = useTexts(texts)
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: [topics.reviews, 'history', recordId],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      client.call('GET /api/detections/:record_id/review/history', {
        params: { record_id: recordId },
        query: pageParam === null ? {} : { cursor: pageParam },
        signal,
      }),
    getNextPageParam: ({ next_cursor }) => next_cursor,
  })
  if (error !== null) return <Failure error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Skeleton active />
  const revisions = data.pages.flatMap(({ items }) => items)
  if (revisions.length === 0) return <p className="muted">{t.noHistory}</p>
  return (
    <>
      <ol className="revisions">
        {revisions.map((revision) => (
          <Revision key={revision.version} {...{ revision, onRestore }} />
        ))}
      </ol>
      {hasNextPage ? (
        <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t.more}
        </Button>
      ) : null}
    </>
  )
}

interface RevisionProps {
  revision: ReviewRevision
  onRestore: Props['onRestore']
}

function Revision({ revision: { version, state, by, at, signs }, onRestore }: RevisionProps) {
  const t = useTexts(texts)
  const counts = countVerdicts(signs)
  const said = (['accepted', 'corrected', 'rejected', 'added', 'open'] as const).filter((name) => counts[name] > 0)
  return (
    <li>
      <h3>
        {t.version(version)} · {t[state]}
      </h3>
      <p className="muted">{t.byAt(by?.username ?? t.somebody, dateTimeSeconds(at))}</p>
      <p>{said.length === 0 ? t.noSigns : said.map((name) => `${t[name]} ${counts[name]}`).join(' · ')}</p>
      <Button size="small" onClick={() => onRestore(signs)}>
        {t.restoreVersion(version)}
      </Button>
    </li>
  )
}
