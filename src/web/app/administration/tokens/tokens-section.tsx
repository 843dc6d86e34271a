import { useQuery } from '@tanstack/react-query'
import { Alert, Select } from 'antd'
import { useSearchParams } from 'react-router'
import { TokenTable } from '../../account/token-table.tsx'
import { Failure } from '../../frame/failure.tsx'
import { useTexts } from '../../language/texts.ts'
import { client } from '../../server/client.ts'
import { topics } from '../../server/queries.ts'
import { useMe } from '../../server/session.ts'
import { useAllUsers } from '../../server/users.ts'
import { useUserName } from '../user-names.ts'
import { texts } from './texts.ts'

const EVERYBODY = 'all'

/** The tokens of everybody or of one, so that a lost one can be ended. `?user=` says whose. */
export function TokensSection() {
  const t = useTexts(texts)
  const { auth } = useMe()
  const users = useAllUsers()
  const [search, setSearch] = useSearchParams()
  const wanted = search.get('user')
  const userId = wanted !== null && /^\d{1,10}$/.test(wanted) ? Number(wanted) : null
  const tokens = useQuery({
    queryKey: [topics.tokens, userId ?? EVERYBODY],
    queryFn: ({ signal }) =>
      client.call('GET /api/tokens', { query: userId === null ? { scope: 'all' } : { user_id: userId }, signal }),
  })
  const nameOf = useUserName(tokens.data?.items.map(({ user_id }) => user_id) ?? [])
  return (
    <div className="administration-section">
      {auth === 'open' ? <Alert type="info" showIcon title={t.openAccess} description={t.openAccessHelp} /> : null}
      <section className="panel">
        <div className="administration-head">
          <h2>{t.title}</h2>
          <Select
            className="tokens-owner"
            aria-label={t.whose}
            showSearch={{ optionFilterProp: 'label' }}
            value={userId === null ? EVERYBODY : String(userId)}
            options={[
              { value: EVERYBODY, label: t.everybody },
              ...(users.data ?? []).map(({ user_id, username }) => ({ value: String(user_id), label: username })),
            ]}
            onChange={(value) => setSearch(value === EVERYBODY ? {} : { user: value }, { replace: true })}
          />
        </div>
        <p className="muted">{t.help}</p>
        {tokens.error === null ? (
          <TokenTable
            tokens={tokens.data?.items}
            empty={userId === null ? t.empty : t.emptyOf(nameOf(userId))}
            ownerOf={nameOf}
          />
        ) : (
          <Failure error={tokens.error} onRetry={() => void tokens.refetch()} />
        )}
      </section>
    </div>
  )
}
