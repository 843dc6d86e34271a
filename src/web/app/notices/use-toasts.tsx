import { App } from 'antd'
import { useEffect, useRef } from 'react'
import { useNavigate } from 'react-router'
import { HzError } from '../../../client/index.ts'
import type { NotificationMessage } from '../../../contract/index.ts'
import { languageNow } from '../language/language.ts'
import { client } from '../server/client.ts'
import { describeError } from '../server/error-texts.ts'
import { acknowledge, markRead } from './receipts.ts'
import { ToastBody, ToastButtons } from './toast.tsx'

const READING = { leastS: 6, mostS: 10, charsPerS: 20 }

/**
 * Shows notices as they come, each once: what a connection tells again at its start (`snapshot`) is no news. What asks for
 * something is shown from the list of unread ones as well, so that it is there until it is acknowledged.
 * @param unread what is unread according to the server; undefined: not known yet
 * @param isQuiet the list of notices is open, where they are seen as well
 */
export function useToasts(
  unread: readonly NotificationMessage[] | undefined,
  isQuiet: boolean,
  onDetails: () => void,
): void {
  const { notification, message } = App.useApp()
  const navigate = useNavigate()
  /** Those that are open, and whether the server has listed them as unread since. */
  const open = useRef(new Map<string, { wasListed: boolean }>())
  const latest = useRef({ onDetails, navigate, isQuiet })
  latest.current = { onDetails, navigate, isQuiet }

  const close = (id: string) => {
    open.current.delete(id)
    notification.destroy(id)
  }
  const closeAll = () => {
    for (const id of open.current.keys()) close(id)
  }
  const settle = (id: string, work: Promise<void>) => {
    work.then(
      () => close(id),
      (err: unknown) => {
        // It has expired or been withdrawn meanwhile: nothing is left to be done about it.
        if (err instanceof HzError && err.code === 'NOTIFICATION_NOT_FOUND') close(id)
        else void message.error(describeError(err, languageNow()).what)
      },
    )
  }
  const show = (notice: NotificationMessage, wasListed: boolean) => {
    const { notification_id: id, level, action_required } = notice
    const onNavigate = (path: string) => {
      if (!action_required) settle(id, markRead(id))
      void latest.current.navigate(path)
    }
    open.current.set(id, { wasListed })
    notification.open({
      key: id,
      type: level,
      title: <span className="wrap">{notice.title}</span>,
      description: <ToastBody {...{ notice, onNavigate }} />,
      actions: (
        <ToastButtons
          {...{ notice, onNavigate }}
          onDetails={() => latest.current.onDetails()}
          onUnderstood={() => settle(id, markRead(id))}
          onAcknowledge={() => settle(id, acknowledge(id))}
        />
      ),
      duration: level === 'error' || action_required ? false : secondsToRead(notice),
      ...(action_required && { closable: false }),
      role: level === 'error' || action_required ? 'alert' : 'status',
      onClose: () => open.current.delete(id),
    })
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: for as long as the page is there
  useEffect(() => {
    const ends = [
      client.socket.on('system_notification', ({ data, snapshot }) => {
        const isNews = snapshot !== true && !open.current.has(data.notification_id)
        if (isNews && !latest.current.isQuiet) show(data, false)
      }),
      client.socket.on('notification_withdrawn', ({ data }) => close(data.notification_id)),
    ]
    return () => {
      for (const end of ends) end()
      closeAll()
    }
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: only what the server lists makes a difference
  useEffect(() => {
    if (isQuiet) return closeAll()
    if (unread === undefined) return
    const listed = new Set(unread.map(({ notification_id }) => notification_id))
    for (const [id, state] of open.current) {
      if (listed.has(id)) state.wasListed = true
      else if (state.wasListed) close(id) // Read or acknowledged elsewhere.
    }
    for (const notice of unread) {
      if (notice.action_required && !open.current.has(notice.notification_id)) show(notice, true)
    }
  }, [unread, isQuiet])
}

function secondsToRead({ title, message }: NotificationMessage): number {
  const { leastS, mostS, charsPerS } = READING
  return Math.min(mostS, leastS + (title.length + message.length) / charsPerS / 2)
}
