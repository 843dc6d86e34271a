import { useEffect, useRef } from 'react'
import type { Detection } from '../../../contract/index.ts'
import { clock, length } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import { useSignName } from '../picture/sign-names.ts'
import type { VideoCourse } from './card.ts'
import { texts } from './texts.ts'

/** How far the detection has come, in the video's own time. */
export function VideoPlace({ video: { positionS, durationS, fps } }: { video: VideoCourse }) {
  const t = useTexts(texts)
  return (
    <span className="muted number">
      {clock(positionS)}
      {durationS === null ? '' : ` / ${length(durationS)}`}
      {fps === null ? '' : ` · ${t.framesPerSecond(fps >= 10 ? String(Math.round(fps)) : fps.toFixed(1))}`}
    </span>
  )
}

/** Signs as they are found; the newest is brought into view, and none of the others moves. */
export function FoundSigns({ found }: { found: readonly Detection[] }) {
  const t = useTexts(texts)
  const nameOf = useSignName()
  const place = useRef<HTMLElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever there are more
  useEffect(() => {
    if (place.current?.matches(':hover, :focus') === false) place.current.scrollTop = place.current.scrollHeight
  }, [found.length])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and keys must be able to
    <section ref={place} className="found-signs" tabIndex={0} aria-label={t.foundSoFar}>
      <p className="muted">{found.length === 0 ? t.noneFoundYet : t.signsFound(found.length)}</p>
      <ol>
        {found.map((sign, index) => (
          <li key={sign.track?.track_id ?? `at-${index}`} data-category={sign.category} title={sign.class_code}>
            <span className="category-dot" />
            {nameOf(sign)}
            {sign.track === undefined ? null : <span className="muted number">{clock(sign.track.first_time)}</span>}
          </li>
        ))}
      </ol>
    </section>
  )
}
