import { UserAddOutlined } from '@ant-design/icons'
import { Alert, Button } from 'antd'
import { useState } from 'react'
import type { User } from '../../../../contract/index.ts'
import { roleTexts } from '../../account/role-texts.ts'
import { Failure } from '../../frame/failure.tsx'
import { dateTime } from '../../language/format.ts'
import { useTexts } from '../../language/texts.ts'
import { useMe } from '../../server/session.ts'
import { useAllUsers } from '../../server/users.ts'
import { Badge } from '../../table/badge.tsx'
import { type Column, DataTable } from '../../table/data-table.tsx'
import { NewUserDialog } from './new-user-dialog.tsx'
import { texts } from './texts.ts'
import { UserActions } from './user-actions.tsx'

/** Who may come in, as what, and who no longer. */
export function UsersSection() {
  const t = useTexts(texts)
  const { auth } = useMe()
  const users = useAllUsers()
  const columns = useColumns()
  const [isCreating, setCreating] = useState(false)
  return (
    <div className="administration-section">
      {auth === 'open' ? <Alert type="info" showIcon title={t.openAccess} description={t.openAccessHelp} /> : null}
      <section className="panel">
        <div className="administration-head">
          <div className="row">
            <h2>{t.title}</h2>
            <span className="muted number">{users.data && t.summary(users.data.length)}</span>
          </div>
          <Button type="primary" icon={<UserAddOutlined aria-hidden />} onClick={() => setCreating(true)}>
            {t.create}
          </Button>
        </div>
        {users.error === null ? (
          <DataTable
            caption={t.title}
            columns={columns}
            rows={users.data}
            keyOf={({ username }) => username}
            empty={t.empty}
          />
        ) : (
          <Failure error={users.error} onRetry={() => void users.refetch()} />
        )}
      </section>
      <NewUserDialog isOpen={isCreating} onClose={() => setCreating(false)} />
    </div>
  )
}

function useColumns(): Column<User>[] {
  const t = useTexts(texts)
  const roles = useTexts(roleTexts)
  const { userId } = useMe()
  return [
    {
      key: 'username',
      title: t.username,
      cell: ({ username, display_name, user_id }) => (
        <span>
          {username}
          {user_id !== null && user_id === userId ? <span className="muted">{t.you}</span> : null}
          {display_name === '' ? null : <span className="muted"> {display_name}</span>}
        </span>
      ),
    },
    { key: 'role', title: t.role, cell: ({ role }) => roles[role] },
    {
      key: 'state',
      title: t.state,
      cell: ({ disabled }) =>
        disabled ? <Badge kind="bad">{t.disabled}</Badge> : <Badge kind="good">{t.enabled}</Badge>,
    },
    { key: 'created', title: t.created, cell: ({ created_at }) => dateTime(created_at) },
    { key: 'actions', title: t.actions, isTitleHidden: true, cell: (user) => <UserActions user={user} /> },
  ]
}
