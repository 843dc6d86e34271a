import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { App, Button, Skeleton } from 'antd'
import { useRef, useState } from 'react'
import type { Notification } from '../../../contract/index.ts'
import { Failure } from '../frame/failure.tsx'
import { date, dateTime } from '../language/format.ts'
import { useLanguage } from '../language/language.ts'
import { useTexts } from '../language/texts.ts'
import { client } from '../server/client.ts'
import { describeError } from '../server/error-texts.ts'
import { topics } from '../server/queries.ts'
import { NoticeEntry } from './notice-entry.tsx'
import { acknowledge, markAllRead, markRead } from './receipts.ts'
import { texts } from './texts.ts'
import { toastTexts } from './toast-texts.ts'
import { useSeen } from './use-seen.ts'

const PAGE = 100

/** What concerns us, unread first and then by day. Looking at it marks it as read. */
export function NoticeList({ onNavigate }: { onNavigate: (path: string) => void }) {
  const t = useTexts(texts)
  const language = useLanguage()
  const { message } = App.useApp()
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: [topics.notices, 'ours'],
    queryFn: ({ pageParam, signal }) =>
      client.call('GET /api/notifications', {
        query: { limit: PAGE, ...(pageParam && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
  })
  const notices = data?.pages.flatMap(({ items }) => items)
  const groups = useGroups(notices ?? [])
  const readAll = useMutation({
    mutationFn: () => markAllRead(notices ?? []),
    onError: (err) => void message.error(describeError(err, language).what),
  })
  if (error !== null && notices === undefined) return <Failure error={error} onRetry={() => void refetch()} />
  if (notices === undefined) return <Skeleton active paragraph={{ rows: 8 }} />
  if (notices.length === 0) {
    return (
      <div className="notices-empty muted">
        <p>{t.none}</p>
        <p>{t.noneHelp}</p>
      </div>
    )
  }
  const canReadAll = notices.some(({ read_at, action_required }) => read_at === null && !action_required)
  return (
    <div className="notice-list">
      <div className="row notice-list-head">
        <Button size="small" disabled={!canReadAll} loading={readAll.isPending} onClick={() => readAll.mutate()}>
          {t.readAll}
        </Button>
        <span className="muted">{t.readAllHelp}</span>
      </div>
      {groups.map(({ name, items }) => (
        <section key={name} aria-label={name === UNREAD ? t.unreadGroup : name}>
          <h2>{name === UNREAD ? t.unreadGroup : name}</h2>
          <ol>
            {items.map((notice) => (
              <li key={notice.notification_id}>
                <OurNotice {...{ notice, onNavigate }} />
              </li>
            ))}
          </ol>
        </section>
      ))}
      {hasNextPage ? (
        <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t.more}
        </Button>
      ) : null}
    </div>
  )
}

const UNREAD = ''

/** What was unread when it was first seen here stays among the unread, so that nothing moves while it is read. */
function useGroups(notices: readonly Notification[]): Array<{ name: string; items: Notification[] }> {
  const [unread] = useState(() => new Set<string>())
  const groups = new Map<string, Notification[]>([[UNREAD, []]])
  for (const notice of notices) {
    if (notice.read_at === null) unread.add(notice.notification_id)
    const name = unread.has(notice.notification_id) ? UNREAD : date(notice.starts_at)
    groups.set(name, [...(groups.get(name) ?? []), notice])
  }
  return [...groups].filter(([, items]) => items.length > 0).map(([name, items]) => ({ name, items }))
}

function OurNotice({ notice, onNavigate }: { notice: Notification; onNavigate: (path: string) => void }) {
  const t = useTexts(texts)
  const { acknowledge: acknowledgeText } = useTexts(toastTexts)
  const language = useLanguage()
  const { message } = App.useApp()
  const element = useRef<HTMLElement>(null)
  const { notification_id: id, read_at, acknowledged_at, action_required } = notice
  const isUnread = read_at === null
  // What asks for something is not done with by looking at it.
  useSeen(element, isUnread && !action_required, () => {
    // Where it cannot be told, it stays unread and is seen again another time.
    markRead(id).catch(() => {})
  })
  const confirm = useMutation({
    mutationFn: () => acknowledge(id),
    onError: (err) => void message.error(describeError(err, language).what),
  })
  return (
    <NoticeEntry handle={element} {...{ notice, isUnread, onNavigate }}>
      {!action_required ? null : acknowledged_at === null ? (
        <Button type="primary" size="small" loading={confirm.isPending} onClick={() => confirm.mutate()}>
          {acknowledgeText}
        </Button>
      ) : (
        <p className="muted">{t.acknowledgedAt(dateTime(acknowledged_at))}</p>
      )}
    </NoticeEntry>
  )
}
