import { Alert } from 'antd'
import { Link } from 'react-router'
import { Failure } from '../frame/failure.tsx'
import { useTexts } from '../language/texts.ts'
import type { CameraProblem } from './camera.ts'
import type { LivePhase } from './live-session.ts'
import { texts } from './texts.ts'

interface Props {
  phase: LivePhase
  problem: CameraProblem | null
}

/** What went wrong and what to do about it, or where the record is. */
export function LiveNotice({ phase, problem }: Props) {
  const t = useTexts(texts)
  return (
    <>
      {problem === null ? null : (
        <Alert
          type="warning"
          showIcon
          role="alert"
          title={t[`problem_${problem}`]}
          description={t[`problemHelp_${problem}`]}
        />
      )}
      {phase.kind === 'live' && phase.isWaiting ? (
        <Alert type="warning" showIcon role="alert" title={t.connectionLost} description={t.connectionLostHelp} />
      ) : null}
      {phase.kind === 'failed' ? <Failure error={phase.error} /> : null}
      {phase.kind === 'ended' ? (
        <Alert
          type="success"
          showIcon
          role="status"
          title={t.saved(phase.signs)}
          description={<Link to={`/records/${phase.recordId}`}>{t.toRecord}</Link>}
        />
      ) : null}
    </>
  )
}
