import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Drawer, Skeleton } from 'antd'
import type { Notification } from '../../../contract/index.ts'
import { Failure } from '../frame/failure.tsx'
import { dateTime } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import { client } from '../server/client.ts'
import { topics } from '../server/queries.ts'
import { texts } from './texts.ts'

const PAGE = 100

/** Who has read a notice, and who has done what it asks. */
export function ReceiptsDrawer({ notice, onClose }: { notice: Notification | null; onClose: () => void }) {
  const t = useTexts(texts)
  return (
    <Drawer
      open={notice !== null}
      onClose={onClose}
      title={t.whoSawOf(notice?.title ?? '')}
      size="min(560px, 100vw)"
      destroyOnHidden
    >
      {notice === null ? null : <Receipts notice={notice} />}
    </Drawer>
  )
}

function Receipts({ notice }: { notice: Notification }) {
  const t = useTexts(texts)
  const { notification_id, action_required, seen } = notice
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: [topics.notices, 'receipts', notification_id],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, ...(pageParam && { cursor: pageParam }) }
      return client.call('GET /api/notifications/:notification_id/receipts', {
        params: { notification_id },
        query,
        signal,
      })
    },
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
  })
  if (error !== null && data === undefined) return <Failure error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Skeleton active />
  const receipts = data.pages.flatMap(({ items }) => items)
  const people = data.pages.at(-1)?.audience_size ?? 0
  const timeOf = (at: string | null) => (at === null ? '–' : dateTime(at))
  const summary = t.seenOf(people, Math.max(seen?.read ?? 0, receipts.length))
  if (receipts.length === 0) {
    return (
      <>
        <p>{summary}</p>
        <p className="muted">{t.nobodySaw}</p>
      </>
    )
  }
  return (
    <>
      <table className="receipts">
        <caption className="muted">{summary}</caption>
        <thead>
          <tr>
            <th scope="col">{t.person}</th>
            <th scope="col">{t.readAt}</th>
            {action_required ? <th scope="col">{t.acknowledgedTime}</th> : null}
          </tr>
        </thead>
        <tbody>
          {receipts.map(({ user, read_at, acknowledged_at }) => (
            <tr key={user.user_id ?? 0}>
              <th scope="row">{user.user_id === null ? t.localUser : user.username}</th>
              <td>{timeOf(read_at)}</td>
              {action_required ? <td>{timeOf(acknowledged_at)}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
      {hasNextPage ? (
        <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t.more}
        </Button>
      ) : null}
    </>
  )
}
