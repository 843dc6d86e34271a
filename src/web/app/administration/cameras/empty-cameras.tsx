import { useTexts } from '../../language/texts.ts'
import { texts } from './texts.ts'

/** What a network camera is, for those who have none yet, and what its server must allow. */
export function EmptyCameras() {
  const t = useTexts(texts)
  return (
    <div className="cameras-empty">
      <h3>{t.emptyTitle}</h3>
      <p>{t.emptyWhat}</p>
      <p>{t.emptySettings}</p>
      <p>
        {t.emptyExample}
        <code className="wrap">rtsp://192.168.10.7/stream1</code>
      </p>
    </div>
  )
}
