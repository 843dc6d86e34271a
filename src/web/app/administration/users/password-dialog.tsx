import { Form, Modal } from 'antd'
import type { User } from '../../../../contract/index.ts'
import { Failure } from '../../frame/failure.tsx'
import { texts as frameTexts } from '../../frame/texts.ts'
import { useAction } from '../../frame/use-action.ts'
import { useTexts } from '../../language/texts.ts'
import { client } from '../../server/client.ts'
import { topics } from '../../server/queries.ts'
import { HandedOver } from './handed-over.tsx'
import { NewPasswordField } from './new-password-field.tsx'
import { texts } from './texts.ts'

interface Props {
  user: User
  isOpen: boolean
  onClose: () => void
}

/** Gives somebody a new password, and shows it once. */
export function PasswordDialog({ user, isOpen, onClose }: Props) {
  const t = useTexts(texts)
  const { cancel } = useTexts(frameTexts)
  const [form] = Form.useForm<{ password: string }>()
  const change = useAction({
    work: (body: { password: string }) =>
      client.call('PATCH /api/users/:user_id', { params: { user_id: user.user_id as number }, body }),
    stale: [topics.users],
    isFailureShown: true,
  })
  const isDone = change.isSuccess
  return (
    <Modal
      open={isOpen}
      title={t.newPasswordOf(user.username)}
      onCancel={onClose}
      okText={isDone ? t.done : t.save}
      cancelText={cancel}
      cancelButtonProps={isDone ? { style: { display: 'none' } } : {}}
      confirmLoading={change.isPending}
      mask={{ closable: false }}
      onOk={() => (isDone ? onClose() : form.submit())}
      afterClose={() => change.reset()}
      destroyOnHidden
    >
      {isDone ? (
        <HandedOver title={t.passwordSet} username={user.username} password={change.variables.password} />
      ) : (
        <Form form={form} layout="vertical" preserve={false} requiredMark={false} onFinish={change.mutate}>
          <p className="muted">{t.newPasswordHelp}</p>
          <NewPasswordField />
          {change.error === null ? null : <Failure error={change.error} />}
        </Form>
      )}
    </Modal>
  )
}
