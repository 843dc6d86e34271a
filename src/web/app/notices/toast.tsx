import { Button } from 'antd'
import type { NotificationMessage } from '../../../contract/index.ts'
import { useTexts } from '../language/texts.ts'
import { NoticeLink } from './notice-link.tsx'
import './toast.css'
import { toastTexts } from './toast-texts.ts'

/** What a reader can do with a toast. */
export interface ToastActions {
  onDetails: () => void
  onUnderstood: () => void
  onAcknowledge: () => void
  onNavigate: (path: string) => void
}

/** A notice in a corner of the page, in short. It is text and nothing else, whatever its author wrote. */
export function ToastBody({ notice, onNavigate }: { notice: NotificationMessage } & Pick<ToastActions, 'onNavigate'>) {
  const { message, action_url } = notice
  return (
    <>
      <p className="toast-message wrap">{message}</p>
      {action_url === null ? null : (
        <p className="wrap">
          <NoticeLink url={action_url} onNavigate={onNavigate} />
        </p>
      )}
    </>
  )
}

export function ToastButtons({ notice, ...actions }: { notice: NotificationMessage } & ToastActions) {
  const t = useTexts(toastTexts)
  return (
    <div className="row">
      <Button size="small" onClick={actions.onDetails}>
        {t.details}
      </Button>
      {notice.action_required ? (
        <Button size="small" type="primary" onClick={actions.onAcknowledge}>
          {t.acknowledge}
        </Button>
      ) : (
        <Button size="small" type="primary" onClick={actions.onUnderstood}>
          {t.understood}
        </Button>
      )}
    </div>
  )
}
