import {
  AuditOutlined,
  BarChartOutlined,
  BellOutlined,
  CameraOutlined,
  DatabaseOutlined,
  SettingOutlined,
  VideoCameraOutlined,
} from '@ant-design/icons'
import type { ReactNode } from 'react'
import { NavLink } from 'react-router'
import { useTexts } from '../language/texts.ts'
import { useMe } from '../server/session.ts'
import './navigation.css'
import { texts } from './texts.ts'

type PageName = 'detect' | 'live' | 'records' | 'review' | 'statistics' | 'notices' | 'administration'

interface Entry {
  path: string
  name: PageName
  icon: ReactNode
}

const entries: Entry[] = [
  { path: '/', name: 'detect', icon: <CameraOutlined /> },
  { path: '/live', name: 'live', icon: <VideoCameraOutlined /> },
  { path: '/records', name: 'records', icon: <DatabaseOutlined /> },
  { path: '/review', name: 'review', icon: <AuditOutlined /> },
  { path: '/statistics', name: 'statistics', icon: <BarChartOutlined /> },
  { path: '/notices', name: 'notices', icon: <BellOutlined /> },
  { path: '/administration', name: 'administration', icon: <SettingOutlined /> },
]

/** Above the page on a desk, below it on a phone, where thumbs are. */
export function Navigation() {
  const t = useTexts(texts)
  const { role } = useMe()
  const shown = entries.filter(({ name }) => name !== 'administration' || role === 'administrator')
  return (
    <nav className="navigation no-print" aria-label={t.navigation}>
      {shown.map(({ path, name, icon }) => (
        <NavLink key={path} to={path} end={path === '/'}>
          {icon}
          <span>{t[name]}</span>
        </NavLink>
      ))}
    </nav>
  )
}
