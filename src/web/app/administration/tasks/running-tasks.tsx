import { useQuery } from '@tanstack/react-query'
import { Button, Progress } from 'antd'
import type { Task } from '../../../../contract/index.ts'
import { Failure } from '../../frame/failure.tsx'
import { useAction } from '../../frame/use-action.ts'
import { useConfirm } from '../../frame/use-confirm.ts'
import { count, dateTimeSeconds, seconds } from '../../language/format.ts'
import { type Language, useLanguage } from '../../language/language.ts'
import { useTexts } from '../../language/texts.ts'
import { client } from '../../server/client.ts'
import { topics } from '../../server/queries.ts'
import { type Column, DataTable } from '../../table/data-table.tsx'
import { useUserName } from '../user-names.ts'
import { texts } from './texts.ts'

type Text = (typeof texts)['en']

const LIVE_MS = 2000
const MOST_PROCESSING = 100
const MOST_QUEUED = 50

interface Unfinished {
  tasks: Task[]
  processing: number
  queued: number
  hasMore: boolean
}

/** Everybody's tasks that have not ended, those at work first, then the queue in its order. */
export function RunningTasks() {
  const t = useTexts(texts)
  const language = useLanguage()
  const { data, error, refetch } = useQuery({
    queryKey: [topics.tasks, 'unfinished', language],
    queryFn: ({ signal }) => askUnfinished(language, signal),
    refetchInterval: LIVE_MS,
  })
  const columns = useColumns(data?.tasks ?? [])
  return (
    <section className="panel">
      <div className="administration-head">
        <h2>{t.running}</h2>
        <span className="muted number">
          {data && t.runningCount(data.processing, `${count(data.queued)}${data.hasMore ? '+' : ''}`)}
        </span>
      </div>
      {error === null ? (
        <DataTable
          caption={t.running}
          columns={columns}
          rows={data?.tasks}
          keyOf={({ task_id }) => task_id}
          empty={t.nothingRuns}
          expectedRows={1}
        />
      ) : (
        <Failure error={error} onRetry={() => void refetch()} />
      )}
      {data?.hasMore ? <p className="muted">{t.more}</p> : null}
    </section>
  )
}

function useColumns(tasks: readonly Task[]): Column<Task>[] {
  const t = useTexts(texts)
  const nameOf = useUserName(tasks.map(({ user_id }) => user_id))
  return [
    { key: 'file', title: t.file, cell: ({ file_name }) => file_name },
    { key: 'user', title: t.user, cell: ({ user_id }) => nameOf(user_id) },
    { key: 'state', title: t.state, cell: (task) => stateText(task, t) },
    {
      key: 'progress',
      title: t.progress,
      cell: ({ status, progress, file_name }) =>
        status === 'processing' ? (
          <Progress className="task-progress" percent={progress} size="small" aria-label={t.progressOf(file_name)} />
        ) : (
          '–'
        ),
    },
    { key: 'times', title: t.times, cell: (task) => <span className="number">{timesText(task, t)}</span> },
    { key: 'queued', title: t.queuedAt, cell: ({ queued_at }) => dateTimeSeconds(queued_at) },
    {
      key: 'cancel',
      title: t.cancel,
      isTitleHidden: true,
      cell: (task) => <CancelButton task={task} owner={nameOf(task.user_id)} />,
    },
  ]
}

function CancelButton({ task: { task_id, file_name }, owner }: { task: Task; owner: string }) {
  const t = useTexts(texts)
  const confirm = useConfirm()
  const cancel = useAction({
    work: () => client.call('POST /api/tasks/:task_id/cancel', { params: { task_id } }),
    done: () => t.cancelled(file_name),
    stale: [topics.tasks],
  })
  const ask = () =>
    confirm({
      title: t.cancelTitle(file_name),
      content: t.cancelHelp(owner),
      ok: t.cancelOk,
      isDangerous: true,
      run: () => cancel.mutateAsync(),
    })
  return (
    <Button size="small" aria-label={t.cancelOf(file_name)} loading={cancel.isPending} onClick={ask}>
      {t.cancel}
    </Button>
  )
}

async function askUnfinished(language: Language, signal: AbortSignal): Promise<Unfinished> {
  const ask = (status: 'processing' | 'queued', limit: number) =>
    client.call('GET /api/tasks', { query: { scope: 'all', status, limit }, signal, language })
  const [processing, queued] = await Promise.all([ask('processing', MOST_PROCESSING), ask('queued', MOST_QUEUED)])
  const inLine = queued.items.toSorted((a, b) => (a.queue_position ?? 0) - (b.queue_position ?? 0))
  return {
    tasks: [...processing.items, ...inLine],
    processing: processing.items.length,
    queued: queued.items.length,
    hasMore: queued.next_cursor !== null,
  }
}

function stateText({ status, current_step, queue_position, attempt }: Task, t: Text): string {
  const state =
    status === 'processing'
      ? (current_step ?? t.processing)
      : queue_position === null
        ? t.queuedSomewhere
        : t.queued(queue_position)
  return attempt > 1 ? `${state} · ${t.attempt(attempt)}` : state
}

function timesText({ elapsed_time, remaining_time }: Task, t: Text): string {
  if (elapsed_time === null) return '–'
  return remaining_time === null ? seconds(elapsed_time) : t.left(seconds(elapsed_time), seconds(remaining_time))
}
