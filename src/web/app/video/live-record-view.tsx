import { useMemo } from 'react'
import type { Record } from '../../../contract/index.ts'
import { useTexts } from '../language/texts.ts'
import { texts } from './texts.ts'
import { trackedSigns } from './tracked-sign.ts'
import { TrackedSignList } from './tracked-sign-list.tsx'
import './video.css'

/** What is kept of a live camera: the picture of one moment, with its boxes drawn in, and every sign of the session. */
export function LiveRecordView({ record, children }: { record: Record; children: React.ReactNode }) {
  const t = useTexts(texts)
  const signs = useMemo(() => trackedSigns(record), [record])
  const picture = record.result_image_url ?? record.source_image_url ?? record.thumbnail_url
  return (
    <div className="record-view video-view">
      <div className="video-desk">
        {picture === null ? (
          <p className="video-stage video-missing muted">{t.noPicture}</p>
        ) : (
          <figure className="live-moment">
            <img src={picture} alt={t.bestMoment} />
            <figcaption className="muted">{t.bestMoment}</figcaption>
          </figure>
        )}
      </div>
      <aside className="record-side">
        <section className="panel" aria-labelledby="signs-title">
          <h2 id="signs-title">{t.signs(signs.length)}</h2>
          <TrackedSignList signs={signs} />
        </section>
        {children}
      </aside>
    </div>
  )
}
