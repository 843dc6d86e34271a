import {
  CheckCircleOutlined,
  CloseCircleOutlined,
  ExclamationCircleOutlined,
  InfoCircleOutlined,
} from '@ant-design/icons'
import { Tag } from 'antd'
import { type ReactNode, type Ref, useId } from 'react'
import type { Notification } from '../../../contract/index.ts'
import { dateTime } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import { NoticeLink } from './notice-link.tsx'
import './notices.css'
import { texts } from './texts.ts'
import { toastTexts } from './toast-texts.ts'

export const levelIcons = {
  info: <InfoCircleOutlined />,
  success: <CheckCircleOutlined />,
  warning: <ExclamationCircleOutlined />,
  error: <CloseCircleOutlined />,
} as const

export type ShownNotice = Pick<
  Notification,
  'title' | 'message' | 'level' | 'category' | 'action_url' | 'starts_at' | 'expires_at'
>

interface Props {
  notice: ShownNotice
  isUnread?: boolean
  onNavigate: (path: string) => void
  /** Below the text. */
  children?: ReactNode
  handle?: Ref<HTMLElement>
}

/** A notice in full. Its text is shown as it was written, and never as HTML. */
export function NoticeEntry({ notice, isUnread = false, onNavigate, children, handle }: Props) {
  const t = useTexts(texts)
  const levels = useTexts(toastTexts)
  const id = useId()
  const { title, message, level, category, action_url, starts_at, expires_at } = notice
  return (
    <article
      ref={handle}
      className="notice"
      data-level={level}
      data-unread={isUnread || undefined}
      aria-labelledby={id}
    >
      <span className="notice-icon" title={levels[level]}>
        {levelIcons[level]}
        <span className="visually-hidden">{levels[level]}</span>
      </span>
      <div className="notice-body">
        <h3 id={id} className="wrap">
          {title}
          {isUnread ? <span className="notice-new">{t.unread}</span> : null}
        </h3>
        <p className="muted notice-meta">
          <Tag>{t[category]}</Tag>
          <time dateTime={starts_at}>{dateTime(starts_at)}</time>
          {expires_at === null ? null : <span>{t.until(dateTime(expires_at))}</span>}
        </p>
        <p className="notice-message wrap">{message}</p>
        {action_url === null ? null : (
          <p className="wrap">
            <NoticeLink url={action_url} onNavigate={onNavigate} />
          </p>
        )}
        {children}
      </div>
    </article>
  )
}
