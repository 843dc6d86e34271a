import { useEffect, useState } from 'react'
import { focusSign } from './page-focus.ts'

/** Once this is gone, the focus is again where it was before: hands go on where they were. */
export function useFocusBack(): void {
  const [before] = useState(() => document.activeElement)
  useEffect(
    () => () => {
      if (before instanceof HTMLElement && before !== document.body && before.isConnected) before.focus()
      else focusSign()
    },
    [before],
  )
}
