import { useQuery } from '@tanstack/react-query'
import { Skeleton } from 'antd'
import { Failure } from '../../frame/failure.tsx'
import { useTexts } from '../../language/texts.ts'
import { client } from '../../server/client.ts'
import { topics } from '../../server/queries.ts'
import { CurrentPolicy } from './current-policy.tsx'
import { PolicyForm } from './policy-form.tsx'
import './retention.css'
import { texts } from './texts.ts'

/** What is deleted by itself once it is old: looked at first, set only then. */
export function RetentionSection() {
  const t = useTexts(texts)
  const { data, error, refetch } = useQuery({
    queryKey: [topics.retention],
    queryFn: ({ signal }) => client.call('GET /api/retention', { signal }),
  })
  if (error !== null) return <Failure error={error} onRetry={() => void refetch()} />
  return (
    <div className="administration-section">
      <CurrentPolicy state={data} />
      <section className="panel" aria-busy={data === undefined}>
        <h2>{t.title}</h2>
        <p className="muted">{t.help}</p>
        {data === undefined ? (
          <Skeleton active paragraph={{ rows: 4 }} />
        ) : (
          // Somebody else's change begins the form anew: what is typed here was meant against another policy.
          <PolicyForm key={data.changed_at} policy={data.policy} />
        )}
      </section>
    </div>
  )
}
