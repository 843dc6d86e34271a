import { Button } from 'antd'
import { useRouteError } from 'react-router'
import { useTexts } from '../language/texts.ts'
import { texts } from './texts.ts'

/** Stands in for a page that could not be loaded or drawn. */
export function CrashPage() {
  const t = useTexts(texts)
  const error = useRouteError()
  return (
    <div className="page">
      <div className="panel" role="alert">
        <h1>{t.crashed}</h1>
        <p>{t.crashedHelp}</p>
        <pre className="wrap">{String(error instanceof Error ? error.message : error)}</pre>
        <Button onClick={() => location.reload()}>{t.reload}</Button>
      </div>
    </div>
  )
}
