import { Button, Drawer } from 'antd'
import { useNavigate } from 'react-router'
import { useTexts } from '../language/texts.ts'
import { NoticeList } from './notice-list.tsx'
import { texts } from './texts.ts'

/** What concerns us, beside whatever page is open. */
export default function NoticesDrawer({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const t = useTexts(texts)
  const navigate = useNavigate()
  const leave = (path: string) => {
    onClose()
    void navigate(path)
  }
  return (
    <Drawer
      open={isOpen}
      onClose={onClose}
      title={t.title}
      size="min(480px, 100vw)"
      extra={
        <Button type="link" onClick={() => leave('/notices')}>
          {t.allNotices}
        </Button>
      }
      destroyOnHidden
    >
      <NoticeList onNavigate={leave} />
    </Drawer>
  )
}
