import { useCallback, useState } from 'react'

export type View = 'grid' | 'table'

const KEY = 'hz.records-view'

/** Pictures or a table: as it was chosen last in this browser. */
export function useViewChoice(): [View, (view: View) => void] {
  const [view, setView] = useState(storedView)
  const choose = useCallback((next: View) => {
    setView(next)
    try {
      localStorage.setItem(KEY, next)
    } catch {
      // Storage may be switched off; the choice then lasts as long as the page.
    }
  }, [])
  return [view, choose]
}

function storedView(): View {
  try {
    return localStorage.getItem(KEY) === 'table' ? 'table' : 'grid'
  } catch {
    return 'grid'
  }
}
