import { useQuery } from '@tanstack/react-query'
import { Drawer, Skeleton } from 'antd'
import { Failure } from '../frame/failure.tsx'
import { dateTime } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import { client } from '../server/client.ts'
import { topics } from '../server/queries.ts'
import { useMe } from '../server/session.ts'
import type { Filters } from './filters.ts'
import { texts } from './texts.ts'

interface Props {
  /** The code of the failures; null: closed. */
  code: string | null
  reason: string
  filters: Filters
  onClose: () => void
}

/** What failed left no record behind: its tasks stand in for them, as far back as the server keeps and lists them. */
export function FailedTasks({ code, reason, filters, onClose }: Props) {
  const t = useTexts(texts)
  return (
    <Drawer open={code !== null} onClose={onClose} title={t.failedTasks(reason)} size="large" destroyOnHidden>
      {code === null ? null : <TaskTable {...{ code, filters }} />}
    </Drawer>
  )
}

function TaskTable({ code, filters }: { code: string; filters: Filters }) {
  const t = useTexts(texts)
  const { role } = useMe()
  const query = { status: 'failed', limit: 200, scope: role === 'user' ? 'own' : 'all' } as const
  const { data, error, refetch } = useQuery({
    queryKey: [topics.tasks, query],
    queryFn: ({ signal }) => client.call('GET /api/tasks', { query, signal }),
  })
  if (error !== null) return <Failure error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Skeleton active />
  const { from, to, user_id } = filters
  const tasks = data.items.filter(
    (task) =>
      task.error_code === code &&
      (user_id === undefined || (task.user_id ?? 0) === user_id) &&
      (from === undefined || Date.parse(task.queued_at) >= Date.parse(from)) &&
      (to === undefined || Date.parse(task.queued_at) < Date.parse(to)),
  )
  if (tasks.length === 0) return <p className="muted">{t.noFailedTasks}</p>
  return (
    <div className="figure-table">
      <table>
        <caption className="muted">{t.latestFailures}</caption>
        <thead>
          <tr>
            <th scope="col">{t.fileName}</th>
            <th scope="col">{t.failedAt}</th>
          </tr>
        </thead>
        <tbody>
          {tasks.map(({ task_id, file_name, finished_at, queued_at }) => (
            <tr key={task_id}>
              <th scope="row">{file_name}</th>
              <td className="number">{dateTime(finished_at ?? queued_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
