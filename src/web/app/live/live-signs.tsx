import { clock, confidence } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import { useSignName } from '../picture/sign-names.ts'
import { texts as pictureTexts } from '../picture/texts.ts'
import type { LiveState } from './live-session.ts'
import { texts } from './texts.ts'

/** Each sign of this session once, the newest first; what is in sight is marked. */
export function LiveSigns({ state: { signs, answers } }: { state: LiveState }) {
  const t = useTexts(texts)
  const categories = useTexts(pictureTexts)
  const nameOf = useSignName()
  const inSight = new Set(answers.at(-1)?.detections.map(({ track_id }) => track_id))
  const newest = signs.at(-1)
  return (
    <section className="panel live-signs" aria-labelledby="live-signs-title">
      <h2 id="live-signs-title">{t.signs(signs.length)}</h2>
      {signs.length === 0 ? <p className="muted">{t.noneYet}</p> : null}
      <ol>
        {signs.toReversed().map((sign, index) => {
          const id = sign.track?.track_id
          return (
            <li
              key={id ?? `new-${signs.length - index}`}
              data-category={sign.category}
              data-now={(id !== undefined && inSight.has(id)) || undefined}
            >
              <span className="category-dot" title={categories[sign.category]} />
              <strong>{nameOf(sign)}</strong>
              <code className="muted">{sign.class_code}</code>
              {sign.track === undefined ? null : <span className="muted number">{clock(sign.track.first_time)}</span>}
              <span className="number">{confidence(sign.confidence)}</span>
            </li>
          )
        })}
      </ol>
      <p className="visually-hidden" role="status">
        {newest === undefined ? '' : t.found(nameOf(newest))}
      </p>
    </section>
  )
}
