import { useSyncExternalStore } from 'react'

/** As the style sheets have it. */
const narrow = matchMedia('(max-width: 760px)')

/** Whether there is room for little more than a list, as on phones. */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => narrow.matches)
}

function subscribe(listener: () => void): () => void {
  narrow.addEventListener('change', listener)
  return () => narrow.removeEventListener('change', listener)
}
