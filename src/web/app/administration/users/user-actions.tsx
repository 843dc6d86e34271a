import { MoreOutlined } from '@ant-design/icons'
import { Button, Dropdown, type MenuProps } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import type { User } from '../../../../contract/index.ts'
import { useAction } from '../../frame/use-action.ts'
import { useConfirm } from '../../frame/use-confirm.ts'
import { useTexts } from '../../language/texts.ts'
import { client } from '../../server/client.ts'
import { topics } from '../../server/queries.ts'
import { useMe } from '../../server/session.ts'
import { EditUserDialog } from './edit-user-dialog.tsx'
import { PasswordDialog } from './password-dialog.tsx'
import { texts } from './texts.ts'

/** What an administrator can do with one account. */
export function UserActions({ user }: { user: User }) {
  const t = useTexts(texts)
  const me = useMe()
  const confirm = useConfirm()
  const navigate = useNavigate()
  const [dialog, setDialog] = useState<'edit' | 'password' | null>(null)
  const { username, disabled } = user
  const params = { user_id: user.user_id as number }
  const isOwn = user.user_id === me.userId
  const setDisabled = useAction({
    work: (isDisabled: boolean) => client.call('PATCH /api/users/:user_id', { params, body: { disabled: isDisabled } }),
    done: (_, isDisabled) => (isDisabled ? t.disabledDone(username) : t.enabledDone(username)),
    stale: [topics.users, topics.tokens],
  })
  const revoke = useAction({
    work: () => client.call('POST /api/users/:user_id/revoke', { params }),
    done: () => t.revoked(username),
    stale: [topics.tokens],
  })
  const menu: MenuProps = {
    items: [
      { key: 'edit', label: t.edit, onClick: () => setDialog('edit') },
      { key: 'password', label: t.setPassword, onClick: () => setDialog('password') },
      {
        key: 'tokens',
        label: t.tokens,
        onClick: () => void navigate(`/administration/tokens?user=${user.user_id}`),
      },
      { type: 'divider' },
      { key: 'revoke', label: t.revoke, danger: true, onClick: askToRevoke },
      disabled
        ? { key: 'enable', label: t.enable, onClick: () => setDisabled.mutate(false) }
        : { key: 'disable', label: t.disable, danger: true, onClick: askToDisable },
    ],
  }
  return (
    <>
      <Dropdown menu={menu} trigger={['click']} placement="bottomRight">
        <Button icon={<MoreOutlined aria-hidden />} aria-label={t.actionsOf(username)} aria-haspopup="menu" />
      </Dropdown>
      <EditUserDialog user={user} isOpen={dialog === 'edit'} onClose={() => setDialog(null)} />
      <PasswordDialog user={user} isOpen={dialog === 'password'} onClose={() => setDialog(null)} />
    </>
  )

  function askToRevoke() {
    confirm({
      title: t.revokeTitle(username),
      content: isOwn ? `${t.revokeHelp}${t.revokeOwn}` : t.revokeHelp,
      ok: t.revokeOk,
      isDangerous: true,
      run: () => revoke.mutateAsync(),
    })
  }

  function askToDisable() {
    confirm({
      title: t.disableTitle(username),
      content: t.disableHelp,
      ok: t.disableOk,
      isDangerous: true,
      run: () => setDisabled.mutateAsync(true),
    })
  }
}
