import { Button, Form, Input } from 'antd'
import { MAX_PASSWORD_CHARS, useAccountRules } from '../../account/account-rules.ts'
import { newPassword } from '../../account/new-password.ts'
import { useTexts } from '../../language/texts.ts'
import { texts } from './texts.ts'
import './users.css'

/** A password for somebody else: typed, or made here. Of a form with the field `password`. */
export function NewPasswordField() {
  const t = useTexts(texts)
  const rules = useAccountRules()
  const form = Form.useFormInstance()
  return (
    <Form.Item label={t.password} htmlFor="password" extra={t.passwordHelp} required>
      <div className="password-field">
        <Form.Item name="password" noStyle rules={rules.newPassword}>
          <Input.Password id="password" autoComplete="new-password" maxLength={MAX_PASSWORD_CHARS} />
        </Form.Item>
        <Button onClick={() => form.setFieldValue('password', newPassword())}>{t.generate}</Button>
      </div>
    </Form.Item>
  )
}
