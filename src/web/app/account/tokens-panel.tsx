import { PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { Failure } from '../frame/failure.tsx'
import { useTexts } from '../language/texts.ts'
import { client } from '../server/client.ts'
import { topics } from '../server/queries.ts'
import { NewTokenDialog } from './new-token-dialog.tsx'
import { texts } from './texts.ts'
import { TokenTable } from './token-table.tsx'

/** One's own tokens. */
export function TokensPanel() {
  const t = useTexts(texts)
  const [isCreating, setCreating] = useState(false)
  const { data, error, refetch } = useQuery({
    queryKey: [topics.tokens, 'own'],
    queryFn: ({ signal }) => client.call('GET /api/tokens', { signal }),
  })
  return (
    <section className="panel">
      <div className="page-head">
        <h2>{t.tokens}</h2>
        <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setCreating(true)}>
          {t.createToken}
        </Button>
      </div>
      <p className="muted">{t.tokensHelp}</p>
      {error === null ? (
        <TokenTable tokens={data?.items} empty={t.noTokens} />
      ) : (
        <Failure error={error} onRetry={() => void refetch()} />
      )}
      <NewTokenDialog isOpen={isCreating} onClose={() => setCreating(false)} />
    </section>
  )
}
