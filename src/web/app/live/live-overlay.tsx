import { type RefObject, useEffect, useState } from 'react'
import type { FrameAnswer } from '../../../client/index.ts'
import { useLanguage } from '../language/language.ts'
import { signName } from '../picture/sign-names.ts'
import { type SignBox, SignOverlay } from '../picture/sign-overlay.tsx'
import { followPictures } from '../video/video-clock.ts'
import { whereNow } from './where-now.ts'

interface Props {
  video: RefObject<HTMLVideoElement | null>
  /** The last ones, oldest first; one at least. */
  answers: readonly FrameAnswer[]
  /** Pixels of the screen. */
  width: number
}

/** The signs in sight, drawn anew with each picture of the camera, where they are by then. */
export function LiveOverlay({ video, answers, width }: Props) {
  const language = useLanguage()
  const [nowMs, setNowMs] = useState(Date.now)
  useEffect(() => {
    if (video.current !== null) return followPictures(video.current, () => setNowMs(Date.now()))
  }, [video])
  const frame = answers.at(-1) as FrameAnswer
  const boxes = whereNow(answers, nowMs).map(
    ({ sign, bbox }): SignBox => ({
      key: String(sign.track_id),
      bbox,
      category: sign.category,
      label: signName(sign, language),
    }),
  )
  const size = { width: frame.width, height: frame.height }
  return <SignOverlay {...{ boxes, ...size }} activeKey={null} unit={frame.width / width} labels="all" />
}
