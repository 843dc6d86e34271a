import type { Ref } from 'react'
import type { RecordedSign } from '../../../contract/index.ts'
import { confidence } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import { SignCrop } from '../picture/sign-crop.tsx'
import { useSignName } from '../picture/sign-names.ts'
import { texts as pictureTexts } from '../picture/texts.ts'
import { texts } from './texts.ts'

interface Props {
  ref: Ref<HTMLTableElement>
  signs: readonly RecordedSign[]
  /** Null where there is no picture to cut from. */
  picture: { url: string; width: number; height: number } | null
  activeKey: string | null
  onActive: (key: string | null) => void
  /** A sign was chosen: bring it into view. */
  onChoose: (sign: RecordedSign) => void
}

/** Signs in words, each with its piece of the picture. Pointing at one marks its box, and the other way round. */
export function SignTable({ ref, signs, picture, activeKey, onActive, onChoose }: Props) {
  const t = useTexts(texts)
  const categories = useTexts(pictureTexts)
  const nameOf = useSignName()
  if (signs.length === 0) return <p className="muted">{t.noSigns}</p>
  return (
    <table ref={ref} className="sign-table">
      <thead>
        <tr>
          <th scope="col">{t.crop}</th>
          <th scope="col">{t.sign}</th>
          <th scope="col">{t.confidence}</th>
        </tr>
      </thead>
      <tbody>
        {signs.map((sign, index) => {
          const key = String(index)
          return (
            <tr
              key={key}
              data-key={key}
              data-category={sign.category}
              data-active={key === activeKey || undefined}
              onPointerEnter={() => onActive(key)}
              onPointerLeave={() => onActive(null)}
            >
              <td>{picture === null ? null : <SignCrop {...picture} bbox={sign.bbox} />}</td>
              <td>
                <button
                  type="button"
                  onFocus={() => onActive(key)}
                  onBlur={() => onActive(null)}
                  onClick={() => onChoose(sign)}
                >
                  {nameOf(sign)}
                </button>
                <span className="sign-table-kind muted">
                  <code>{sign.class_code}</code>
                  <span className="category-dot" />
                  {categories[sign.category]}
                </span>
              </td>
              <td className="number">
                {sign.verdict === 'added' ? null : confidence(sign.confidence)}
                {sign.verdict === null ? null : <span className="sign-verdict">{t[sign.verdict]}</span>}
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
