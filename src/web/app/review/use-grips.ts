import { type RefObject, useEffect, useRef } from 'react'

/**
 * Keeps the stage from panning or zooming with what is dragged here. Its listeners are the browser's own, on elements
 * around this one, so React's would come too late.
 * @returns whether the key that pans is held
 */
export function useGrips(svg: RefObject<SVGSVGElement | null>) {
  const isPanKeyHeld = useRef(false)
  useEffect(() => {
    const element = svg.current
    if (element === null) return
    const keep = (event: Event) => {
      const isGripped = event.target instanceof Element && event.target.closest('[data-grip]') !== null
      if (!isGripped || isPanKeyHeld.current || !isSinglePointer(event)) return
      event.stopPropagation()
      // Else the finger scrolls the page: Chromium does not heed touch-action within an SVG that is zoomed.
      if (event.type === 'touchstart') event.preventDefault()
    }
    const hold = (event: KeyboardEvent) => {
      if (event.key !== ' ') return
      isPanKeyHeld.current = event.type === 'keydown'
      element.toggleAttribute('data-panning', isPanKeyHeld.current)
    }
    const kinds = ['mousedown', 'touchstart', 'dblclick'] as const
    for (const kind of kinds) element.addEventListener(kind, keep, { passive: false })
    for (const kind of ['keydown', 'keyup'] as const) addEventListener(kind, hold)
    return () => {
      for (const kind of kinds) element.removeEventListener(kind, keep)
      for (const kind of ['keydown', 'keyup'] as const) removeEventListener(kind, hold)
    }
  }, [svg])
  return isPanKeyHeld
}

function isSinglePointer(event: Event): boolean {
  if ('touches' in event) return (event as TouchEvent).touches.length === 1
  return (event as MouseEvent).button === 0
}
