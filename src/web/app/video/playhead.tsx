import { type RefObject, useEffect, useRef } from 'react'
import type { VideoClock } from './video-clock.ts'

interface Props {
  clock: VideoClock
  perSecond: number
  /** Pixels of the whole timeline. */
  width: number
  /** What scrolls. */
  place: RefObject<HTMLElement | null>
}

const LINE_PX = 2

/** Where the video is. Moved without React, as it moves with every picture. */
export function Playhead({ clock, perSecond, width, place }: Props) {
  const line = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const move = () => {
      const x = Math.min(clock.timeS * perSecond, width - LINE_PX)
      if (line.current !== null) line.current.style.transform = `translateX(${x}px)`
      const view = place.current
      if (view === null || (x >= view.scrollLeft && x <= view.scrollLeft + view.clientWidth)) return
      view.scrollLeft = x - view.clientWidth / 4
    }
    move()
    return clock.subscribe(move)
  }, [clock, perSecond, width, place])
  return <div ref={line} className="playhead" aria-hidden="true" />
}
