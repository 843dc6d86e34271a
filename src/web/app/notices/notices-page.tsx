import { Tabs } from 'antd'
import { useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import type { Notification } from '../../../contract/index.ts'
import { useTitle } from '../frame/use-title.ts'
import { useTexts } from '../language/texts.ts'
import { useMe } from '../server/session.ts'
import { ComposeForm } from './compose-form.tsx'
import { NoticeList } from './notice-list.tsx'
import './notices.css'
import { SentList } from './sent-list.tsx'
import { texts } from './texts.ts'

const SECTIONS = ['received', 'sent', 'compose'] as const
type Section = (typeof SECTIONS)[number]

/** What was said to us; and for administrators, what they say to others. */
export function NoticesPage() {
  const t = useTexts(texts)
  useTitle(t.title)
  const navigate = useNavigate()
  const { role } = useMe()
  const [search, setSearch] = useSearchParams()
  const [template, setTemplate] = useState<Notification | null>(null)
  const section = SECTIONS.find((name) => name === search.get('section')) ?? 'received'
  const open = (next: Section) => setSearch(next === 'received' ? {} : { section: next })
  const onNavigate = (path: string) => void navigate(path)
  const received = (
    <div className="panel notices-narrow">
      <NoticeList onNavigate={onNavigate} />
    </div>
  )
  const duplicate = (notice: Notification) => {
    // A copy, so that the same one can be taken twice.
    setTemplate({ ...notice })
    open('compose')
  }
  return (
    <div className="page">
      <h1>{t.title}</h1>
      {role === 'administrator' ? (
        <Tabs
          activeKey={section}
          onChange={(key) => open(key as Section)}
          items={[
            { key: 'received', label: t.received, children: received },
            { key: 'sent', label: t.sent, children: <SentList onNavigate={onNavigate} onDuplicate={duplicate} /> },
            {
              key: 'compose',
              label: t.compose,
              children: <ComposeForm template={template} onPublished={() => open('sent')} />,
            },
          ]}
        />
      ) : (
        received
      )}
    </div>
  )
}
