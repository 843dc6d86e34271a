import { Link } from 'react-router'
import { useTexts } from '../language/texts.ts'
import { texts } from './texts.ts'
import { useTitle } from './use-title.ts'

/** What a wrong address leads to. */
export function MissingPage() {
  const t = useTexts(texts)
  useTitle(t.notFound)
  return (
    <div className="page">
      <div className="panel">
        <h1>{t.notFound}</h1>
        <p>{t.notFoundHelp}</p>
        <Link to="/">{t.detect}</Link>
      </div>
    </div>
  )
}
