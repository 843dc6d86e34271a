import { Form, Input, Modal } from 'antd'
import type { Role, User } from '../../../../contract/index.ts'
import { Failure } from '../../frame/failure.tsx'
import { texts as frameTexts } from '../../frame/texts.ts'
import { useAction } from '../../frame/use-action.ts'
import { useTexts } from '../../language/texts.ts'
import { client } from '../../server/client.ts'
import { topics } from '../../server/queries.ts'
import { useMe } from '../../server/session.ts'
import { RoleField } from './role-field.tsx'
import { texts } from './texts.ts'

interface Entered {
  display_name: string
  role: Role
}

interface Props {
  user: User
  isOpen: boolean
  onClose: () => void
}

const MAX_NAME_CHARS = 100

export function EditUserDialog({ user, isOpen, onClose }: Props) {
  const t = useTexts(texts)
  const { cancel } = useTexts(frameTexts)
  const { userId } = useMe()
  const [form] = Form.useForm<Entered>()
  const save = useAction({
    work: async (entered: Entered) => {
      await client.call('PATCH /api/users/:user_id', { params: { user_id: user.user_id as number }, body: entered })
      onClose()
    },
    done: () => t.saved,
    stale: [topics.users],
    isFailureShown: true,
  })
  return (
    <Modal
      open={isOpen}
      title={t.editOf(user.username)}
      onCancel={onClose}
      okText={t.save}
      cancelText={cancel}
      confirmLoading={save.isPending}
      onOk={() => form.submit()}
      afterClose={() => save.reset()}
      destroyOnHidden
    >
      <Form<Entered>
        form={form}
        layout="vertical"
        preserve={false}
        initialValues={{ display_name: user.display_name, role: user.role }}
        onFinish={(entered) => save.mutate(entered)}
      >
        <Form.Item name="display_name" label={t.displayName} extra={t.displayNameHelp}>
          <Input autoComplete="off" maxLength={MAX_NAME_CHARS} />
        </Form.Item>
        <RoleField help={user.user_id === userId ? t.ownRoleHelp : undefined} />
        {save.error === null ? null : <Failure error={save.error} />}
      </Form>
    </Modal>
  )
}
