import { useQuery } from '@tanstack/react-query'
import type { Notification } from '../../../contract/index.ts'
import { client } from '../server/client.ts'
import { queries, topics } from '../server/queries.ts'

/** So many at most are counted; who has more reads "99+". */
const MOST_UNREAD = 99

// The server tells nobody what we read: other tabs of this browser hear it from us.
const otherTabs = new BroadcastChannel('hz.notices')
otherTabs.onmessage = refresh

/** What concerns us and we have not read, newest first; undefined: not known yet. */
export function useUnread(): { notices: Notification[]; count: string } | undefined {
  const query = { unread: true, limit: MOST_UNREAD }
  const { data } = useQuery({
    queryKey: [topics.notices, 'unread'],
    queryFn: ({ signal }) => client.call('GET /api/notifications', { query, signal }),
  })
  if (data === undefined) return undefined
  const { items, next_cursor } = data
  return { notices: items, count: next_cursor === null ? String(items.length) : `${MOST_UNREAD}+` }
}

/** @throws HzError */
export async function markRead(notificationId: string): Promise<void> {
  await client.call('POST /api/notifications/:notification_id/read', { params: { notification_id: notificationId } })
  tellOfChange()
}

/** Those that ask for something stay unread until it is acknowledged. @throws HzError */
export async function markAllRead(notices: readonly Notification[]): Promise<void> {
  for (const { notification_id, read_at, action_required } of notices) {
    if (read_at !== null || action_required) continue
    await client.call('POST /api/notifications/:notification_id/read', { params: { notification_id } })
  }
  tellOfChange()
}

/** @throws HzError */
export async function acknowledge(notificationId: string): Promise<void> {
  const params = { notification_id: notificationId }
  await client.call('POST /api/notifications/:notification_id/acknowledge', { params })
  tellOfChange()
}

function tellOfChange(): void {
  refresh()
  otherTabs.postMessage(null)
}

function refresh(): void {
  void queries.invalidateQueries({ queryKey: [topics.notices] })
}
