import { MinusOutlined, PlusOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from 'react'
import { clock as clockText } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import { useSignName } from '../picture/sign-names.ts'
import { useSize } from '../picture/use-size.ts'
import { packLanes } from './pack-lanes.ts'
import { Playhead } from './playhead.tsx'
import { texts } from './texts.ts'
import { TimeAxis } from './time-axis.tsx'
import type { TrackedSign } from './tracked-sign.ts'
import type { VideoClock } from './video-clock.ts'

interface Props {
  signs: readonly TrackedSign[]
  durationS: number
  clock: VideoClock
  inSight: ReadonlySet<number>
  activeId: number | null
  onActive: (id: number | null) => void
  onJump: (sign: TrackedSign) => void
  onSeek: (timeS: number) => void
}

/** The least that fingers hit (WCAG 2.2, 2.5.8). */
const LEAST_PX = 24
const LANE_PX = 28
const GAP_PX = 3
const ZOOMS = [1, 2, 4, 8, 16]

/** When each sign was in sight, from left to right; signs that are seen together are below each other. */
export function SignTimeline(props: Props) {
  const { signs, durationS, clock, inSight, activeId, onActive, onJump, onSeek } = props
  const t = useTexts(texts)
  const nameOf = useSignName()
  const place = useRef<HTMLDivElement>(null)
  const [zoom, setZoom] = useState(1)
  const width = useSize(place).width * zoom
  const perSecond = width / Math.max(durationS, 0.001)
  const { laneOf, lanes } = useMemo(() => packLanes(signs, (LEAST_PX + GAP_PX) / perSecond), [signs, perSecond])
  const firstId = signs.some(({ track_id }) => track_id === activeId) ? activeId : (signs[0]?.track_id ?? null)
  const seek = (event: PointerEvent<HTMLDivElement>) => {
    if ((event.target as Element).closest('button') !== null || event.buttons !== 1) return
    onSeek((event.clientX - event.currentTarget.getBoundingClientRect().left) / perSecond)
  }
  return (
    <section className="panel timeline no-print" aria-labelledby="timeline-title">
      <div className="timeline-head">
        <h2 id="timeline-title">{t.timeline}</h2>
        <Zoom zoom={zoom} onZoom={setZoom} />
      </div>
      <div ref={place} className="timeline-place">
        {width > 0 ? (
          <div className="timeline-all" style={{ width }} onPointerDown={seek} onPointerMove={seek}>
            <TimeAxis durationS={durationS} perSecond={perSecond} />
            <ol style={{ height: Math.max(1, lanes) * LANE_PX }} onKeyDown={walk} aria-label={t.timeline}>
              {signs.map((sign, index) => (
                <li
                  key={sign.track_id}
                  data-category={sign.category}
                  style={{
                    left: Math.min(sign.first_time * perSecond, width - LEAST_PX),
                    top: (laneOf[index] ?? 0) * LANE_PX,
                    width: Math.max(LEAST_PX, (sign.last_time - sign.first_time) * perSecond),
                  }}
                >
                  <button
                    type="button"
                    tabIndex={sign.track_id === firstId ? 0 : -1}
                    data-now={inSight.has(sign.track_id) || undefined}
                    data-active={sign.track_id === activeId || undefined}
                    aria-label={t.signFromTo(nameOf(sign), clockText(sign.first_time), clockText(sign.last_time))}
                    title={`${nameOf(sign)} · ${clockText(sign.first_time)}–${clockText(sign.last_time)}`}
                    onPointerEnter={() => onActive(sign.track_id)}
                    onPointerLeave={() => onActive(null)}
                    onFocus={() => onActive(sign.track_id)}
                    onClick={() => onJump(sign)}
                  >
                    {nameOf(sign)}
                  </button>
                </li>
              ))}
            </ol>
            <Playhead {...{ clock, perSecond, width, place }} />
          </div>
        ) : null}
      </div>
    </section>
  )
}

function Zoom({ zoom, onZoom }: { zoom: number; onZoom: (zoom: number) => void }) {
  const t = useTexts(texts)
  const at = ZOOMS.indexOf(zoom)
  const button = (by: 1 | -1, text: string, icon: React.ReactNode) => (
    <Button
      size="small"
      aria-label={text}
      title={text}
      icon={icon}
      disabled={ZOOMS[at + by] === undefined}
      onClick={() => onZoom(ZOOMS[at + by] ?? zoom)}
    />
  )
  return (
    <div className="row">
      {button(-1, t.zoomOut, <MinusOutlined aria-hidden="true" />)}
      {button(1, t.zoomIn, <PlusOutlined aria-hidden="true" />)}
    </div>
  )
}

/** One stop for Tab; arrows go from sign to sign. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
  if (by === undefined) return
  const buttons = [...event.currentTarget.querySelectorAll('button')]
  const next = buttons[buttons.indexOf(event.target as HTMLButtonElement) + by]
  event.preventDefault()
  next?.focus()
}
