import { Alert, Form, Input, Modal, Select } from 'antd'
import { Failure } from '../frame/failure.tsx'
import { texts as frameTexts } from '../frame/texts.ts'
import { useAction } from '../frame/use-action.ts'
import { useTexts } from '../language/texts.ts'
import { client } from '../server/client.ts'
import { topics } from '../server/queries.ts'
import { curlExample } from './curl-example.ts'
import { SecretField } from './secret-field.tsx'
import { texts } from './texts.ts'

interface Entered {
  name: string
  /** 0: without end. */
  days: number
}

const DAY_MS = 86_400_000
const MAX_NAME_CHARS = 100
const lives = [7, 30, 90, 365]

/** Makes a token, then shows it: this once. */
export function NewTokenDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const t = useTexts(texts)
  const { cancel } = useTexts(frameTexts)
  const [form] = Form.useForm<Entered>()
  const create = useAction({
    work: ({ name, days }: Entered) => {
      const expires_at = days === 0 ? null : new Date(Date.now() + days * DAY_MS).toISOString()
      return client.call('POST /api/tokens', { body: { name: name.trim(), expires_at } })
    },
    stale: [topics.tokens],
    isFailureShown: true,
  })
  const created = create.data
  return (
    <Modal
      open={isOpen}
      title={t.createToken}
      onCancel={onClose}
      okText={created ? t.done : t.create}
      cancelText={cancel}
      cancelButtonProps={created ? { style: { display: 'none' } } : {}}
      confirmLoading={create.isPending}
      mask={{ closable: false }}
      onOk={() => (created ? onClose() : form.submit())}
      afterClose={() => create.reset()}
      destroyOnHidden
    >
      {created ? (
        <div className="account-created">
          <Alert type="success" showIcon title={t.tokenCreated} description={t.tokenOnce} />
          <SecretField label={t.token} value={created.token} />
          <h3>{t.example}</h3>
          <pre className="account-example">{curlExample(created.token)}</pre>
        </div>
      ) : (
        <Form<Entered>
          form={form}
          layout="vertical"
          preserve={false}
          requiredMark={false}
          initialValues={{ days: 90 }}
          onFinish={(entered) => create.mutate(entered)}
        >
          <Form.Item
            name="name"
            label={t.tokenName}
            extra={t.tokenNameHelp}
            rules={[{ required: true, whitespace: true, message: t.tokenNameNeeded }]}
          >
            <Input maxLength={MAX_NAME_CHARS} />
          </Form.Item>
          <Form.Item name="days" label={t.expiry}>
            <Select
              options={[...lives.map((days) => ({ value: days, label: t.days(days) })), { value: 0, label: t.forever }]}
            />
          </Form.Item>
          {create.error === null ? null : <Failure error={create.error} />}
        </Form>
      )}
    </Modal>
  )
}
