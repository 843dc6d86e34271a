import { useEffect, useRef } from 'react'
import { type Blocker, useBlocker } from 'react-router'

/** Asks before a page with unsaved changes is left; `open` lets the next way out be taken. */
export function useLeaveGuard(isChanged: boolean): { blocker: Blocker; open: () => void } {
  const isOpen = useRef(false)
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      isChanged && !isOpen.current && currentLocation.pathname !== nextLocation.pathname,
  )
  useEffect(() => {
    if (!isChanged) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [isChanged])
  return {
    blocker,
    open: () => {
      isOpen.current = true
    },
  }
}
