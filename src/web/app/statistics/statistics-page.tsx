import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useMemo } from 'react'
import { Link, useSearchParams } from 'react-router'
import { Failure } from '../frame/failure.tsx'
import { useShortcuts } from '../frame/shortcuts.ts'
import { useTitle } from '../frame/use-title.ts'
import { useTexts } from '../language/texts.ts'
import { client } from '../server/client.ts'
import { topics } from '../server/queries.ts'
import { Charts } from './charts.tsx'
import { FailedTasks } from './failed-tasks.tsx'
import { FilterBar } from './filter-bar.tsx'
import { type Filters, filtersOf, withoutFilters } from './filters.ts'
import { KeyFigures } from './key-figures.tsx'
import './statistics.css'
import { failureTexts, texts } from './texts.ts'

/** Under it, the address says which failures are looked at. */
const FAILURE = 'failure'

/** What all records together say: of the signs, of the model, and of the server. */
export function StatisticsPage() {
  const t = useTexts(texts)
  useTitle(t.title)
  const [search, setSearch] = useSearchParams()
  const filters = useMemo(() => filtersOf(search), [search])
  const reasons: Record<string, string> = useTexts(failureTexts)
  const reasonOf = (code: string) => (code in reasons ? `${reasons[code]} ${code}` : code)
  useShortcuts(t.title, [{ key: 'c', text: t.clear, run: () => setSearch(withoutFilters(search)) }])
  const { data, error, refetch, isPlaceholderData } = useQuery({
    queryKey: [topics.statistics, filters],
    queryFn: ({ signal }) => client.call('GET /api/statistics', { query: filters, signal }),
    placeholderData: keepPreviousData,
  })
  return (
    <div className="page statistics">
      <h1>{t.title}</h1>
      <FilterBar filters={filters} statistics={data} />
      {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
      <KeyFigures statistics={data} filters={filters} />
      {data?.records === 0 ? <Nothing filters={filters} onClear={() => setSearch(withoutFilters(search))} /> : null}
      {error !== null && data === undefined ? null : (
        <div className="charts" aria-busy={data === undefined || isPlaceholderData}>
          <Charts
            statistics={data}
            filters={filters}
            reasonOf={reasonOf}
            failureHref={(code) => `/statistics?${withParameter(search, FAILURE, code)}`}
          />
        </div>
      )}
      <FailedTasks
        code={search.get(FAILURE)}
        reason={reasonOf(search.get(FAILURE) ?? '')}
        filters={filters}
        onClose={() => setSearch(withParameter(search, FAILURE, null))}
      />
    </div>
  )
}

function Nothing({ filters, onClear }: { filters: Filters; onClear: () => void }) {
  const t = useTexts(texts)
  const isFiltered = Object.keys(filters).length > 0
  return (
    <div className="panel statistics-empty" role="status">
      <h2>{isFiltered ? t.nothingFits : t.empty}</h2>
      <p className="muted">{isFiltered ? t.nothingFitsHelp : t.emptyHelp}</p>
      {isFiltered ? (
        <Button type="primary" onClick={onClear}>
          {t.clear}
        </Button>
      ) : (
        <Link to="/">{t.detect}</Link>
      )}
    </div>
  )
}

function withParameter(search: URLSearchParams, name: string, value: string | null): URLSearchParams {
  const next = new URLSearchParams(search)
  if (value === null) next.delete(name)
  else next.set(name, value)
  return next
}
