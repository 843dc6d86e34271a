import { type Ref, useMemo, useState } from 'react'
import type { BoundingBox, Record, ReviewedSign } from '../../../contract/index.ts'
import type { Language } from '../language/language.ts'
import { useLanguage } from '../language/language.ts'
import { useTexts } from '../language/texts.ts'
import { pictureOf } from '../picture/picture-of.ts'
import { PictureStage, type StageHandle } from '../picture/picture-stage.tsx'
import { signName } from '../picture/sign-names.ts'
import type { SignBox } from '../picture/sign-overlay.tsx'
import { texts as pictureTexts } from '../picture/texts.ts'
import { BoxEditor } from './box-editor.tsx'
import { texts } from './texts.ts'
import type { ReviewDesk } from './use-review-desk.ts'
import { verdictSymbols } from './verdict-mark.tsx'

interface Props {
  record: Record
  desk: ReviewDesk
  hasBoxes: boolean
  handle: Ref<StageHandle>
  onChoose: (key: string) => void
}

/** The picture with what is said of it; while it has the focus, arrows move the chosen box. */
export function ReviewStage({ record, desk, hasBoxes, handle, onChoose }: Props) {
  const t = useTexts(texts)
  const { pictureOf: altOf } = useTexts(pictureTexts)
  const { editing, sign, isAdding, picking, actions, drawn } = desk
  const [preview, setPreview] = useState<BoundingBox | null>(null)
  const boxes = useBoxes(editing.signs, sign, preview)
  const { url, hasDrawnBoxes } = pictureOf(record)
  const { width, height, file_name: name } = record
  if (url === null) return <p className="review-stage review-no-picture muted">{t.noPicture}</p>
  const fresh = picking?.kind === 'add' ? picking.bbox : isAdding ? preview : null
  return (
    <div
      className="review-stage"
      role="application"
      aria-label={t.stage}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes keys; here they move the chosen box
      tabIndex={0}
      data-adding={isAdding || undefined}
    >
      <PictureStage
        {...{ url, width, height, boxes, hasBoxes, handle }}
        alt={altOf(name, editing.signs.length)}
        activeKey={sign?.sign_key ?? null}
        onChoose={onChoose}
      >
        {(unit) => (
          <>
            {fresh === null ? null : <FreshBox bbox={fresh} unit={unit} picture={record} />}
            {hasBoxes || isAdding ? (
              <BoxEditor
                {...{ unit, isAdding }}
                picture={record}
                bbox={sign === null ? null : (preview ?? sign.bbox)}
                onPreview={setPreview}
                onPlace={actions.place}
                onAdd={drawn}
              />
            ) : null}
          </>
        )}
      </PictureStage>
      <p className="review-stage-hint" aria-live="polite">
        {isAdding ? t.addHint : hasDrawnBoxes ? t.drawnBoxes : null}
        <span className="review-move-hint">{sign === null || isAdding ? null : t.moveHint}</span>
      </p>
    </div>
  )
}

/** What is being drawn, before it has a class. */
function FreshBox({
  bbox,
  unit,
  picture,
}: {
  bbox: BoundingBox
  unit: number
  picture: Pick<Record, 'width' | 'height'>
}) {
  const [x, y, x2, y2] = bbox
  return (
    <svg className="sign-overlay fresh-box" viewBox={`0 0 ${picture.width} ${picture.height}`} aria-hidden="true">
      <rect {...{ x, y }} width={x2 - x} height={y2 - y} strokeWidth={2 * unit} />
    </svg>
  )
}

function useBoxes(signs: readonly ReviewedSign[], chosen: ReviewedSign | null, preview: BoundingBox | null): SignBox[] {
  const language = useLanguage()
  return useMemo(
    () => signs.map((sign) => boxOf(sign === chosen && preview !== null ? { ...sign, bbox: preview } : sign, language)),
    [signs, chosen, preview, language],
  )
}

function boxOf(sign: ReviewedSign, language: Language): SignBox {
  const { sign_key: key, bbox, category, verdict } = sign
  const symbol = verdict === null ? '' : `${verdictSymbols[verdict]} `
  return { key, bbox, category, label: `${symbol}${signName(sign, language)}`, isRejected: verdict === 'rejected' }
}
