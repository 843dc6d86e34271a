import { useInfiniteQuery } from '@tanstack/react-query'
import { App, Button, Skeleton, Tag } from 'antd'
import { useState } from 'react'
import type { Audience, Notification, User } from '../../../contract/index.ts'
import { Failure } from '../frame/failure.tsx'
import { useLanguage } from '../language/language.ts'
import { useTexts } from '../language/texts.ts'
import { client } from '../server/client.ts'
import { describeError } from '../server/error-texts.ts'
import { queries, topics } from '../server/queries.ts'
import { useUsers } from '../server/users.ts'
import { NoticeEntry } from './notice-entry.tsx'
import { ReceiptsDrawer } from './receipts-drawer.tsx'
import { texts } from './texts.ts'

const PAGE = 30
/** Nobody tells us when somebody has read: so it is asked for now and then. */
const COUNT_INTERVAL_MS = 5000

interface Props {
  onNavigate: (path: string) => void
  onDuplicate: (notice: Notification) => void
}

/** Every notice there is, for administrators: its state, who it is for, and how many have seen it. */
export function SentList({ onNavigate, onDuplicate }: Props) {
  const t = useTexts(texts)
  const [shown, setShown] = useState<Notification | null>(null)
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: [topics.notices, 'all'],
    queryFn: ({ pageParam, signal }) => {
      const query = { all: true, limit: PAGE, ...(pageParam && { cursor: pageParam }) }
      return client.call('GET /api/notifications', { query, signal })
    },
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
    refetchInterval: COUNT_INTERVAL_MS,
  })
  const notices = data?.pages.flatMap(({ items }) => items)
  if (error !== null && notices === undefined) return <Failure error={error} onRetry={() => void refetch()} />
  if (notices === undefined) return <Skeleton active paragraph={{ rows: 8 }} />
  if (notices.length === 0) {
    return (
      <div className="notices-empty muted">
        <p>{t.noneSent}</p>
        <p>{t.noneSentHelp}</p>
      </div>
    )
  }
  return (
    <>
      <ol className="sent-list">
        {notices.map((notice) => (
          <li key={notice.notification_id} className="panel">
            <NoticeEntry {...{ notice, onNavigate }} />
            <SentFoot {...{ notice }} onShow={() => setShown(notice)} onDuplicate={() => onDuplicate(notice)} />
          </li>
        ))}
      </ol>
      {hasNextPage ? (
        <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t.more}
        </Button>
      ) : null}
      <ReceiptsDrawer notice={shown} onClose={() => setShown(null)} />
    </>
  )
}

interface FootProps {
  notice: Notification
  onShow: () => void
  onDuplicate: () => void
}

function SentFoot({ notice, onShow, onDuplicate }: FootProps) {
  const t = useTexts(texts)
  const language = useLanguage()
  const users = useUsers()
  const { modal, message } = App.useApp()
  const { title, state, audience, seen, action_required } = notice
  const people = users.filter((user) => !user.disabled && isAddressed(user, audience)).length
  const read = seen?.read ?? 0
  const withdraw = () => {
    modal.confirm({
      title: t.withdrawTitle(title),
      content: t.withdrawHelp,
      okText: t.withdraw,
      okButtonProps: { danger: true },
      onOk: async () => {
        try {
          const params = { notification_id: notice.notification_id }
          await client.call('DELETE /api/notifications/:notification_id', { params })
          void message.success(t.withdrawn)
        } catch (err) {
          void message.error(describeError(err, language).what)
        }
        await queries.invalidateQueries({ queryKey: [topics.notices] })
      },
    })
  }
  return (
    <footer className="sent-foot">
      <div className="row">
        <Tag className="sent-state" data-state={state}>
          {t[stateTexts[state]]}
        </Tag>
        <span>{t.audienceIs(audienceText(audience, users, t))}</span>
        {/* Readers count whatever they are by now, so there may be more of them than people addressed. */}
        <span>{people === 0 ? t.seen(read) : t.seenOf(Math.max(people, read), read)}</span>
        {action_required ? <span>{t.acknowledged(seen?.acknowledged ?? 0)}</span> : null}
      </div>
      <div className="row">
        <Button size="small" onClick={onShow}>
          {t.whoSaw}
        </Button>
        <Button size="small" onClick={onDuplicate}>
          {t.duplicate}
        </Button>
        {state === 'active' || state === 'scheduled' ? (
          <Button size="small" danger onClick={withdraw}>
            {t.withdraw}
          </Button>
        ) : null}
      </div>
    </footer>
  )
}

const stateTexts = {
  scheduled: 'stateScheduled',
  active: 'stateActive',
  expired: 'stateExpired',
  withdrawn: 'stateWithdrawn',
} as const

function isAddressed(user: User, audience: Audience): boolean {
  if (audience.kind === 'role') return user.role === audience.role
  return audience.kind === 'all' || user.user_id === audience.user_id
}

function audienceText(audience: Audience, users: readonly User[], t: (typeof texts)['en']): string {
  if (audience.kind === 'all') return t.everyone
  if (audience.kind === 'role') return t.allOfRole(t[audience.role])
  const user = users.find(({ user_id }) => user_id === audience.user_id)
  return user === undefined ? t.userNumber(audience.user_id) : user.display_name || user.username
}
