import { memo, useMemo } from 'react'
import type { BoundingBox, SignCategory } from '../../../contract/index.ts'
import { layoutLabels } from '../../../drawing/layout-labels.ts'
import { textWidth } from './text-width.ts'

/** A sign as it is drawn over a picture. */
export interface SignBox {
  key: string
  bbox: BoundingBox
  category: SignCategory
  /** Nothing: the box alone. */
  label: string
  /** What a person rejected stays to be seen, but as an outline of dashes. */
  isRejected?: boolean
}

interface Props {
  /** Pixels of the picture, which the boxes count in. */
  width: number
  height: number
  boxes: readonly SignBox[]
  activeKey: string | null
  onActive?: ((key: string | null) => void) | undefined
  onChoose?: ((key: string) => void) | undefined
  /** Pixels of the picture for each pixel of the screen, so that lines and labels keep their size at any zoom. */
  unit: number
  /** Of the active one alone where there is little room. */
  labels: 'all' | 'active' | 'none'
}

const LABEL_HEIGHT_PX = 18
const LABEL_PADDING_PX = 5

/** Boxes and names as vectors, crisp at any zoom. Labels give way to each other as they do in the drawn picture. */
export const SignOverlay = memo(function SignOverlay(props: Props) {
  const { width, height, boxes, activeKey, onActive, onChoose, unit, labels } = props
  const places = useLabelPlaces(boxes, { width, height }, unit)
  // The active one comes last, so that nothing covers it.
  const order = [...boxes.keys()].sort((a, b) => rankOf(boxes[a], activeKey) - rankOf(boxes[b], activeKey))
  return (
    <svg className="sign-overlay" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {order.map((index) => {
        const box = boxes[index] as SignBox
        const isActive = box.key === activeKey
        const place = labels === 'all' || (labels === 'active' && isActive) ? places[index] : null
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: the list of signs does the same for keys and screen readers
          <g
            key={box.key}
            data-key={box.key}
            data-category={box.category}
            data-active={isActive || undefined}
            data-rejected={box.isRejected || undefined}
            onPointerEnter={() => onActive?.(box.key)}
            onPointerLeave={() => onActive?.(null)}
            onClick={() => onChoose?.(box.key)}
          >
            <BoxLines box={box} unit={unit} isActive={isActive} />
            {place ? <Label text={box.label} x={place.x} y={place.y} unit={unit} /> : null}
          </g>
        )
      })}
    </svg>
  )
})

function BoxLines({ box, unit, isActive }: { box: SignBox; unit: number; isActive: boolean }) {
  const [x1, y1, x2, y2] = box.bbox
  const line = (isActive ? 3 : 2) * unit
  const rect = { x: x1, y: y1, width: x2 - x1, height: y2 - y1, rx: 2 * unit }
  return (
    <>
      <rect {...rect} className="sign-halo" strokeWidth={line + 2 * unit} />
      <rect
        {...rect}
        className="sign-line"
        strokeWidth={line}
        strokeDasharray={box.isRejected ? `${5 * unit} ${4 * unit}` : undefined}
      />
    </>
  )
}

function Label({ text, x, y, unit }: { text: string; x: number; y: number; unit: number }) {
  const size = labelSize(text, unit)
  return (
    <>
      <rect className="sign-label-ground" x={x} y={y} {...size} rx={3 * unit} />
      <text className="sign-label-text" x={x + LABEL_PADDING_PX * unit} y={y + 13 * unit} fontSize={12 * unit}>
        {text}
      </text>
    </>
  )
}

function useLabelPlaces(boxes: readonly SignBox[], picture: { width: number; height: number }, unit: number) {
  const { width, height } = picture
  return useMemo(() => {
    const rects = boxes.map(({ bbox: [x1, y1, x2, y2] }) => ({ x1, y1, x2, y2 }))
    const sizes = boxes.map(({ label }) => labelSize(label, unit))
    return layoutLabels(rects, sizes, { width, height }).map((place, i) => (boxes[i]?.label === '' ? null : place))
  }, [boxes, width, height, unit])
}

function labelSize(text: string, unit: number) {
  return { width: (textWidth(text) + 2 * LABEL_PADDING_PX) * unit, height: LABEL_HEIGHT_PX * unit }
}

function rankOf(box: SignBox | undefined, activeKey: string | null): number {
  return box?.key === activeKey ? 1 : 0
}
