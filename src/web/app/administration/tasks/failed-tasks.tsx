import { useQuery } from '@tanstack/react-query'
import type { Task } from '../../../../contract/index.ts'
import { Failure } from '../../frame/failure.tsx'
import { dateTime } from '../../language/format.ts'
import { useLanguage } from '../../language/language.ts'
import { useTexts } from '../../language/texts.ts'
import { client } from '../../server/client.ts'
import { topics } from '../../server/queries.ts'
import { type Column, DataTable } from '../../table/data-table.tsx'
import { useUserName } from '../user-names.ts'
import { texts } from './texts.ts'

const REFRESH_MS = 10_000
const MOST = 20

/** Everybody's newest failures, and why. */
export function FailedTasks() {
  const t = useTexts(texts)
  const language = useLanguage()
  const { data, error, refetch } = useQuery({
    queryKey: [topics.tasks, 'failed', language],
    queryFn: ({ signal }) =>
      client.call('GET /api/tasks', { query: { scope: 'all', status: 'failed', limit: MOST }, signal, language }),
    refetchInterval: REFRESH_MS,
  })
  const nameOf = useUserName(data?.items.map(({ user_id }) => user_id) ?? [])
  const columns: Column<Task>[] = [
    { key: 'file', title: t.file, cell: ({ file_name }) => file_name },
    { key: 'user', title: t.user, cell: ({ user_id }) => nameOf(user_id) },
    {
      key: 'reason',
      title: t.reason,
      cell: ({ error_message, error_code }) => (
        <span>
          {error_message} <code className="muted">{error_code}</code>
        </span>
      ),
    },
    { key: 'at', title: t.failedAt, cell: ({ finished_at }) => (finished_at === null ? '–' : dateTime(finished_at)) },
  ]
  return (
    <section className="panel">
      <h2>{t.failed}</h2>
      {error === null ? (
        <DataTable
          caption={t.failed}
          columns={columns}
          rows={data?.items}
          keyOf={({ task_id }) => task_id}
          empty={t.noFailures}
          expectedRows={1}
        />
      ) : (
        <Failure error={error} onRetry={() => void refetch()} />
      )}
    </section>
  )
}
