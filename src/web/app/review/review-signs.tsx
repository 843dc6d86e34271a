import { type KeyboardEvent, useEffect, useRef } from 'react'
import type { ReviewedSign } from '../../../contract/index.ts'
import { confidence, dateTime } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import { SignCrop } from '../picture/sign-crop.tsx'
import { useSignName } from '../picture/sign-names.ts'
import type { Size } from './box-geometry.ts'
import { texts } from './texts.ts'
import { VerdictMark } from './verdict-mark.tsx'

interface Props {
  url: string | null
  picture: Size
  signs: readonly ReviewedSign[]
  unsaved: ReadonlySet<string>
  selectedKey: string | null
  /** Tab or a pointer has come to it. */
  onSelect: (key: string) => void
  /** Enter says yes to the one that has the focus. */
  onAccept: () => void
}

/** Signs in words. The one that is chosen has the focus, so that Tab goes from sign to sign. */
export function ReviewSigns(props: Props) {
  const { signs, selectedKey } = props
  const t = useTexts(texts)
  const list = useRef<HTMLOListElement>(null)
  useFocusOn(list, selectedKey)
  if (signs.length === 0) return <p className="muted review-none">{t.noSigns}</p>
  return (
    <ol className="review-signs" ref={list} aria-label={t.signs}>
      {signs.map((sign) => (
        <Sign key={sign.sign_key} {...props} sign={sign} />
      ))}
    </ol>
  )
}

function Sign({ sign, url, picture, unsaved, selectedKey, onSelect, onAccept }: Props & { sign: ReviewedSign }) {
  const nameOf = useSignName()
  const { sign_key: key, category, verdict } = sign
  const accept = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    onAccept()
  }
  return (
    <li data-key={key} data-category={category} data-verdict={verdict ?? 'open'}>
      <button
        type="button"
        aria-current={key === selectedKey}
        onFocus={() => onSelect(key)}
        onClick={() => onSelect(key)}
        onKeyDown={accept}
      >
        <SignCrop url={url} {...picture} bbox={sign.bbox} />
        <span className="review-sign-words">
          <span className="review-sign-name">
            <span className="category-dot" /> {nameOf(sign)} <code className="muted">{sign.class_code}</code>
          </span>
          <span className="review-sign-line">
            <VerdictMark verdict={verdict} />
            <ModelWord sign={sign} />
          </span>
          <Who sign={sign} isUnsaved={unsaved.has(key)} />
        </span>
      </button>
    </li>
  )
}

function ModelWord({ sign: { model, class_code: code } }: { sign: ReviewedSign }) {
  const t = useTexts(texts)
  const nameOf = useSignName()
  if (model === null) return <span className="muted">{t.byHand}</span>
  const word = model.class_code === code ? t.model : t.modelSaid(nameOf(model))
  return (
    <span className="muted number">
      {word} {confidence(model.confidence)}
    </span>
  )
}

function Who({ sign: { by, at }, isUnsaved }: { sign: ReviewedSign; isUnsaved: boolean }) {
  const t = useTexts(texts)
  if (isUnsaved) return <span className="review-unsaved">{t.unsaved}</span>
  if (at === null) return null
  return <span className="muted">{t.byAt(by?.username ?? t.somebody, dateTime(at))}</span>
}

/** Goes along with the choice, unless the focus is on something else of the page. */
function useFocusOn(list: React.RefObject<HTMLOListElement | null>, key: string | null): void {
  useEffect(() => {
    const item = [...(list.current?.children ?? [])].find((element) => (element as HTMLElement).dataset.key === key)
    const button = item?.firstElementChild
    item?.scrollIntoView({ block: 'nearest' })
    const { activeElement } = document
    const isFree = activeElement === document.body || list.current?.contains(activeElement) === true
    if (isFree && button instanceof HTMLElement) button.focus({ preventScroll: true })
  }, [list, key])
}
