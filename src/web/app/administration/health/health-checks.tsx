import { CheckCircleFilled, CloseCircleFilled, LoadingOutlined } from '@ant-design/icons'
import { Alert } from 'antd'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { StorageState } from '../../../../contract/index.ts'
import { bytes } from '../../language/format.ts'
import { useTexts } from '../../language/texts.ts'
import { useMe } from '../../server/session.ts'
import { texts as administrationTexts } from '../texts.ts'
import type { CheckName, Readiness } from './readiness.ts'
import { texts } from './texts.ts'

type Text = (typeof texts)['en']

interface Props {
  readiness: Readiness | undefined
  storage: StorageState | undefined
  detectors: { alive: number | null; all: number | null }
}

interface Warning {
  what: string
  next: string
  /** Where something can be done about it. */
  section?: 'models' | 'retention'
}

const checkNames: readonly CheckName[] = ['database', 'detector', 'queue']
const LOW_BYTES = 2_000_000_000
const LOW_SHARE = 0.05

/** What the server needs in order to serve, whether it has it, and what to do where it does not. */
export function HealthChecks({ readiness, storage, detectors }: Props) {
  const t = useTexts(texts)
  const sectionNames = useTexts(administrationTexts)
  const { auth } = useMe()
  const isReady = readiness?.status === 'ready'
  const warnings = warningsOf(t, { readiness, storage, detectors }, auth)
  return (
    <section className="panel" aria-busy={readiness === undefined}>
      <div role="status">
        <h2>{readiness === undefined ? t.checks : isReady ? t.allWell : t.notReady}</h2>
      </div>
      <ul className="health-checks">
        {checkNames.map((name) => (
          <Check key={name} name={name} isGood={readiness?.checks[name] ?? null} />
        ))}
      </ul>
      {warnings.length === 0 ? null : <h3>{t.warnings}</h3>}
      {warnings.map(({ what, next, section }) => (
        <Alert
          key={what}
          type="warning"
          showIcon
          title={what}
          description={next}
          action={
            section === undefined ? undefined : <Link to={`/administration/${section}`}>{sectionNames[section]}</Link>
          }
        />
      ))}
    </section>
  )
}

function Check({ name, isGood }: { name: CheckName; isGood: boolean | null }) {
  const t = useTexts(texts)
  const state = isGood === null ? 'waiting' : isGood ? 'good' : 'bad'
  return (
    <li data-state={state}>
      {icons[state]}
      <span>
        <strong>{t[name]}</strong> {isGood === null ? null : t[`${name}_${isGood ? 'good' : 'bad'}`]}
        {isGood === false ? <span className="health-check-help">{t[`${name}_help`]}</span> : null}
      </span>
    </li>
  )
}

const icons: Record<'waiting' | 'good' | 'bad', ReactNode> = {
  waiting: <LoadingOutlined aria-hidden />,
  good: <CheckCircleFilled aria-hidden />,
  bad: <CloseCircleFilled aria-hidden />,
}

function warningsOf(t: Text, { readiness, storage, detectors }: Props, auth: 'open' | 'required'): Warning[] {
  const warnings = (readiness?.warnings ?? []).map((code): Warning => {
    if (code === 'model_fallback') return { what: t.model_fallback, next: t.model_fallback_help, section: 'models' }
    return { what: t.otherWarning(code), next: t.otherWarning_help }
  })
  const { alive, all } = detectors
  if (alive !== null && all !== null && alive > 0 && alive < all) {
    warnings.push({ what: t.detectorsMissing(alive, all), next: t.detectorsMissing_help })
  }
  if (storage !== undefined && isLow(storage)) {
    warnings.push({ what: t.diskLow(bytes(storage.media_free_bytes)), next: t.diskLow_help, section: 'retention' })
  }
  if (auth === 'open') warnings.push({ what: t.openAccess, next: t.openAccess_help })
  return warnings
}

function isLow({ media_free_bytes: free, media_total_bytes: total }: StorageState): boolean {
  return free < LOW_BYTES || free < total * LOW_SHARE
}
