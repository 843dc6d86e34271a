import { lazy, Suspense, useState } from 'react'
import { Link, Outlet, ScrollRestoration, useNavigate } from 'react-router'
import { useTexts } from '../language/texts.ts'
import { NoticesBell } from '../notices/notices-bell.tsx'
import { AccountMenu } from './account-menu.tsx'
import { ConnectionBadge } from './connection-badge.tsx'
import './frame.css'
import { Loading } from './loading.tsx'
import { Navigation } from './navigation.tsx'
import { useShortcuts } from './shortcuts.ts'
import { texts } from './texts.ts'

const HelpDialog = lazy(async () => ({ default: (await import('./help-dialog.tsx')).HelpDialog }))

/** What surrounds every page. */
export function Frame() {
  const t = useTexts(texts)
  const navigate = useNavigate()
  const [isHelpOpen, setHelpOpen] = useState(false)
  useShortcuts(t.everywhere, [
    { key: '?', text: t.help, run: () => setHelpOpen(true) },
    ...(['/', '/live', '/records', '/review', '/statistics', '/notices'] as const).map((path, i) => ({
      key: `Mod+${i + 1}`,
      text: [t.detect, t.live, t.records, t.review, t.statistics, t.notices][i] as string,
      run: () => void navigate(path),
    })),
  ])
  return (
    <>
      <a className="skip" href="#main">
        {t.skip}
      </a>
      <header className="bar no-print">
        <Link to="/" className="brand" aria-label={`${t.product} hzsystem`}>
          <img src="/favicon.svg" alt="" width="32" height="32" />
          <span className="brand-name">{t.product}</span>
        </Link>
        <Navigation />
        <div className="bar-end">
          <ConnectionBadge />
          <NoticesBell />
          <AccountMenu onHelp={() => setHelpOpen(true)} />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </main>
      <Suspense>{isHelpOpen ? <HelpDialog onClose={() => setHelpOpen(false)} /> : null}</Suspense>
      <ScrollRestoration />
    </>
  )
}
