import { useMutation } from '@tanstack/react-query'
import { Alert, Button, Form, Input, type InputRef } from 'antd'
import { useRef, useState } from 'react'
import { HzError } from '../../../client/index.ts'
import { MAX_PASSWORD_CHARS, MAX_USERNAME_CHARS, useAccountRules } from '../account/account-rules.ts'
import { Failure } from '../frame/failure.tsx'
import { useTitle } from '../frame/use-title.ts'
import { setLanguage, useLanguage } from '../language/language.ts'
import { useTexts } from '../language/texts.ts'
import { setUp, signIn } from '../server/session.ts'
import { takeSetupToken } from './setup-token.ts'
import './sign-in.css'
import { texts } from './texts.ts'

interface Entered {
  username: string
  password: string
}

/** Signs in, or makes the first administrator for whoever came by the link in the server's log. */
export function SignInPage({ hasEnded }: { hasEnded: boolean }) {
  const t = useTexts(texts)
  const language = useLanguage()
  const [setupToken, setSetupToken] = useState(takeSetupToken)
  const [isLinkGone, setLinkGone] = useState(false)
  const isSetup = setupToken !== null
  const title = isSetup ? t.setUp : t.signIn
  const rules = useAccountRules()
  const passwordInput = useRef<InputRef>(null)
  useTitle(title)
  const enter = useMutation({
    mutationFn: (entered: Entered) =>
      setupToken === null ? signIn(entered) : setUp({ ...entered, setup_token: setupToken }),
    onError: (error) => {
      const code = error instanceof HzError ? error.code : null
      // What was mistyped can be typed over at once.
      if (code === 'WRONG_CREDENTIALS') passwordInput.current?.focus({ cursor: 'all' })
      if (setupToken === null || code !== 'AUTHENTICATION_FAILED') return
      setSetupToken(null)
      setLinkGone(true)
      enter.reset()
    },
  })
  return (
    <main className="sign-in">
      <div className="panel">
        <div className="row sign-in-head">
          <img src="/favicon.svg" alt="" width="40" height="40" />
          <h1>{title}</h1>
          <Button type="link" lang={language === 'en' ? 'zh-CN' : 'en'} onClick={switchLanguage}>
            {language === 'en' ? '中文' : 'English'}
          </Button>
        </div>
        <p className="muted">{isSetup ? t.setUpLead : t.lead}</p>
        {hasEnded ? <Alert type="warning" showIcon title={t.ended} /> : null}
        {isLinkGone ? <Alert type="warning" showIcon title={t.setUpGone} /> : null}
        <Form<Entered> layout="vertical" requiredMark={false} onFinish={(entered) => enter.mutate(entered)}>
          <Form.Item
            name="username"
            label={t.username}
            rules={isSetup ? rules.username : [{ required: true, message: t.usernameNeeded }]}
          >
            <Input autoComplete="username" autoFocus maxLength={MAX_USERNAME_CHARS} size="large" />
          </Form.Item>
          <Form.Item
            name="password"
            label={isSetup ? t.newPassword : t.password}
            rules={isSetup ? rules.newPassword : [{ required: true, message: t.passwordNeeded }]}
          >
            <Input.Password
              autoComplete={isSetup ? 'new-password' : 'current-password'}
              maxLength={MAX_PASSWORD_CHARS}
              size="large"
              ref={passwordInput}
            />
          </Form.Item>
          {enter.error === null ? null : <Failure error={enter.error} />}
          <Button type="primary" htmlType="submit" block size="large" loading={enter.isPending}>
            {title}
          </Button>
        </Form>
        {isSetup ? null : <p className="muted sign-in-help">{t.help}</p>}
      </div>
    </main>
  )

  function switchLanguage() {
    setLanguage(language === 'en' ? 'zh-CN' : 'en')
  }
}
