import { FullscreenExitOutlined, FullscreenOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { Record, SignTrack } from '../../../contract/index.ts'
import { useLanguage } from '../language/language.ts'
import { useTexts } from '../language/texts.ts'
import { signName } from '../picture/sign-names.ts'
import { type SignBox, SignOverlay } from '../picture/sign-overlay.tsx'
import { useSize } from '../picture/use-size.ts'
import { boxAt } from './box-at.ts'
import { texts } from './texts.ts'
import type { Player } from './use-player.ts'
import type { VideoClock } from './video-clock.ts'

interface Props {
  record: Record
  player: Player
  tracks: readonly SignTrack[]
  hasBoxes: boolean
  activeId: number | null
  onActive: (id: number | null) => void
}

/** In less width than this, names would hide the street. */
const ROOMY_PX = 420

/** The video with its signs marked, as they move. Full screen takes the marks along. */
export function VideoStage({ record, player, tracks, hasBoxes, activeId, onActive }: Props) {
  const t = useTexts(texts)
  const language = useLanguage()
  const stage = useRef<HTMLDivElement>(null)
  const frame = useRef<HTMLDivElement>(null)
  const size = useSize(frame)
  const { isFull, toggle } = useFullScreen(stage)
  const { width, height } = record
  const { source, video, events } = player
  if (source === null) return <p className="video-stage video-missing muted">{t.noVideo}</p>
  return (
    <div ref={stage} className="video-stage" style={{ '--ratio': width / height } as React.CSSProperties}>
      <div ref={frame} className="video-frame">
        <video
          ref={video}
          key={source.url}
          // Some show nothing before there is a time to show.
          src={`${source.url}#t=0.001`}
          aria-label={t.videoOf(record.file_name)}
          controls
          controlsList="nofullscreen"
          playsInline
          preload="auto"
          {...events}
        >
          <track
            kind="chapters"
            src={`/api/detections/${record.record_id}/tracks.vtt?lang=${language}`}
            srcLang={language}
            label={t.timeline}
            default
          />
        </video>
        {hasBoxes && source.name === 'original' && size.width > 0 ? (
          <MovingBoxes
            {...{ tracks, width, height, activeId, onActive }}
            clock={player.clock}
            unit={width / size.width}
            labels={size.width < ROOMY_PX ? 'active' : 'all'}
          />
        ) : null}
        {document.fullscreenEnabled ? (
          <Button
            className="video-full"
            size="small"
            icon={isFull ? <FullscreenExitOutlined /> : <FullscreenOutlined />}
            aria-label={isFull ? t.leaveFullScreen : t.fullScreen}
            title={isFull ? t.leaveFullScreen : t.fullScreen}
            onClick={toggle}
          />
        ) : null}
      </div>
    </div>
  )
}

interface BoxesProps {
  tracks: readonly SignTrack[]
  clock: VideoClock
  width: number
  height: number
  unit: number
  labels: 'all' | 'active'
  activeId: number | null
  onActive: (id: number | null) => void
}

/** Drawn anew with each picture of the video; nothing else of the page is. */
function MovingBoxes({ tracks, clock, activeId, onActive, ...view }: BoxesProps) {
  const language = useLanguage()
  const timeS = useSyncExternalStore(clock.subscribe, () => clock.timeS)
  const named = useMemo(() => tracks.map((track) => ({ track, label: signName(track, language) })), [tracks, language])
  const boxes = named.flatMap(({ track, label }): SignBox[] => {
    const bbox = boxAt(track.boxes, timeS)
    return bbox === null ? [] : [{ key: String(track.track_id), bbox, category: track.category, label }]
  })
  return (
    <SignOverlay
      {...view}
      boxes={boxes}
      activeKey={activeId === null ? null : String(activeId)}
      onActive={(key) => onActive(key === null ? null : Number(key))}
    />
  )
}

function useFullScreen(stage: React.RefObject<HTMLElement | null>) {
  const [isFull, setFull] = useState(false)
  useEffect(() => {
    const look = () => setFull(document.fullscreenElement !== null)
    document.addEventListener('fullscreenchange', look)
    return () => document.removeEventListener('fullscreenchange', look)
  }, [])
  const toggle = () => void (isFull ? document.exitFullscreen() : stage.current?.requestFullscreen())
  return { isFull, toggle }
}
