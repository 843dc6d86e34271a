import { VideoCameraOutlined } from '@ant-design/icons'
import { useRef } from 'react'
import { useTexts } from '../language/texts.ts'
import { useSize } from '../picture/use-size.ts'
import { LiveOverlay } from './live-overlay.tsx'
import { texts } from './texts.ts'
import type { Live } from './use-live.ts'

const USUAL = { width: 16, height: 9 }

/** What the camera shows, with the signs that are in sight. */
export function LiveStage({ live: { video, picture, state } }: { live: Live }) {
  const t = useTexts(texts)
  const frame = useRef<HTMLDivElement>(null)
  const size = useSize(frame)
  const { answers, phase } = state
  const { width, height } = picture ?? USUAL
  return (
    <div className="live-stage" data-phase={phase.kind} style={{ '--ratio': width / height } as React.CSSProperties}>
      <div ref={frame} className="live-frame">
        <video ref={video} muted playsInline aria-label={t.preview} hidden={picture === null} />
        {picture !== null && answers.length > 0 && size.width > 0 ? (
          <LiveOverlay {...{ video, answers }} width={size.width} />
        ) : null}
        {picture === null ? (
          <p className="live-off muted">
            <VideoCameraOutlined aria-hidden="true" />
            {phase.kind === 'starting' ? t.starting : t.off}
          </p>
        ) : null}
      </div>
    </div>
  )
}
