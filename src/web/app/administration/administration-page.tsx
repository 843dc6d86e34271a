import { Select } from 'antd'
import { Suspense } from 'react'
import { Link, Navigate, useNavigate, useParams } from 'react-router'
import { Loading } from '../frame/loading.tsx'
import { useTitle } from '../frame/use-title.ts'
import { useTexts } from '../language/texts.ts'
import { useMe } from '../server/session.ts'
import './administration.css'
import { isSection, type SectionName, sectionNames, sections } from './sections.ts'
import { texts } from './texts.ts'

/** What keeps the system running, a section at a time. For administrators; anyone else is told so. */
export function AdministrationPage() {
  const t = useTexts(texts)
  const { role } = useMe()
  const { section = 'health' } = useParams()
  if (!isSection(section)) return <Navigate to="/administration" replace />
  if (role !== 'administrator') return <NotAllowed />
  return <Sections section={section} title={t[section]} />
}

function Sections({ section, title }: { section: SectionName; title: string }) {
  const t = useTexts(texts)
  const navigate = useNavigate()
  useTitle(`${title} · ${t.title}`)
  const Section = sections[section]
  return (
    <div className="page administration">
      <h1>{t.title}</h1>
      <nav className="administration-tabs" aria-label={t.sections}>
        {sectionNames.map((name) => (
          <Link key={name} to={pathOf(name)} aria-current={name === section ? 'page' : undefined}>
            {t[name]}
          </Link>
        ))}
      </nav>
      <Select
        className="administration-select"
        aria-label={t.sections}
        size="large"
        value={section}
        options={sectionNames.map((name) => ({ value: name, label: t[name] }))}
        onChange={(name) => void navigate(pathOf(name))}
      />
      <Suspense fallback={<Loading />}>
        <Section />
      </Suspense>
    </div>
  )
}

function NotAllowed() {
  const t = useTexts(texts)
  const { name } = useMe()
  useTitle(t.title)
  return (
    <div className="page">
      <section className="panel administration-refused">
        <h1>{t.refused}</h1>
        <p>{t.refusedHelp(name ?? '')}</p>
        <Link to="/">{t.back}</Link>
      </section>
    </div>
  )
}

function pathOf(name: SectionName): string {
  return `/administration/${name}`
}
