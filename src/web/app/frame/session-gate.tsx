import { lazy, type ReactNode, Suspense } from 'react'
import { useTexts } from '../language/texts.ts'
import { begin, useSession } from '../server/session.ts'
import { Failure } from './failure.tsx'
import { Loading } from './loading.tsx'
import { texts } from './texts.ts'

const SignInPage = lazy(async () => ({ default: (await import('../sign-in/sign-in-page.tsx')).SignInPage }))

/** Pages are for those whom the server lets in. */
export function SessionGate({ children }: { children: ReactNode }) {
  const t = useTexts(texts)
  const session = useSession()
  switch (session.kind) {
    case 'ready':
      return children
    case 'starting':
      return <Loading text={t.starting} />
    case 'unreachable':
      return (
        <main className="page">
          <Failure error={session.error} onRetry={() => void begin()} />
        </main>
      )
    case 'signed-out':
      return (
        <Suspense fallback={<Loading />}>
          <SignInPage hasEnded={session.hasEnded} />
        </Suspense>
      )
  }
}
