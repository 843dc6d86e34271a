import { useTexts } from '../language/texts.ts'
import { type Draft, notificationOf } from './draft.ts'
import { levelIcons, NoticeEntry } from './notice-entry.tsx'
import { texts } from './texts.ts'
import { ToastBody, ToastButtons } from './toast.tsx'

const nothing = () => {}

/** A notice as its readers will see it; nothing in it can be used. */
export function NoticePreview({ draft }: { draft: Draft }) {
  const t = useTexts(texts)
  const { title, message, ...rest } = draft
  const now = new Date().toISOString()
  const asked = notificationOf(
    inTime({ ...rest, title: title || t.previewTitle, message: message || t.previewMessage }),
  )
  const notice = {
    ...{ notification_id: '', title: asked.title, message: asked.message, level: rest.level, category: rest.category },
    ...{ action_required: rest.actionRequired, action_url: asked.action_url ?? null },
    ...{ starts_at: asked.starts_at ?? now, expires_at: asked.expires_at ?? null },
  }
  const actions = { onDetails: nothing, onUnderstood: nothing, onAcknowledge: nothing, onNavigate: nothing }
  return (
    <section className="compose-preview" aria-label={t.preview}>
      <h2>{t.preview}</h2>
      <p className="muted">{t.asToast}</p>
      <div className="toast-preview" data-level={notice.level} inert>
        <span className="notice-icon">{levelIcons[notice.level]}</span>
        <div className="toast-preview-body">
          <strong className="wrap">{notice.title}</strong>
          <ToastBody notice={notice} onNavigate={nothing} />
          <ToastButtons notice={notice} {...actions} />
        </div>
      </div>
      <p className="muted">{t.asEntry}</p>
      <div className="panel" inert>
        <NoticeEntry notice={notice} isUnread onNavigate={nothing} />
      </div>
    </section>
  )
}

/** While a time is being typed it may be none. */
function inTime(draft: Draft): Draft {
  const timeOf = (text: string) => (Number.isNaN(Date.parse(text)) ? '' : text)
  return { ...draft, startsAt: timeOf(draft.startsAt), expiresAt: timeOf(draft.expiresAt) }
}
