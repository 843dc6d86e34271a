import { useQuery } from '@tanstack/react-query'
import type { LiveSocket } from '../../../../contract/index.ts'
import { roleTexts } from '../../account/role-texts.ts'
import { Failure } from '../../frame/failure.tsx'
import { bytes, dateTime } from '../../language/format.ts'
import { useTexts } from '../../language/texts.ts'
import { client } from '../../server/client.ts'
import { topics } from '../../server/queries.ts'
import { useMe } from '../../server/session.ts'
import { type Column, DataTable } from '../../table/data-table.tsx'
import { texts as administrationTexts } from '../texts.ts'
import { texts } from './texts.ts'

const LIVE_MS = 5000

/** Who is connected. */
export function OpenSockets() {
  const t = useTexts(texts)
  const roles = useTexts(roleTexts)
  const { localUser } = useTexts(administrationTexts)
  const { userId } = useMe()
  const { data, error, refetch } = useQuery({
    queryKey: [topics.system, 'sockets'],
    queryFn: ({ signal }) => client.call('GET /api/sockets', { signal }),
    refetchInterval: LIVE_MS,
  })
  const columns: Column<LiveSocket>[] = [
    {
      key: 'user',
      title: t.user,
      cell: ({ user }) => (
        <span>
          {user.user_id === null ? localUser : user.username}
          {user.user_id !== null && user.user_id === userId ? <span className="muted">{t.you}</span> : null}
        </span>
      ),
    },
    { key: 'role', title: t.role, cell: ({ role }) => roles[role] },
    { key: 'scope', title: t.scope, cell: ({ scope }) => t[scope] },
    { key: 'connected', title: t.connected, cell: ({ connected_at }) => dateTime(connected_at) },
    { key: 'unread', title: t.unread, isNumber: true, cell: ({ unread_bytes }) => bytes(unread_bytes) },
  ]
  return (
    <section className="panel">
      <h2>{t.sockets}</h2>
      {error === null ? (
        <DataTable
          caption={t.sockets}
          columns={columns}
          rows={data?.items}
          keyOf={({ connection_id }) => connection_id}
          empty={t.noSockets}
          expectedRows={1}
        />
      ) : (
        <Failure error={error} onRetry={() => void refetch()} />
      )}
    </section>
  )
}
