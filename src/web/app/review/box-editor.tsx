import { type PointerEvent, type TouchEvent, useRef } from 'react'
import type { BoundingBox } from '../../../contract/index.ts'
import { useShortcuts } from '../frame/shortcuts.ts'
import { useTexts } from '../language/texts.ts'
import {
  type BoxHandle,
  boxAround,
  boxBetween,
  handles,
  movedBox,
  type Point,
  resizedBox,
  type Size,
} from './box-geometry.ts'
import { texts } from './texts.ts'
import { useGrips } from './use-grips.ts'

interface Props {
  picture: Size
  /** Pixels of the picture for each pixel of the screen. */
  unit: number
  /** The box that is chosen; null: none. */
  bbox: BoundingBox | null
  isAdding: boolean
  /** Where a box would be if it were let go now; null: nothing is being dragged. */
  onPreview: (bbox: BoundingBox | null) => void
  onPlace: (bbox: BoundingBox) => void
  onAdd: (bbox: BoundingBox) => void
}

type Grip = BoxHandle | 'move' | 'add'

interface Drag {
  grip: Grip
  pointerId: number
  from: Point
  start: BoundingBox
  now: BoundingBox
}

const isCoarse = matchMedia('(pointer: coarse)')
const KNOB_PX = 9
const FINE_TARGET_PX = 24
const COARSE_TARGET_PX = 40
/** A side shorter than this on the screen has room for its corners alone. */
const LEAST_SIDE_PX = 64
const LEAST_GRIP_PX = 16
const TAP_PX = 4
const TAPPED_BOX_PX = 64

/** Handles over the chosen box, and a place to draw a new one; what is not on them pans as before. */
export function BoxEditor({ picture, unit, bbox, isAdding, onPreview, onPlace, onAdd }: Props) {
  const svg = useRef<SVGSVGElement>(null)
  const drag = useRef<Drag | null>(null)
  const isPanKeyHeld = useGrips(svg)

  const begin = (event: PointerEvent<SVGElement>, grip: Grip, start: BoundingBox) => {
    if (drag.current !== null || event.button !== 0 || isPanKeyHeld.current || svg.current === null) return
    event.currentTarget.setPointerCapture(event.pointerId)
    drag.current = { grip, pointerId: event.pointerId, from: pointIn(svg.current, event), start, now: start }
  }
  const go = (event: PointerEvent<SVGElement>) => {
    const { current } = drag
    if (current?.pointerId !== event.pointerId || svg.current === null) return
    current.now = draggedBox(current, pointIn(svg.current, event), picture)
    onPreview(current.now)
  }
  const end = (event: PointerEvent<SVGElement>) => {
    const { current } = drag
    if (current?.pointerId !== event.pointerId || svg.current === null) return
    drag.current = null
    onPreview(null)
    const to = pointIn(svg.current, event)
    const isTap = Math.hypot(to.x - current.from.x, to.y - current.from.y) < TAP_PX * unit
    if (current.grip === 'add') onAdd(isTap ? boxAround(to, TAPPED_BOX_PX * unit, picture) : current.now)
    else if (!isTap) onPlace(current.now)
  }
  const cancel = () => {
    drag.current = null
    onPreview(null)
  }
  const addInView = () => {
    if (svg.current !== null) onAdd(boxAround(centreOfView(svg.current), TAPPED_BOX_PX * unit, picture))
  }
  // A second finger means to zoom: what the first began is given up.
  const pinch = ({ touches }: TouchEvent) => touches.length > 1 && cancel()
  const listeners = { onPointerMove: go, onPointerUp: end, onPointerCancel: cancel, onTouchMove: pinch }
  const { width, height } = picture
  return (
    <svg ref={svg} className="box-editor" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {isAdding ? (
        <rect
          {...{ width, height }}
          className="box-editor-ground"
          data-grip="add"
          onPointerDown={(event) => begin(event, 'add', [0, 0, 0, 0])}
          {...listeners}
        />
      ) : null}
      {isAdding ? <AddByKey onAdd={addInView} /> : null}
      {bbox !== null && !isAdding ? (
        <g {...listeners}>
          <rect
            {...{ x: bbox[0], y: bbox[1], width: bbox[2] - bbox[0], height: bbox[3] - bbox[1] }}
            className="box-editor-body"
            data-grip="move"
            onPointerDown={(event) => begin(event, 'move', bbox)}
          />
          {handles
            .filter((handle) => hasRoom(handle, bbox, unit))
            .map((handle) => (
              <Knob key={handle} {...{ handle, bbox, unit }} onPointerDown={(event) => begin(event, handle, bbox)} />
            ))}
        </g>
      ) : null}
    </svg>
  )
}

