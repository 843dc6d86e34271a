import { Alert, Button } from 'antd'
import { useTitle } from '../frame/use-title.ts'
import { useTexts } from '../language/texts.ts'
import { signOut, useMe } from '../server/session.ts'
import './account.css'
import { curlExample } from './curl-example.ts'
import { PasswordForm } from './password-form.tsx'
import { Profile } from './profile.tsx'
import { texts } from './texts.ts'
import { TokensPanel } from './tokens-panel.tsx'

/** One's own account: who one is here, the password, tokens for scripts, and the way out. */
export function AccountPage() {
  const t = useTexts(texts)
  useTitle(t.title)
  const { auth } = useMe()
  return (
    <div className="page account">
      <h1>{t.title}</h1>
      {auth === 'open' ? <OpenAccess /> : null}
      <Profile />
      {auth === 'open' ? null : (
        <>
          <TokensPanel />
          <section className="panel">
            <h2>{t.password}</h2>
            <p className="muted">{t.passwordHelp}</p>
            <PasswordForm />
          </section>
          <section className="panel">
            <h2>{t.sessions}</h2>
            <p className="muted">{t.sessionsHelp}</p>
            <div>
              <Button onClick={() => void signOut()}>{t.signOut}</Button>
            </div>
          </section>
        </>
      )}
    </div>
  )
}

function OpenAccess() {
  const t = useTexts(texts)
  return (
    <Alert
      type="info"
      showIcon
      title={t.open}
      description={
        <>
          <p>{t.openHelp}</p>
          <pre className="account-example">{curlExample(null)}</pre>
        </>
      }
    />
  )
}
