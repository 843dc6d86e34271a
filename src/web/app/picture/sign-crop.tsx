import type { BoundingBox } from '../../../contract/index.ts'

interface Props {
  url: string | null
  /** Pixels of the picture, which the box counts in. */
  width: number
  height: number
  bbox: BoundingBox
}

/** A sign by itself, with a little of what surrounds it; cut by the browser out of the picture it has anyway. */
export function SignCrop({ url, width, height, bbox: [x1, y1, x2, y2] }: Props) {
  const side = Math.max(x2 - x1, y2 - y1) * 1.25
  const [left, top] = [(x1 + x2 - side) / 2, (y1 + y2 - side) / 2]
  return (
    <svg className="sign-crop" viewBox={`${left} ${top} ${side} ${side}`} aria-hidden="true">
      {url === null ? null : <image href={url} width={width} height={height} preserveAspectRatio="none" />}
    </svg>
  )
}
