import { BellOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useShortcuts } from '../frame/shortcuts.ts'
import { useTexts } from '../language/texts.ts'
import { useUnread } from './receipts.ts'
import { toastTexts } from './toast-texts.ts'
import { useToasts } from './use-toasts.tsx'

const NoticesDrawer = lazy(() => import('./notices-drawer.tsx'))

/** How much is unread, on every page, and the way to it. New notices show themselves. */
export function NoticesBell() {
  const t = useTexts(toastTexts)
  const unread = useUnread()
  const [isOpen, setOpen] = useState(false)
  const [wasOpened, setWasOpened] = useState(false)
  const openDrawer = () => {
    setWasOpened(true)
    setOpen(true)
  }
  useToasts(unread?.notices, isOpen, openDrawer)
  useShortcuts(t.reminders, [{ key: 'n', text: t.openNotices, run: openDrawer }])
  const count = unread?.count ?? '0'
  return (
    <>
      <Button
        className="bell no-print"
        type="text"
        icon={<BellOutlined />}
        aria-label={t.bell(count)}
        aria-haspopup="dialog"
        onClick={openDrawer}
      >
        {count === '0' ? null : (
          <span className="bell-count" aria-hidden>
            {count}
          </span>
        )}
      </Button>
      {wasOpened ? (
        <Suspense>
          <NoticesDrawer isOpen={isOpen} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  )
}
