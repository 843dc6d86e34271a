import { useRef } from 'react'
import './picture.css'
import { type SignBox, SignOverlay } from './sign-overlay.tsx'
import { useSize } from './use-size.ts'

interface Props {
  url: string
  alt: string
  /** Pixels of the picture, which the boxes count in. */
  width: number
  height: number
  boxes: readonly SignBox[]
  activeKey: string | null
  onActive?: (key: string | null) => void
}

/** A picture with its signs marked, as wide as its place; see PictureStage for one to zoom into. */
export function MarkedPicture({ url, alt, width, height, boxes, activeKey, onActive }: Props) {
  const frame = useRef<HTMLDivElement>(null)
  const size = useSize(frame)
  return (
    <div ref={frame} className="marked-picture" style={{ aspectRatio: `${width} / ${height}` }}>
      <img src={url} alt={alt} width={width} height={height} loading="lazy" decoding="async" />
      {size.width > 0 ? (
        <SignOverlay
          {...{ width, height, boxes, activeKey, onActive }}
          unit={width / size.width}
          labels={size.width < 200 ? 'active' : 'all'}
        />
      ) : null}
    </div>
  )
}
