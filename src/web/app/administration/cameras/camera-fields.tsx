import { Checkbox, Form, Input, Radio } from 'antd'
import { useTexts } from '../../language/texts.ts'
import { CredentialFields } from './credential-fields.tsx'
import { OptionFields } from './option-fields.tsx'
import { texts } from './texts.ts'

const MAX_NAME_CHARS = 100
const MAX_URL_CHARS = 2000
const EXAMPLE = 'rtsp://192.168.10.7/stream1'

/** Everything that is asked about a camera. */
export function CameraFields({ isNew, hasCredentials }: { isNew: boolean; hasCredentials: boolean }) {
  const t = useTexts(texts)
  const audiences = (['analysts', 'everyone'] as const).map((value) => ({ value, label: t[value] }))
  return (
    <>
      <Form.Item
        name="name"
        label={t.name}
        extra={t.nameHelp}
        rules={[{ required: true, whitespace: true, message: t.nameNeeded }]}
      >
        <Input autoComplete="off" maxLength={MAX_NAME_CHARS} />
      </Form.Item>
      <Form.Item
        name="url"
        label={t.url}
        extra={hasCredentials ? t.urlKept : t.urlHelp}
        rules={[{ required: true, whitespace: true, message: t.urlNeeded }]}
      >
        <Input autoComplete="off" inputMode="url" spellCheck={false} maxLength={MAX_URL_CHARS} placeholder={EXAMPLE} />
      </Form.Item>
      <CredentialFields hasCredentials={hasCredentials} />
      <Form.Item name="audience" label={t.audience} extra={t.audienceHelp}>
        <Radio.Group options={audiences} />
      </Form.Item>
      <OptionFields />
      {isNew ? (
        <Form.Item name="enabled" valuePropName="checked" noStyle>
          <Checkbox>{t.start}</Checkbox>
        </Form.Item>
      ) : (
        <p className="muted">{t.reconnects}</p>
      )}
    </>
  )
}
