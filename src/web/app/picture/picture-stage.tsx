import { CompressOutlined, ExpandOutlined, ZoomInOutlined, ZoomOutOutlined } from '@ant-design/icons'
import { Button, Tooltip } from 'antd'
import { type ReactNode, type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react'
import { type ReactZoomPanPinchRef, TransformComponent, TransformWrapper } from 'react-zoom-pan-pinch'
import type { BoundingBox } from '../../../contract/index.ts'
import { useTexts } from '../language/texts.ts'
import './picture.css'
import { type SignBox, SignOverlay } from './sign-overlay.tsx'
import { texts } from './texts.ts'
import { useSize } from './use-size.ts'

/** What others may do with a stage. */
export interface StageHandle {
  /** Brings a box into view, with what surrounds it. */
  show(bbox: BoundingBox): void
  fit(): void
  zoom(direction: 1 | -1): void
}

interface Props {
  url: string
  alt: string
  /** Pixels of the picture, which the boxes count in. */
  width: number
  height: number
  boxes: readonly SignBox[]
  hasBoxes: boolean
  hasLabels?: boolean
  activeKey: string | null
  onActive?: (key: string | null) => void
  onChoose?: (key: string) => void
  /** Drawn over the picture in its own pixels, such as handles to move a box by. `unit`: see SignOverlay. */
  children?: (unit: number) => ReactNode
  handle?: Ref<StageHandle>
}

const MOST_PIXELS_PER_PIXEL = 12
const ZOOM_STEP = 0.4
/** Milliseconds that the picture takes to come to another place. */
const MOVE_MS = matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 200
/** In less width than this, all names at once would hide the street. */
const ROOMY_PX = 500

/** A picture to zoom and pan in, by wheel, pinch, drag, buttons and keys, with its signs marked. */
export function PictureStage(props: Props) {
  const { url, alt, width, height, boxes, hasBoxes, hasLabels = true, activeKey, onActive, onChoose, children } = props
  const t = useTexts(texts)
  const frame = useRef<HTMLDivElement>(null)
  const control = useRef<ReactZoomPanPinchRef>(null)
  const size = useSize(frame)
  const [scale, setScale] = useState(1)
  const isReady = size.width > 0 && size.height > 0
  // At scale 1 the whole picture is to be seen.
  const fitted = Math.min(size.width / width, size.height / height) || 1
  const unit = 1 / (fitted * scale)
  const mostScale = Math.max(4, MOST_PIXELS_PER_PIXEL / fitted)

  useImperativeHandle(props.handle, () => ({
    show: (bbox) => showBox(control.current, bbox, fitted, size, mostScale),
    fit: () => void control.current?.resetTransform(MOVE_MS),
    zoom: (direction) =>
      void (direction > 0 ? control.current?.zoomIn(ZOOM_STEP, MOVE_MS) : control.current?.zoomOut(ZOOM_STEP, MOVE_MS)),
  }))
  // biome-ignore lint/correctness/useExhaustiveDependencies: another picture begins as a whole
  useEffect(() => void control.current?.resetTransform(0), [url])

  return (
    <div ref={frame} className="picture-stage">
      {isReady ? (
        <TransformWrapper
          ref={control}
          minScale={1}
          maxScale={mostScale}
          centerOnInit
          doubleClick={{ mode: 'toggle', step: 1.5 }}
          panning={{ velocityDisabled: true }}
          wheel={{ step: 0.0015 }}
          onTransform={(_, state) => setScale(state.scale)}
        >
          <TransformComponent wrapperClass="picture-stage-view" contentClass="picture-stage-content">
            <div className="marked-picture" style={{ width: width * fitted, height: height * fitted }}>
              <img src={url} alt={alt} draggable={false} decoding="async" />
              {hasBoxes ? (
                <SignOverlay
                  {...{ width, height, boxes, activeKey, onActive, onChoose, unit }}
                  labels={hasLabels && (size.width >= ROOMY_PX || scale >= 2) ? 'all' : 'active'}
                />
              ) : null}
              {children?.(unit)}
            </div>
          </TransformComponent>
        </TransformWrapper>
      ) : null}
      <div className="picture-stage-buttons no-print">
        <StageButton
          text={t.zoomIn}
          icon={<ZoomInOutlined />}
          onClick={() => control.current?.zoomIn(ZOOM_STEP, MOVE_MS)}
        />
        <StageButton
          text={t.zoomOut}
          icon={<ZoomOutOutlined />}
          onClick={() => control.current?.zoomOut(ZOOM_STEP, MOVE_MS)}
        />
        <StageButton
          text={t.fit}
          icon={<CompressOutlined />}
          onClick={() => control.current?.resetTransform(MOVE_MS)}
        />
        <StageButton
          text={t.pixels}
          icon={<ExpandOutlined />}
          onClick={() => control.current?.centerView(1 / (fitted * devicePixelRatio), MOVE_MS)}
        />
      </div>
    </div>
  )
}

function StageButton({ text, icon, onClick }: { text: string; icon: ReactNode; onClick: () => void }) {
  return (
    <Tooltip title={text} placement="left">
      <Button size="small" aria-label={text} icon={icon} onClick={onClick} />
    </Tooltip>
  )
}

/** The box takes a third of the view at most, so that its street is seen as well. */
function showBox(
  control: ReactZoomPanPinchRef | null,
  [x1, y1, x2, y2]: BoundingBox,
  fitted: number,
  view: { width: number; height: number },
  mostScale: number,
): void {
  const longest = Math.max(x2 - x1, y2 - y1, 1) * fitted
  const scale = Math.min(mostScale, Math.max(1, Math.min(view.width, view.height) / 3 / longest))
  const [x, y] = [((x1 + x2) / 2) * fitted * scale, ((y1 + y2) / 2) * fitted * scale]
  void control?.setTransform(view.width / 2 - x, view.height / 2 - y, scale, MOVE_MS)
}
