import { type RefObject, useEffect } from 'react'

const LOOKED_AT_MS = 1000
const SHARE = 0.6
/** As much of what is taller than the window counts as having seen it. */
const ENOUGH_PX = 240

/** Calls once, when an element was in view for as long as it takes to look at it. */
export function useSeen(ref: RefObject<HTMLElement | null>, isWanted: boolean, onSeen: () => void): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is done then does not begin the wait anew
  useEffect(() => {
    const element = ref.current
    if (!isWanted || element === null) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const observer = new IntersectionObserver(
      ([entry]) => {
        clearTimeout(timer)
        const isInView =
          entry !== undefined && (entry.intersectionRatio >= SHARE || entry.intersectionRect.height >= ENOUGH_PX)
        if (isInView) timer = setTimeout(onSeen, LOOKED_AT_MS)
      },
      { threshold: [0.1, 0.3, SHARE, 1] },
    )
    observer.observe(element)
    return () => {
      clearTimeout(timer)
      observer.disconnect()
    }
  }, [ref, isWanted])
}
