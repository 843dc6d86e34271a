import { Alert, Button } from 'antd'
import type { ActiveModel, ModelSummary } from '../../../../contract/index.ts'
import { dateTime, seconds } from '../../language/format.ts'
import { useTexts } from '../../language/texts.ts'
import { Badge } from '../../table/badge.tsx'
import { texts } from './texts.ts'
import { titleOf } from './use-model-switch.ts'

interface Props {
  model: ModelSummary
  canSwitch: boolean
  onUse: () => void
}

export function ModelCard({ model, canSwitch, onUse }: Props) {
  const t = useTexts(texts)
  const { model_id, title, name, version, licence, classes, precisions, valid, problem, active } = model
  return (
    <li className="model-card" data-active={active !== null || undefined}>
      <div className="administration-head">
        <h3>
          {title ?? name ?? t.untitled} {active === null ? null : <Badge kind="good">{t.active}</Badge>}
          {valid ? null : <Badge kind="bad">{t.broken}</Badge>}
        </h3>
        {active === null && valid ? (
          <Button disabled={!canSwitch} aria-label={t.switchToOf(titleOf(model))} onClick={onUse}>
            {t.switchTo}
          </Button>
        ) : null}
      </div>
      {problem === null ? null : (
        <Alert type="error" showIcon title={`${t.problem}: ${problem}`} description={t.problemHelp} />
      )}
      <Facts
        facts={[
          [t.id, model_id],
          [t.version, version ?? '–'],
          [t.licence, licence ?? t.noLicence],
          [t.classes, classes === null ? '–' : t.classCount(classes)],
          [t.precisions, precisions.length === 0 ? '–' : precisions.join(' / ')],
          ...(active === null ? [] : activeFacts(t, active)),
        ]}
      />
    </li>
  )
}

function Facts({ facts }: { facts: readonly (readonly [string, string])[] }) {
  return (
    <dl className="model-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt className="muted">{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function activeFacts(t: (typeof texts)['en'], active: ActiveModel): [string, string][] {
  const { since, by, precision, precision_check: check, detectors, detectors_alive } = active
  return [
    [t.since, dateTime(since)],
    [t.by, by?.username ?? t.bySettings],
    [t.precision, precision],
    [t.detectors, t.detectorsOf(detectors_alive, detectors)],
    [t.check, check === null ? t.noCheck : checkText(t, check)],
  ]
}

function checkText(t: (typeof texts)['en'], check: NonNullable<ActiveModel['precision_check']>): string {
  const figures = t.checkOf(inSeconds(check.fp32_seconds), inSeconds(check.int8_seconds))
  return `${t[`chose_${check.precision}`]}. ${figures} (${dateTime(check.checked_at)})`
}

/** Below a second the tenth says too little. */
function inSeconds(value: number): string {
  return value < 1 ? `${Math.round(value * 1000)} ms` : seconds(value)
}
