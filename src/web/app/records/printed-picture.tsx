import { type SignBox, SignOverlay } from '../picture/sign-overlay.tsx'

interface Props {
  url: string
  alt: string
  width: number
  height: number
  boxes: readonly SignBox[]
}

/** Between the margins of an A4 page, in CSS pixels; and as high as leaves room for the signs. */
const PAGE = { width: 680, height: 430 }

/** The whole picture for paper, however it is zoomed on the screen, where it is not to be seen. */
export function PrintedPicture({ url, alt, width, height, boxes }: Props) {
  const scale = Math.min(PAGE.width / width, PAGE.height / height)
  return (
    <div className="marked-picture print-only" style={{ width: width * scale, height: height * scale }}>
      <img src={url} alt={alt} />
      <SignOverlay {...{ width, height, boxes }} activeKey={null} unit={1 / scale} labels="all" />
    </div>
  )
}
