import { Checkbox, Form, Input } from 'antd'
import { useTexts } from '../../language/texts.ts'
import type { EnteredCamera } from './entered-camera.ts'
import { texts } from './texts.ts'

/** Of a form of EnteredCamera: written and never read. */
export function CredentialFields({ hasCredentials }: { hasCredentials: boolean }) {
  const t = useTexts(texts)
  const form = Form.useFormInstance<EnteredCamera>()
  const forgets = Form.useWatch('forgets', form) === true
  return (
    <>
      <div className="camera-credentials">
        <Form.Item name="username" label={t.username}>
          <Input autoComplete="off" spellCheck={false} maxLength={200} disabled={forgets} />
        </Form.Item>
        <Form.Item name="password" label={t.password}>
          <Input.Password autoComplete="new-password" maxLength={200} disabled={forgets} />
        </Form.Item>
        <p className="muted">{hasCredentials ? t.credentialsKept : t.credentialsHelp}</p>
      </div>
      {hasCredentials ? (
        <Form.Item name="forgets" valuePropName="checked">
          <Checkbox onChange={() => form.setFieldsValue({ username: '', password: '' })}>{t.forget}</Checkbox>
        </Form.Item>
      ) : null}
    </>
  )
}
