import { Alert, Button, Form, InputNumber } from 'antd'
import type { RetentionPolicy } from '../../../../contract/index.ts'
import { Failure } from '../../frame/failure.tsx'
import { useAction } from '../../frame/use-action.ts'
import { useConfirm } from '../../frame/use-confirm.ts'
import { useTexts } from '../../language/texts.ts'
import { client } from '../../server/client.ts'
import { topics } from '../../server/queries.ts'
import { outcomeText } from './outcome-text.ts'
import { PreviewTable } from './preview-table.tsx'
import { texts } from './texts.ts'

const MAX_DAYS = 36_500

/** Cleared fields are undefined or null, as antd has it. */
type Entered = { [K in keyof RetentionPolicy]?: RetentionPolicy[K] }

/** Two ages. They can be saved only once the server has said what they would delete. */
export function PolicyForm({ policy }: { policy: RetentionPolicy }) {
  const t = useTexts(texts)
  const confirm = useConfirm()
  const [form] = Form.useForm<Entered>()
  const entered = policyOf(Form.useWatch([], form) ?? policy)
  const preview = useAction({
    work: (body: RetentionPolicy) => client.call('POST /api/retention/preview', { body }),
    stale: [],
    isFailureShown: true,
  })
  const save = useAction({
    work: (body: RetentionPolicy) => client.call('PUT /api/retention', { body }),
    done: () => t.saved,
    stale: [topics.retention],
    isFailureShown: true,
  })
  const outcome = preview.data
  const isPreviewed = outcome !== undefined && isSame(outcome.policy, entered)
  const canSave = isPreviewed && !isSame(policy, entered)
  return (
    <Form<Entered>
      form={form}
      name="retention"
      layout="vertical"
      initialValues={policy}
      onFinish={(values) => preview.mutate(policyOf(values))}
    >
      <div className="retention-fields">
        <DaysField name="originals_days" label={t.originals} help={t.originalsHelp} />
        <DaysField name="records_days" label={t.records} help={t.recordsHelp} />
      </div>
      <div className="row">
        <Button type="primary" htmlType="submit" loading={preview.isPending}>
          {t.preview}
        </Button>
        <Button danger disabled={!canSave} loading={save.isPending} onClick={askToSave}>
          {t.save}
        </Button>
        <span className="muted">{outcome !== undefined && !isPreviewed ? t.changedSince : t.previewHelp}</span>
      </div>
      <div className="retention-outcome" role="status">
        {isPreviewed ? <PreviewTable outcome={outcome} /> : null}
        {isPreviewed && outcome.reviewed_records > 0 ? (
          <Alert type="warning" showIcon title={t.reviewed(outcome.reviewed_records)} />
        ) : null}
      </div>
      {preview.error === null ? null : <Failure error={preview.error} />}
      {save.error === null ? null : <Failure error={save.error} />}
    </Form>
  )

  function askToSave() {
    if (outcome === undefined) return
    confirm({
      title: t.saveTitle,
      content: (
        <>
          <p>{outcomeText(outcome, t)}</p>
          <p>{t.saveWhen}</p>
        </>
      ),
      ok: t.saveOk,
      isDangerous: true,
      run: () => save.mutateAsync(outcome.policy),
    })
  }
}

function DaysField({ name, label, help }: { name: keyof RetentionPolicy; label: string; help: string }) {
  const t = useTexts(texts)
  return (
    <Form.Item
      name={name}
      label={label}
      extra={help}
      rules={[{ type: 'integer', min: 1, max: MAX_DAYS, message: t.daysRule }]}
    >
      <InputNumber className="retention-days" placeholder={t.forever} suffix={t.days} controls={false} />
    </Form.Item>
  )
}

function policyOf({ originals_days, records_days }: Entered): RetentionPolicy {
  return { originals_days: originals_days ?? null, records_days: records_days ?? null }
}

function isSame(one: RetentionPolicy, other: RetentionPolicy): boolean {
  return one.originals_days === other.originals_days && one.records_days === other.records_days
}
