import type { Detection } from '../../../contract/index.ts'
import { confidence } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import './sign-list.css'
import { useSignName } from './sign-names.ts'
import { texts } from './texts.ts'

interface Props {
  detections: readonly Detection[]
  activeKey: string | null
  onActive: (key: string | null) => void
  /** A sign was chosen: bring it into view. */
  onChoose?: (key: string) => void
}

/** Signs in words. Pointing at one marks its box, and the other way round. */
export function SignList({ detections, activeKey, onActive, onChoose }: Props) {
  const t = useTexts(texts)
  const nameOf = useSignName()
  return (
    <ol className="sign-list">
      {detections.map((sign, index) => {
        const key = String(index)
        return (
          <li key={key} data-category={sign.category} data-active={key === activeKey || undefined}>
            <button
              type="button"
              onPointerEnter={() => onActive(key)}
              onPointerLeave={() => onActive(null)}
              onFocus={() => onActive(key)}
              onBlur={() => onActive(null)}
              onClick={() => onChoose?.(key)}
            >
              <span className="category-dot" title={t[sign.category]} />
              <span className="sign-list-name">{nameOf(sign)}</span>
              <code className="muted">{sign.class_code}</code>
              <span className="number">{confidence(sign.confidence)}</span>
            </button>
          </li>
        )
      })}
    </ol>
  )
}
