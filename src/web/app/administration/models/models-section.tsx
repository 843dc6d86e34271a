import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Skeleton } from 'antd'
import type { ModelSummary } from '../../../../contract/index.ts'
import { Failure } from '../../frame/failure.tsx'
import { useLanguage } from '../../language/language.ts'
import { useTexts } from '../../language/texts.ts'
import { client } from '../../server/client.ts'
import { topics } from '../../server/queries.ts'
import { ModelCard } from './model-card.tsx'
import { ModelHistory } from './model-history.tsx'
import './models.css'
import { SwitchProgress } from './switch-progress.tsx'
import { texts } from './texts.ts'
import { useModelSwitch } from './use-model-switch.ts'

/** Which models there are, which one answers, and who chose it. */
export function ModelsSection() {
  const t = useTexts(texts)
  const language = useLanguage()
  // What is wrong with a model is said by the server, in the language of the request.
  const { data, error, refetch } = useQuery({
    queryKey: [topics.models, 'list', language],
    queryFn: ({ signal }) => client.call('GET /api/models', { signal, language }),
  })
  const change = useModelSwitch()
  if (error !== null) return <Failure error={error} onRetry={() => void refetch()} />
  const models = data?.items.toSorted((a, b) => rankOf(a) - rankOf(b))
  return (
    <div className="administration-section">
      {data?.fallback == null ? null : (
        <Alert
          type="warning"
          showIcon
          title={t.fallback(data.fallback.model_id)}
          description={
            <>
              <p>{data.fallback.problem}</p>
              <p>{t.fallbackHelp}</p>
            </>
          }
        />
      )}
      {change.underWay === null ? null : <SwitchProgress title={change.underWay} />}
      {change.error === null ? null : (
        <div className="model-failure">
          <Failure error={change.error} />
          <Button onClick={change.dismissError}>{t.dismiss}</Button>
        </div>
      )}
      <section className="panel" aria-busy={models === undefined}>
        <h2>{t.title}</h2>
        <p className="muted">{t.help}</p>
        {models === undefined ? <Skeleton active paragraph={{ rows: 6 }} /> : null}
        {models?.length === 0 ? <p className="muted">{t.empty}</p> : null}
        <ul className="model-cards">
          {models?.map((model) => (
            <ModelCard
              key={model.model_id}
              model={model}
              canSwitch={change.underWay === null}
              onUse={() => change.use(model)}
            />
          ))}
        </ul>
      </section>
      <ModelHistory canSwitch={change.underWay === null} onRollback={change.rollback} />
    </div>
  )
}

/** The one in use is what people look for, those that cannot be used what they need least. */
function rankOf({ active, valid }: ModelSummary): number {
  if (active !== null) return 0
  return valid ? 1 : 2
}
