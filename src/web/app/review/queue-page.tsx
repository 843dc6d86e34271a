import { useInfiniteQuery } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { useMemo } from 'react'
import { useLocation, useNavigate, useSearchParams } from 'react-router'
import { Failure } from '../frame/failure.tsx'
import { useShortcuts } from '../frame/shortcuts.ts'
import { useTitle } from '../frame/use-title.ts'
import { count } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import { client } from '../server/client.ts'
import { topics } from '../server/queries.ts'
import { QueueChoice } from './queue-choice.tsx'
import { QueueList } from './queue-list.tsx'
import { hasFilters, type QueueSearch, queryOf, readQueueSearch, writeQueueSearch } from './queue-search.ts'
import { beginWalk } from './queue-walk.ts'
import './queue.css'
import { texts } from './texts.ts'

const PAGE = 30

/** What is worth looking at, and why; one key begins with the first. */
export function QueuePage() {
  const t = useTexts(texts)
  useTitle(t.title)
  const navigate = useNavigate()
  const isQueueDone = (useLocation().state as { isQueueDone?: boolean } | null)?.isQueueDone === true
  const [params, setParams] = useSearchParams()
  const search = useMemo(() => readQueueSearch(params), [params])
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isPlaceholderData } = useQueue(search)
  const items = data?.pages.flatMap((page) => page.items) ?? []
  const first = items[0]?.record.record_id
  const begin = () => {
    beginWalk()
    if (first !== undefined) void navigate(`/review/${first}?${params}`)
  }
  useShortcuts(t.title, [
    { key: 's', text: t.begin, run: begin },
    { key: 'ArrowDown', text: t.nextRecord, run: () => focusCard(1) },
    { key: 'ArrowUp', text: t.previousRecord, run: () => focusCard(-1) },
    { key: 'Enter', text: t.openRecord },
  ])
  const waiting = data?.pages.at(-1)?.waiting
  return (
    <div className="page queue">
      <div className="page-head">
        <h1>{t.title}</h1>
        <p className="muted queue-waiting" role="status">
          {waiting === undefined ? '' : t.waiting(count(waiting))}
        </p>
        <Button type="primary" size="large" disabled={first === undefined || isPlaceholderData} onClick={begin}>
          {t.begin} <kbd>S</kbd>
        </Button>
      </div>
      {isQueueDone ? <Alert type="success" showIcon role="status" title={t.queueDone} /> : null}
      <QueueChoice search={search} onChange={(next) => setParams(writeQueueSearch(next), { replace: true })} />
      {error === null ? (
        <QueueList {...{ items, params }} isLoading={data === undefined} hasFilters={hasFilters(search)} />
      ) : (
        <Failure error={error} onRetry={() => void refetch()} />
      )}
      {hasNextPage ? (
        <Button className="queue-more" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t.more}
        </Button>
      ) : null}
    </div>
  )
}

function useQueue(search: QueueSearch) {
  return useInfiniteQuery({
    queryKey: [topics.reviews, 'queue', queryOf(search)],
    initialPageParam: 0,
    queryFn: ({ pageParam, signal }) =>
      client.call('GET /api/reviews/queue', {
        query: { ...queryOf(search), limit: PAGE, offset: pageParam },
        signal,
      }),
    getNextPageParam: ({ waiting }, _pages, offset) => (offset + PAGE < waiting ? offset + PAGE : undefined),
    placeholderData: (before) => before,
  })
}

/** From card to card, and from anywhere else to the first. */
function focusCard(direction: 1 | -1): void {
  const cards = [...document.querySelectorAll<HTMLElement>('.queue-card a')]
  const at = cards.indexOf(document.activeElement as HTMLElement)
  cards[Math.min(cards.length - 1, Math.max(0, at + direction))]?.focus()
}
