import { Alert, Button } from 'antd'
import { useLanguage } from '../language/language.ts'
import { useTexts } from '../language/texts.ts'
import { describeError } from '../server/error-texts.ts'
import { texts } from './texts.ts'

interface Props {
  error: unknown
  onRetry?: (() => void) | undefined
}

/** What happened, and what to do now. */
export function Failure({ error, onRetry }: Props) {
  const t = useTexts(texts)
  const { what, next, code, logId, canRetry } = describeError(error, useLanguage())
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={what}
      description={
        <>
          <p>{next}</p>
          <p className="muted">
            <code>{code}</code>
            {logId === null ? null : ` · ${t.logId(logId)}`}
          </p>
        </>
      }
      action={canRetry && onRetry !== undefined ? <Button onClick={onRetry}>{t.retry}</Button> : undefined}
    />
  )
}
