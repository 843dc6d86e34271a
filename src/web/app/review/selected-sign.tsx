import { CheckOutlined, CloseOutlined, DeleteOutlined, SwapOutlined, UndoOutlined } from '@ant-design/icons'
import { Button, InputNumber } from 'antd'
import type { BoundingBox, ReviewedSign, SignClass } from '../../../contract/index.ts'
import { useTexts } from '../language/texts.ts'
import { useSignName } from '../picture/sign-names.ts'
import type { Size } from './box-geometry.ts'
import type { ReviewActions } from './review-actions.ts'
import { texts } from './texts.ts'

interface Props {
  sign: ReviewedSign
  picture: Size
  recent: readonly SignClass[]
  actions: ReviewActions
}

/** What can be said of the chosen sign, by buttons large enough for thumbs. */
export function SelectedSign({ sign, picture, recent, actions }: Props) {
  const t = useTexts(texts)
  const nameOf = useSignName()
  const isOwn = sign.model === null
  return (
    <section className="selected-sign" aria-label={t.selected(nameOf(sign))}>
      <div className="selected-sign-buttons">
        <Button type="primary" size="large" icon={<CheckOutlined />} disabled={isOwn} onClick={actions.accept}>
          {t.accept} <kbd>A</kbd>
        </Button>
        <Button size="large" danger icon={isOwn ? <DeleteOutlined /> : <CloseOutlined />} onClick={actions.reject}>
          {isOwn ? t.delete : t.reject} <kbd>R</kbd>
        </Button>
        <Button size="large" icon={<SwapOutlined />} onClick={actions.relabel}>
          {t.relabel} <kbd>L</kbd>
        </Button>
      </div>
      {recent.length === 0 ? null : (
        <ul className="recent-classes" aria-label={t.recent}>
          {recent.map((signClass, index) => (
            <li key={signClass.class_code}>
              <Button size="small" onClick={() => actions.relabelAs(signClass)}>
                <kbd>{index + 1}</kbd> {nameOf(signClass)}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <div className="row box-fields">
        <BoxFields bbox={sign.bbox} picture={picture} onPlace={actions.place} />
        <Button size="small" icon={<UndoOutlined />} disabled={isOwn || sign.verdict === null} onClick={actions.reset}>
          {t.reset}
        </Button>
      </div>
    </section>
  )
}

interface FieldProps {
  bbox: BoundingBox
  picture: Size
  onPlace: (bbox: BoundingBox) => void
}

/** The box in numbers, for whoever does not drag. */
function BoxFields({ bbox, picture: { width, height }, onPlace }: FieldProps) {
  const t = useTexts(texts)
  const [x1, y1, x2, y2] = bbox
  const limits = [
    [0, x2 - 1],
    [0, y2 - 1],
    [x1 + 1, width],
    [y1 + 1, height],
  ] as const
  return [t.left, t.top, t.right, t.bottom].map((label, side) => (
    <InputNumber
      key={label}
      aria-label={label}
      prefix={<span aria-hidden="true">{label[0]}</span>}
      size="small"
      precision={0}
      min={limits[side]?.[0] ?? 0}
      max={limits[side]?.[1] ?? width}
      value={bbox[side] ?? 0}
      onChange={(value) => {
        if (value !== null) onPlace(bbox.with(side, value) as BoundingBox)
      }}
    />
  ))
}
