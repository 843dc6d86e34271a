import { useQuery } from '@tanstack/react-query'
import { Failure } from '../../frame/failure.tsx'
import { useTexts } from '../../language/texts.ts'
import { client } from '../../server/client.ts'
import { topics } from '../../server/queries.ts'
import { FigureList } from './figure-list.tsx'
import './health.css'
import { liveFigures, storageFigures } from './figures.ts'
import { HealthChecks } from './health-checks.tsx'
import { readMetrics } from './metrics.ts'
import { askMetrics, askReadiness } from './readiness.ts'
import { texts } from './texts.ts'

const LIVE_MS = 3000
const STORAGE_MS = 60_000

/** How the server is: what is wrong and what to do about it, then figures, fresh for as long as somebody looks. */
export function HealthSection() {
  const t = useTexts(texts)
  const readiness = useQuery({
    queryKey: [topics.system, 'readiness'],
    queryFn: ({ signal }) => askReadiness(signal),
    refetchInterval: LIVE_MS,
  })
  const metrics = useQuery({
    queryKey: [topics.system, 'metrics'],
    queryFn: async ({ signal }) => readMetrics(await askMetrics(signal)),
    refetchInterval: LIVE_MS,
  })
  const models = useQuery({
    queryKey: [topics.models, 'all'],
    queryFn: ({ signal }) => client.call('GET /api/models', { signal }),
  })
  const storage = useQuery({
    queryKey: [topics.system, 'storage'],
    queryFn: ({ signal }) => client.call('GET /api/storage', { signal }),
    refetchInterval: STORAGE_MS,
  })
  const active = models.data?.items.find((model) => model.active !== null)
  const failed = [readiness, metrics, storage, models].find(({ error }) => error !== null)
  return (
    <div className="administration-section">
      {failed?.error == null ? null : <Failure error={failed.error} onRetry={() => void failed.refetch()} />}
      <HealthChecks
        readiness={readiness.data}
        storage={storage.data}
        detectors={{ alive: metrics.data?.detectorsAlive ?? null, all: active?.active?.detectors ?? null }}
      />
      <FigureList
        title={t.figures}
        figures={liveFigures(t, metrics.data, active)}
        isWaiting={metrics.data === undefined}
        updatedAtMs={metrics.dataUpdatedAt}
      />
      <FigureList title={t.storage} figures={storageFigures(t, storage.data)} isWaiting={storage.data === undefined} />
      <section className="panel">
        <h2>{t.links}</h2>
        <ul className="health-links">
          {(
            [
              ['/docs', t.docs],
              ['/docs/errors', t.errors],
              ['/metrics', t.metrics],
              ['/health/ready', t.health],
            ] as const
          ).map(([path, text]) => (
            <li key={path}>
              <a href={path} target="_blank" rel="noreferrer">
                {text}
              </a>{' '}
              <code className="muted">{path}</code>
            </li>
          ))}
        </ul>
      </section>
    </div>
  )
}
