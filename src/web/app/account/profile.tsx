import { useQuery } from '@tanstack/react-query'
import { Failure } from '../frame/failure.tsx'
import { texts as frameTexts } from '../frame/texts.ts'
import { dateTime } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import { client } from '../server/client.ts'
import { topics } from '../server/queries.ts'
import { roleTexts } from './role-texts.ts'
import { texts } from './texts.ts'

export function Profile() {
  const t = useTexts(texts)
  const roles = useTexts(roleTexts)
  const { localUser } = useTexts(frameTexts)
  const { data, error, refetch } = useQuery({
    queryKey: [topics.users, 'me'],
    queryFn: ({ signal }) => client.call('GET /api/auth/me', { signal }),
  })
  const user = data?.user ?? undefined
  const isLocal = user?.user_id === null
  const entries: [name: string, value: string | undefined][] = [
    [t.username, isLocal ? localUser : user?.username],
    [t.role, user && `${roles[user.role]} · ${roles[`${user.role}_help`]}`],
    ...(isLocal ? [] : ([[t.name, user && (user.display_name || t.noName)]] as [string, string | undefined][])),
    ...(isLocal ? [] : ([[t.since, user && dateTime(user.created_at)]] as [string, string | undefined][])),
  ]
  return (
    <section className="panel">
      <h2>{t.profile}</h2>
      {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
      <dl className="account-profile">
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt className="muted">{name}</dt>
            <dd>{value ?? '–'}</dd>
          </div>
        ))}
      </dl>
      {isLocal ? null : <p className="muted">{t.profileHelp}</p>}
    </section>
  )
}
