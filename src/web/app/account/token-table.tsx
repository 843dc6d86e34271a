import { Button } from 'antd'
import type { ApiToken } from '../../../contract/index.ts'
import { useAction } from '../frame/use-action.ts'
import { useConfirm } from '../frame/use-confirm.ts'
import { date, dateTime } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import { client } from '../server/client.ts'
import { topics } from '../server/queries.ts'
import { Badge } from '../table/badge.tsx'
import { type Column, DataTable } from '../table/data-table.tsx'
import { texts } from './texts.ts'

interface Props {
  tokens: readonly ApiToken[] | undefined
  empty: string
  /** Whose it is, where they are several people's. */
  ownerOf?: (userId: number | null) => string
}

/** Personal tokens, and an end to each. */
export function TokenTable({ tokens, empty, ownerOf }: Props) {
  const t = useTexts(texts)
  const owner: Column<ApiToken>[] =
    ownerOf === undefined ? [] : [{ key: 'owner', title: t.owner, cell: ({ user_id }) => ownerOf(user_id) }]
  const columns: Column<ApiToken>[] = [
    { key: 'name', title: t.tokenName, cell: ({ name }) => name },
    ...owner,
    { key: 'created', title: t.created, cell: ({ created_at }) => date(created_at) },
    { key: 'used', title: t.lastUsed, cell: ({ last_used_at: at }) => (at === null ? t.never : dateTime(at)) },
    { key: 'expires', title: t.expires, cell: ({ expires_at }) => <Expiry at={expires_at} /> },
    { key: 'revoke', title: t.revoke, isTitleHidden: true, cell: (token) => <RevokeButton token={token} /> },
  ]
  return (
    <DataTable caption={t.tokens} columns={columns} rows={tokens} keyOf={({ token_id }) => token_id} empty={empty} />
  )
}

function Expiry({ at }: { at: string | null }) {
  const t = useTexts(texts)
  if (at === null) return t.neverExpires
  return Date.parse(at) > Date.now() ? date(at) : <Badge kind="bad">{t.expired}</Badge>
}

function RevokeButton({ token: { token_id, name } }: { token: ApiToken }) {
  const t = useTexts(texts)
  const confirm = useConfirm()
  const revoke = useAction({
    work: () => client.call('DELETE /api/tokens/:token_id', { params: { token_id } }),
    done: () => t.revoked(name),
    stale: [topics.tokens],
  })
  const ask = () =>
    confirm({
      title: t.revokeTitle(name),
      content: t.revokeHelp,
      ok: t.revoke,
      isDangerous: true,
      run: () => revoke.mutateAsync(),
    })
  return (
    <Button size="small" danger aria-label={t.revokeOf(name)} onClick={ask}>
      {t.revoke}
    </Button>
  )
}
