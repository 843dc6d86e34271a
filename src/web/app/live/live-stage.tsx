import { VideoCameraOutlined } from '@ant-design/icons'
import { useMemo, useRef } from 'react'
import { useLanguage } from '../language/language.ts'
import { useTexts } from '../language/texts.ts'
import { signName } from '../picture/sign-names.ts'
import { type SignBox, SignOverlay } from '../picture/sign-overlay.tsx'
import { useSize } from '../picture/use-size.ts'
import { texts } from './texts.ts'
import type { Live } from './use-live.ts'

const USUAL = { width: 16, height: 9 }

/** What the camera shows, with the signs of the frame that was answered last. */
export function LiveStage({ live: { video, picture, state } }: { live: Live }) {
  const t = useTexts(texts)
  const language = useLanguage()
  const frame = useRef<HTMLDivElement>(null)
  const size = useSize(frame)
  const { answer, phase } = state
  const boxes = useMemo(
    () =>
      (answer?.detections ?? []).map(
        (sign): SignBox => ({
          key: String(sign.track_id),
          bbox: sign.bbox,
          category: sign.category,
          label: signName(sign, language),
          isRejected: false,
        }),
      ),
    [answer, language],
  )
  const { width, height } = picture ?? USUAL
  return (
    <div className="live-stage" data-phase={phase.kind} style={{ '--ratio': width / height } as React.CSSProperties}>
      <div ref={frame} className="live-frame">
        <video ref={video} muted playsInline aria-label={t.preview} hidden={picture === null} />
        {picture !== null && answer !== null && size.width > 0 ? (
          <SignOverlay
            {...{ boxes, width: answer.width, height: answer.height }}
            activeKey={null}
            unit={answer.width / size.width}
            labels="all"
          />
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
