import { useMutation } from '@tanstack/react-query'
import { App, Button, Form, Input, Radio, Select, Switch } from 'antd'
import { useEffect } from 'react'
import { HzError } from '../../../client/index.ts'
import type { Notification } from '../../../contract/index.ts'
import { Failure } from '../frame/failure.tsx'
import { useLanguage } from '../language/language.ts'
import { useTexts } from '../language/texts.ts'
import { client } from '../server/client.ts'
import { queries, topics } from '../server/queries.ts'
import { useUsers } from '../server/users.ts'
import { CATEGORIES, type Draft, draftOf, emptyDraft, fieldOf, LEVELS, notificationOf, ROLES } from './draft.ts'
import { NoticePreview } from './notice-preview.tsx'
import { texts } from './texts.ts'
import { toastTexts } from './toast-texts.ts'

/** As the server's, which does not say it in words. */
const LINK = /^(https?:\/\/[^\s\\]+|\/(?!\/)[^\s\\]*)$/

interface Props {
  /** What to begin with; null: nothing. */
  template: Notification | null
  onPublished: () => void
}

/** An administrator writes a notice, and sees beside it what others will see. */
export function ComposeForm({ template, onPublished }: Props) {
  const t = useTexts(texts)
  const levels = useTexts(toastTexts)
  const language = useLanguage()
  const { message } = App.useApp()
  const [form] = Form.useForm<Draft>()
  const draft: Draft = { ...emptyDraft, ...(Form.useWatch([], form) as Partial<Draft> | undefined) }
  useEffect(() => {
    if (template !== null) form.setFieldsValue(draftOf(template))
  }, [template, form])

  const publish = useMutation({
    mutationFn: (entered: Draft) => client.call('POST /api/notifications', { body: notificationOf(entered) }),
    onSuccess: ({ state }) => {
      void queries.invalidateQueries({ queryKey: [topics.notices] })
      void message.success(state === 'scheduled' ? t.scheduled : t.published)
      form.resetFields()
      onPublished()
    },
    onError: (err) => showAtFields(err),
  })
  /** What the server says of a field is said at the field. */
  const showAtFields = (err: unknown) => {
    const problems = err instanceof HzError ? err.fields : []
    const known = problems.flatMap(({ field, expected, expected_zh }) => {
      const name = fieldOf(field)
      return name === null ? [] : [{ name, errors: [language === 'en' ? expected : (expected_zh ?? expected)] }]
    })
    form.setFields(known)
    const [first] = known
    if (first !== undefined) form.focusField(first.name)
  }
  const isSaidAtFields = publish.error instanceof HzError && publish.error.fields.some(({ field }) => fieldOf(field))

  return (
    <div className="compose">
      <Form<Draft>
        form={form}
        className="panel"
        layout="vertical"
        initialValues={emptyDraft}
        scrollToFirstError
        onFinish={(entered) => publish.mutate({ ...emptyDraft, ...entered })}
      >
        <Form.Item
          name="title"
          label={t.heading}
          rules={[{ required: true, whitespace: true, message: t.headingNeeded }]}
        >
          <Input maxLength={200} showCount autoComplete="off" />
        </Form.Item>
        <Form.Item
          name="message"
          label={t.message}
          extra={t.messageHelp}
          rules={[{ required: true, whitespace: true, message: t.messageNeeded }]}
        >
          <Input.TextArea maxLength={5000} showCount autoSize={{ minRows: 4, maxRows: 14 }} />
        </Form.Item>
        <div className="compose-pair">
          <Form.Item name="level" label={t.level} extra={t.levelHelp}>
            <Select options={LEVELS.map((value) => ({ value, label: levels[value] }))} />
          </Form.Item>
          <Form.Item name="category" label={t.category}>
            <Select options={CATEGORIES.map((value) => ({ value, label: t[value] }))} />
          </Form.Item>
        </div>
        <AudienceFields kind={draft.audienceKind} />
        <div className="compose-pair">
          <Form.Item name="startsAt" label={t.startsAt} extra={t.startsAtHelp}>
            <Input type="datetime-local" />
          </Form.Item>
          <Form.Item name="expiresAt" label={t.expiresAt} extra={t.expiresAtHelp}>
            <Input type="datetime-local" />
          </Form.Item>
        </div>
        <Form.Item
          name="actionUrl"
          label={t.actionUrl}
          extra={t.actionUrlHelp}
          rules={[{ pattern: LINK, message: t.actionUrlWrong }]}
        >
          <Input maxLength={2000} autoComplete="off" inputMode="url" />
        </Form.Item>
        <Form.Item name="actionRequired" label={t.actionRequired} extra={t.actionRequiredHelp} valuePropName="checked">
          <Switch />
        </Form.Item>
        {publish.error === null || isSaidAtFields ? null : <Failure error={publish.error} />}
        <div className="row">
          <Button type="primary" htmlType="submit" loading={publish.isPending}>
            {draft.startsAt === '' ? t.publish : t.schedule}
          </Button>
          <Button onClick={() => form.resetFields()}>{t.reset}</Button>
        </div>
      </Form>
      <NoticePreview draft={draft} />
    </div>
  )
}

function AudienceFields({ kind }: { kind: Draft['audienceKind'] }) {
  const t = useTexts(texts)
  const users = useUsers()
  return (
    <>
      <Form.Item name="audienceKind" label={t.audience}>
        <Radio.Group
          options={[
            { value: 'all', label: t.everyone },
            { value: 'role', label: t.byRole },
            { value: 'user', label: t.oneUser },
          ]}
        />
      </Form.Item>
      {kind === 'role' ? (
        <Form.Item name="role" label={t.role}>
          <Select options={ROLES.map((value) => ({ value, label: t[value] }))} />
        </Form.Item>
      ) : null}
      {kind === 'user' ? (
        <Form.Item
          name="userId"
          label={t.person}
          extra={t.personHelp}
          rules={[{ required: true, message: t.personNeeded }]}
        >
          <Select
            showSearch={{ optionFilterProp: 'words' }}
            options={users.flatMap(({ user_id, username, display_name }) =>
              user_id === null
                ? []
                : [
                    {
                      value: user_id,
                      label: display_name === '' ? username : `${display_name} (${username})`,
                      words: `${username} ${display_name}`,
                    },
                  ],
            )}
          />
        </Form.Item>
      ) : null}
    </>
  )
}
