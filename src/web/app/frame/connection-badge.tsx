import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { useTexts } from '../language/texts.ts'
import { type Connection, reconnect, useConnection } from '../server/connection.ts'
import './connection-badge.css'
import { texts } from './texts.ts'

/** Close code of one socket too many. */
const CONNECTION_LIMIT = 4002

/** Whether what is shown is live, in words and in colour. */
export function ConnectionBadge() {
  const t = useTexts(texts)
  const connection = useConnection()
  const seconds = useSecondsUntil('untilMs' in connection ? connection.untilMs : null)
  const text = describe(connection, seconds, t)
  return (
    <div className="connection" data-kind={connection.kind}>
      <span className="connection-dot" aria-hidden="true" />
      <span className="connection-text" role="status" title={text}>
        {text}
      </span>
      {connection.kind === 'waiting' || connection.kind === 'stopped' ? (
        <Button size="small" type="link" onClick={reconnect}>
          {t.reconnect}
        </Button>
      ) : null}
    </div>
  )
}

function describe(connection: Connection, seconds: number, t: (typeof texts)['en']): string {
  switch (connection.kind) {
    case 'idle':
    case 'connecting':
      return t.connecting
    case 'connected':
      return t.connected
    case 'waiting':
      return t.waiting(seconds)
    case 'offline':
      return t.offline
    case 'stopped':
      return t.stopped(connection.code === CONNECTION_LIMIT ? t.tooMany : connection.reason)
  }
}

function useSecondsUntil(untilMs: number | null): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (untilMs === null) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [untilMs])
  return untilMs === null ? 0 : Math.max(0, Math.ceil((untilMs - now) / 1000))
}
