import { Progress } from 'antd'
import { useEffect, useState } from 'react'
import { seconds } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import type { Card, Phase, Progress as Steps } from './card.ts'
import { texts } from './texts.ts'
import { FoundSigns, VideoPlace } from './video-course.tsx'

type Text = (typeof texts)['en']

/** A file on its way: upload, queue, then the four steps with the time they take, and what is found in a video meanwhile. */
export function CardSteps({ card: { phase, fileName, video } }: { card: Card }) {
  const t = useTexts(texts)
  const percent = percentOf(phase)
  const stepNow = phase.kind === 'processing' ? phase.progress.stepIndex : 0
  const steps = video === null ? [t.step1, t.step2, t.step3, t.step4] : [t.readVideo, t.step2, t.drawVideo, t.step4]
  return (
    <div className="detect-card-body" data-video={video !== null || undefined}>
      <div className="card-state">
        <strong>{stateText(phase, t)}</strong>
        {video !== null && phase.kind === 'processing' ? <VideoPlace video={video} /> : null}
      </div>
      <Progress
        percent={percent}
        // 100 % is the end of an upload or a step before the end: no tick yet.
        status="normal"
        format={(value) => `${value}%`}
        aria-label={t.progressOf(fileName)}
        size="small"
      />
      <ol className="card-steps" aria-label={t.steps}>
        {steps.map((text, i) => (
          <li
            key={text}
            data-state={i + 1 < stepNow ? 'done' : i + 1 === stepNow ? 'now' : 'later'}
            aria-current={i + 1 === stepNow ? 'step' : undefined}
          >
            {text}
          </li>
        ))}
      </ol>
      <p className="muted number card-times">
        {phase.kind === 'processing' ? <Times progress={phase.progress} /> : null}
        {phase.kind === 'waiting' && phase.isHeld ? t.held : null}
        {phase.kind === 'queued' ? positionText(phase.position, t) : null}
      </p>
      {video !== null && phase.kind === 'processing' ? <FoundSigns found={video.found} /> : null}
    </div>
  )
}

/** Goes on counting between what the server tells. */
function Times({ progress: { elapsed, remaining, toldMs } }: { progress: Steps }) {
  const t = useTexts(texts)
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [])
  const sinceS = Math.max(0, now - toldMs) / 1000
  const left = remaining - sinceS
  const gone = seconds(elapsed + sinceS)
  return left >= 0 || sinceS < 1 ? t.times(gone, seconds(Math.max(0, left))) : t.overdue(gone)
}

function percentOf(phase: Phase): number {
  if (phase.kind === 'uploading') return Math.floor(phase.share * 100)
  return phase.kind === 'processing' ? phase.progress.percent : 0
}

function stateText(phase: Phase, t: Text): string {
  return t[phase.kind]
}

function positionText(position: number | null, t: Text): string {
  if (position === null) return ''
  return position <= 1 ? t.next : t.ahead(position - 1)
}
