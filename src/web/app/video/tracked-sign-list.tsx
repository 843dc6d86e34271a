import { type RefObject, useEffect, useRef } from 'react'
import { clock, confidence } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import { useSignName } from '../picture/sign-names.ts'
import { texts as pictureTexts } from '../picture/texts.ts'
import { texts } from './texts.ts'
import type { TrackedSign } from './tracked-sign.ts'

interface Props {
  signs: readonly TrackedSign[]
  inSight?: ReadonlySet<number>
  activeId?: number | null
  onActive?: (id: number | null) => void
  /** Left out: there is nothing to go to. */
  onChoose?: (sign: TrackedSign) => void
}

/** Each physical sign once: how it looks, what it is, and when it was in sight. */
export function TrackedSignList({ signs, inSight, activeId, onActive, onChoose }: Props) {
  const t = useTexts(texts)
  const list = useRef<HTMLOListElement>(null)
  useFollow(list, inSight)
  if (signs.length === 0) return <p className="muted">{t.noSigns}</p>
  return (
    <ol ref={list} className="tracked-signs">
      {signs.map((sign) => {
        const id = sign.track_id
        const isNow = inSight?.has(id) === true
        return (
          <li
            key={id}
            data-track={id}
            data-category={sign.category}
            data-now={isNow || undefined}
            data-active={id === activeId || undefined}
            aria-current={isNow || undefined}
            onPointerEnter={() => onActive?.(id)}
            onPointerLeave={() => onActive?.(null)}
          >
            {onChoose === undefined ? (
              <div className="tracked-sign">
                <SignLine sign={sign} />
              </div>
            ) : (
              <button
                type="button"
                className="tracked-sign"
                onFocus={() => onActive?.(id)}
                onBlur={() => onActive?.(null)}
                onClick={() => onChoose(sign)}
              >
                <SignLine sign={sign} />
              </button>
            )}
          </li>
        )
      })}
    </ol>
  )
}

function SignLine({ sign }: { sign: TrackedSign }) {
  const nameOf = useSignName()
  const categories = useTexts(pictureTexts)
  return (
    <>
      {sign.crop_url === null ? (
        <span className="tracked-crop" />
      ) : (
        <img className="tracked-crop" src={sign.crop_url} alt="" loading="lazy" decoding="async" />
      )}
      <span className="tracked-name">
        <strong>{nameOf(sign)}</strong>
        <span className="muted">
          <code>{sign.class_code}</code> <span className="category-dot" /> {categories[sign.category]}
        </span>
      </span>
      <span className="tracked-times number">
        {confidence(sign.confidence)}
        <span className="muted">
          {clock(sign.first_time)}–{clock(sign.last_time)}
        </span>
      </span>
    </>
  )
}

/** What has come into sight is brought into view, within the list alone; not under somebody's hands. */
function useFollow(list: RefObject<HTMLElement | null>, inSight: ReadonlySet<number> | undefined): void {
  useEffect(() => {
    const place = list.current
    if (place === null || inSight === undefined || place.matches(':hover, :focus-within')) return
    const item = place.querySelector<HTMLElement>('[data-now]')
    if (item === null) return
    const top = item.offsetTop - place.offsetTop
    const isSeen = top >= place.scrollTop && top + item.offsetHeight <= place.scrollTop + place.clientHeight
    if (!isSeen) place.scrollTop = top
  }, [list, inSight])
}