interface KnobProps {
  handle: BoxHandle
  bbox: BoundingBox
  unit: number
  onPointerDown: (event: PointerEvent<SVGElement>) => void
}

function Knob({ handle, bbox, unit, onPointerDown }: KnobProps) {
  const [knob, target] = [KNOB_PX * unit, (isCoarse.matches ? COARSE_TARGET_PX : FINE_TARGET_PX) * unit]
  const { x, y } = placeOf(handle, widened(bbox, target, unit))
  return (
    <g data-grip={handle} className="box-editor-knob" onPointerDown={onPointerDown}>
      <rect x={x - target / 2} y={y - target / 2} width={target} height={target} className="box-editor-target" />
      <rect x={x - knob / 2} y={y - knob / 2} width={knob} height={knob} strokeWidth={1.5 * unit} rx={1.5 * unit} />
    </g>
  )
}

/** Adding without a pointer: a box in the middle of what is seen, to be moved from there by keys. */
function AddByKey({ onAdd }: { onAdd: () => void }) {
  const t = useTexts(texts)
  useShortcuts(t.adding, [{ key: 'Enter', text: t.addInView, run: onAdd }])
  return null
}

function draggedBox({ grip, from, start }: Drag, to: Point, picture: Size): BoundingBox {
  if (grip === 'add') return boxBetween(from, to, picture)
  const by = { x: to.x - from.x, y: to.y - from.y }
  return grip === 'move' ? movedBox(start, by, picture) : resizedBox(start, grip, by, picture)
}

/** Where on the picture a pointer is, whatever zoom and scrolling have done to it. */
function pointIn(svg: SVGSVGElement, { clientX, clientY }: { clientX: number; clientY: number }): Point {
  const matrix = svg.getScreenCTM()
  const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(matrix?.inverse())
  return { x, y }
}

function centreOfView(svg: SVGSVGElement): Point {
  const view = (svg.closest('.picture-stage') ?? svg).getBoundingClientRect()
  return pointIn(svg, { clientX: view.x + view.width / 2, clientY: view.y + view.height / 2 })
}

function placeOf(handle: BoxHandle, [x1, y1, x2, y2]: BoundingBox): Point {
  const x = handle.includes('w') ? x1 : handle.includes('e') ? x2 : (x1 + x2) / 2
  const y = handle.includes('n') ? y1 : handle.includes('s') ? y2 : (y1 + y2) / 2
  return { x, y }
}

/** Knobs of a small box stand outside of it, so that there is something left to move it by. */
function widened([x1, y1, x2, y2]: BoundingBox, target: number, unit: number): BoundingBox {
  const outward = (side: number) => Math.min(target / 2, Math.max(0, (target + LEAST_GRIP_PX * unit - side) / 2))
  const [dx, dy] = [outward(x2 - x1), outward(y2 - y1)]
  return [x1 - dx, y1 - dy, x2 + dx, y2 + dy]
}

function hasRoom(handle: BoxHandle, [x1, y1, x2, y2]: BoundingBox, unit: number): boolean {
  if (handle === 'n' || handle === 's') return (x2 - x1) / unit >= LEAST_SIDE_PX
  if (handle === 'w' || handle === 'e') return (y2 - y1) / unit >= LEAST_SIDE_PX
  return true
}
