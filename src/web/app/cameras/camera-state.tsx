import type { Camera, CameraState } from '../../../contract/index.ts'
import { time } from '../language/format.ts'
import { useLanguage } from '../language/language.ts'
import { useTexts } from '../language/texts.ts'
import { Badge, type BadgeKind } from '../table/badge.tsx'
import './cameras.css'
import { texts } from './texts.ts'

const kinds: Record<CameraState, BadgeKind> = {
  live: 'good',
  connecting: 'plain',
  waiting: 'caution',
  refused: 'bad',
  disabled: 'plain',
}

export function CameraBadge({ camera: { state, next_try_at } }: { camera: Camera }) {
  const t = useTexts(texts)
  const isForPlace = state === 'waiting' && next_try_at === null
  return <Badge kind={kinds[state]}>{isForPlace ? t.waitingForPlace : t[state]}</Badge>
}

/** Why a camera does not run, and what comes next; nothing while it does. */
export function CameraTrouble({ camera, isAdministrator }: { camera: Camera; isAdministrator: boolean }) {
  const t = useTexts(texts)
  const language = useLanguage()
  const { state, next_try_at, last_error: error } = camera
  if (error === null || (state !== 'waiting' && state !== 'refused')) return null
  const help = t[`help_${error.code}` as 'help_CAMERA_URL_REFUSED'] as string | undefined
  return (
    <div className="camera-trouble wrap">
      <p>{language === 'en' ? error.message : error.message_zh}</p>
      {isAdministrator && help !== undefined ? <p>{help}</p> : null}
      {state === 'waiting' && next_try_at !== null ? <p className="muted">{t.retryAt(time(next_try_at))}</p> : null}
      {state === 'refused' ? <p className="muted">{t.untilChanged}</p> : null}
    </div>
  )
}
