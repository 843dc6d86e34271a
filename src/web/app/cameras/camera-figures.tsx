import type { Camera } from '../../../contract/index.ts'
import { count, dateTimeSeconds } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import './cameras.css'
import { texts } from './texts.ts'

/** How well it goes with a camera; nothing before its first picture. */
export function CameraFigures({ camera }: { camera: Camera }) {
  const t = useTexts(texts)
  const { state, fps, latency, width, height, last_frame_at, signs } = camera
  if (last_frame_at === null) return null
  const isLive = state === 'live'
  const figures = [
    [t.fps, isLive ? t.fpsValue(fps.toFixed(1)) : '–'],
    [t.latency, isLive && latency !== null ? t.latencyValue(Math.round(latency * 1000)) : '–'],
    [t.size, width === null || height === null ? '–' : `${width} × ${height}`],
    [t.signs, count(signs)],
    [t.lastPicture, dateTimeSeconds(last_frame_at)],
  ]
  return (
    <dl className="camera-figures number">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt className="muted">{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
