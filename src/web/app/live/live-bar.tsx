import { PlayCircleOutlined, StopOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { clock, count } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import type { LiveState } from './live-session.ts'
import { texts } from './texts.ts'

interface Props {
  state: LiveState
  onToggle: () => void
}

/** Starts and stops, and how well it goes. */
export function LiveBar({ state, onToggle }: Props) {
  const t = useTexts(texts)
  const { phase, latencyMs, fps, dropped } = state
  const isLive = phase.kind === 'live' || phase.kind === 'stopping'
  const figures = [
    { name: t.elapsed, value: phase.kind === 'live' ? <Elapsed sinceMs={phase.sinceMs} /> : null },
    { name: t.latency, value: isLive && latencyMs !== null ? t.milliseconds(Math.round(latencyMs)) : null },
    { name: t.speed, value: isLive && fps > 0 ? t.framesPerSecond(fps.toFixed(fps < 10 ? 1 : 0)) : null },
    { name: t.dropped, value: isLive ? count(dropped) : null },
  ]
  return (
    <section className="panel live-bar" aria-label={t.title}>
      <Button
        type={isLive ? 'default' : 'primary'}
        danger={isLive}
        size="large"
        icon={isLive ? <StopOutlined aria-hidden="true" /> : <PlayCircleOutlined aria-hidden="true" />}
        loading={phase.kind === 'starting' || phase.kind === 'stopping'}
        onClick={onToggle}
      >
        {isLive ? t.stop : t.start}
      </Button>
      <dl className="live-figures number">
        {figures.map(({ name, value }) => (
          <div key={name}>
            <dt className="muted">{name}</dt>
            <dd>{value ?? '–'}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function Elapsed({ sinceMs }: { sinceMs: number }) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [])
  return clock(Math.max(0, now - sinceMs) / 1000)
}
