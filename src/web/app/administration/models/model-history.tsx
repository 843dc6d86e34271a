import { RollbackOutlined } from '@ant-design/icons'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import type { ModelActivation } from '../../../../contract/index.ts'
import { Failure } from '../../frame/failure.tsx'
import { texts as frameTexts } from '../../frame/texts.ts'
import { dateTime } from '../../language/format.ts'
import { useTexts } from '../../language/texts.ts'
import { client } from '../../server/client.ts'
import { topics } from '../../server/queries.ts'
import { type Column, DataTable } from '../../table/data-table.tsx'
import { texts } from './texts.ts'

const PAGE = 10

interface Props {
  canSwitch: boolean
  onRollback: (name: string) => void
}

/** Who chose which model, newest first, and the way back to the one before. */
export function ModelHistory({ canSwitch, onRollback }: Props) {
  const t = useTexts(texts)
  const { showMore } = useTexts(frameTexts)
  const history = useInfiniteQuery({
    queryKey: [topics.models, 'history'],
    queryFn: ({ pageParam, signal }) =>
      client.call('GET /api/models/history', {
        query: { limit: PAGE, ...(pageParam !== null && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })
  const rows = history.data?.pages.flatMap(({ items }) => items)
  const before = rows?.[0]?.from
  const columns: Column<ModelActivation>[] = [
    { key: 'change', title: t.change, cell: ({ from, to }) => `${nameOf(from)} → ${nameOf(to)}` },
    { key: 'kind', title: t.kind, cell: ({ kind }) => (kind === 'choice' ? t.choice : t.rollbackKind) },
    { key: 'by', title: t.by, cell: ({ by }) => by?.username ?? t.nobody },
    { key: 'at', title: t.at, cell: ({ at }) => dateTime(at) },
  ]
  return (
    <section className="panel">
      <div className="administration-head">
        <h2>{t.history}</h2>
        <Button
          icon={<RollbackOutlined aria-hidden />}
          disabled={before === undefined || !canSwitch}
          onClick={() => before !== undefined && onRollback(nameOf(before))}
        >
          {t.rollback}
        </Button>
      </div>
      {history.error === null ? (
        <DataTable
          caption={t.history}
          columns={columns}
          rows={rows}
          keyOf={({ activation_id }) => activation_id}
          empty={t.historyEmpty}
        />
      ) : (
        <Failure error={history.error} onRetry={() => void history.refetch()} />
      )}
      {history.hasNextPage ? (
        <div className="administration-more">
          <Button loading={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
            {showMore}
          </Button>
        </div>
      ) : null}
    </section>
  )
}

function nameOf({ name, version }: ModelActivation['from']): string {
  return `${name} ${version}`
}
