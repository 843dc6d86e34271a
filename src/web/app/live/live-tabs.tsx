import { Link } from 'react-router'
import { useTexts } from '../language/texts.ts'
import { texts } from './texts.ts'

const tabs = { device: '/live', network: '/live/cameras' } as const

/** Which cameras are looked at: that of this device, or those that the server connects to. */
export function LiveTabs({ current }: { current: keyof typeof tabs }) {
  const t = useTexts(texts)
  return (
    <nav className="live-tabs" aria-label={t.cameras}>
      {(['device', 'network'] as const).map((name) => (
        <Link key={name} to={tabs[name]} aria-current={name === current ? 'page' : undefined}>
          {t[`tab_${name}`]}
        </Link>
      ))}
    </nav>
  )
}
