import { ExportOutlined } from '@ant-design/icons'
import type { MouseEvent } from 'react'
import { useTexts } from '../language/texts.ts'
import { toastTexts } from './toast-texts.ts'

interface Props {
  /** As the server let it pass: http(s)://… or /path. */
  url: string
  /** Goes to a page of this application. Given from outside, as toasts are drawn beside the router. */
  onNavigate: (path: string) => void
  onFollow?: () => void
}

const PAGES = /^\/(records|review|statistics|notices|administration|account)?(?=[/?#]|$)/

/** Where a notice leads, in words. Other sites open in a window of their own, and are told nothing of where one came from. */
export function NoticeLink({ url, onNavigate, onFollow }: Props) {
  const t = useTexts(toastTexts)
  const target = addressOf(url)
  if (target === null) return null
  if (target.origin !== location.origin) {
    return (
      <a href={target.href} target="_blank" rel="noopener noreferrer" title={target.href} onClick={onFollow}>
        {t.followOther(target.host)} <ExportOutlined aria-hidden />
      </a>
    )
  }
  const path = `${target.pathname}${target.search}${target.hash}`
  const follow = (event: MouseEvent) => {
    onFollow?.()
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
    if (!isPlain || !PAGES.test(path)) return
    event.preventDefault()
    onNavigate(path)
  }
  return (
    <a href={path} title={path} onClick={follow}>
      {t.follow} <code>{path}</code>
    </a>
  )
}

function addressOf(url: string): URL | null {
  try {
    const address = new URL(url, location.origin)
    return /^https?:$/.test(address.protocol) ? address : null
  } catch {
    return null
  }
}
