import { Form, Input, Modal } from 'antd'
import type { Role } from '../../../../contract/index.ts'
import { MAX_USERNAME_CHARS, useAccountRules } from '../../account/account-rules.ts'
import { Failure } from '../../frame/failure.tsx'
import { texts as frameTexts } from '../../frame/texts.ts'
import { useAction } from '../../frame/use-action.ts'
import { useTexts } from '../../language/texts.ts'
import { client } from '../../server/client.ts'
import { topics } from '../../server/queries.ts'
import { HandedOver } from './handed-over.tsx'
import { NewPasswordField } from './new-password-field.tsx'
import { RoleField } from './role-field.tsx'
import { texts } from './texts.ts'

interface Entered {
  username: string
  display_name?: string
  password: string
  role: Role
}

const MAX_NAME_CHARS = 100

/** Makes an account, then shows its password once, to be handed over. */
export function NewUserDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const t = useTexts(texts)
  const { cancel } = useTexts(frameTexts)
  const rules = useAccountRules()
  const [form] = Form.useForm<Entered>()
  const create = useAction({
    work: (entered: Entered) => client.call('POST /api/users', { body: entered }),
    stale: [topics.users],
    isFailureShown: true,
  })
  const isDone = create.isSuccess
  return (
    <Modal
      open={isOpen}
      title={t.create}
      onCancel={onClose}
      okText={isDone ? t.done : t.createNow}
      cancelText={cancel}
      cancelButtonProps={isDone ? { style: { display: 'none' } } : {}}
      confirmLoading={create.isPending}
      mask={{ closable: false }}
      onOk={() => (isDone ? onClose() : form.submit())}
      afterClose={() => create.reset()}
      destroyOnHidden
    >
      {isDone ? (
        <HandedOver title={t.createdTitle} username={create.variables.username} password={create.variables.password} />
      ) : (
        <Form<Entered>
          form={form}
          layout="vertical"
          preserve={false}
          requiredMark={false}
          initialValues={{ role: 'user' }}
          onFinish={(entered) => create.mutate(entered)}
        >
          <Form.Item name="username" label={t.username} rules={rules.username}>
            <Input autoComplete="off" maxLength={MAX_USERNAME_CHARS} />
          </Form.Item>
          <Form.Item name="display_name" label={t.displayName} extra={t.displayNameHelp}>
            <Input autoComplete="off" maxLength={MAX_NAME_CHARS} />
          </Form.Item>
          <RoleField />
          <NewPasswordField />
          {create.error === null ? null : <Failure error={create.error} />}
        </Form>
      )}
    </Modal>
  )
}
