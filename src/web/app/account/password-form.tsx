import { Button, Form, Input } from 'antd'
import { Failure } from '../frame/failure.tsx'
import { useAction } from '../frame/use-action.ts'
import { useTexts } from '../language/texts.ts'
import { client } from '../server/client.ts'
import { useMe } from '../server/session.ts'
import { MAX_PASSWORD_CHARS, useAccountRules } from './account-rules.ts'
import { texts } from './texts.ts'

interface Entered {
  current: string
  next: string
  repeated: string
}

/** One's own password; the other sessions end. */
export function PasswordForm() {
  const t = useTexts(texts)
  const rules = useAccountRules()
  const { name } = useMe()
  const [form] = Form.useForm<Entered>()
  const change = useAction({
    work: async ({ current, next }: Entered) => {
      await client.call('POST /api/auth/password', { body: { current_password: current, new_password: next } })
      form.resetFields()
    },
    done: () => t.changed,
    stale: [],
    isFailureShown: true,
  })
  return (
    <Form<Entered>
      form={form}
      name="own-password"
      className="account-form"
      layout="vertical"
      requiredMark={false}
      onFinish={(entered) => change.mutate(entered)}
    >
      {/* So that password managers know whose password changes. */}
      <input type="text" autoComplete="username" value={name ?? ''} readOnly hidden />
      <Form.Item name="current" label={t.currentPassword} rules={[{ required: true, message: t.currentNeeded }]}>
        <Input.Password autoComplete="current-password" maxLength={MAX_PASSWORD_CHARS} />
      </Form.Item>
      <Form.Item name="next" label={t.newPassword} extra={t.newPasswordHelp} rules={rules.newPassword}>
        <Input.Password autoComplete="new-password" maxLength={MAX_PASSWORD_CHARS} />
      </Form.Item>
      <Form.Item
        name="repeated"
        label={t.repeat}
        dependencies={['next']}
        rules={[
          { required: true, message: t.repeatNeeded },
          ({ getFieldValue }) => ({
            validator: async (_, value: string | undefined) => {
              if (value !== undefined && value !== '' && value !== getFieldValue('next')) throw new Error(t.different)
            },
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={MAX_PASSWORD_CHARS} />
      </Form.Item>
      {change.error === null ? null : <Failure error={change.error} />}
      <Button htmlType="submit" loading={change.isPending}>
        {t.change}
      </Button>
    </Form>
  )
}
