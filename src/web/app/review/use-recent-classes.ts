import { useState } from 'react'
import type { SignClass } from '../../../contract/index.ts'
import { type RecentClass, withRecent } from './recent-classes.ts'

const KEY = 'hz.recentClasses'

/** The classes chosen last, in the places of their digits, and how to add one. */
export function useRecentClasses(classes: readonly SignClass[]): [SignClass[], (code: string) => void] {
  const [recent, setRecent] = useState(stored)
  const use = (code: string) => {
    const next = withRecent(recent, code)
    setRecent(next)
    try {
      localStorage.setItem(KEY, JSON.stringify(next))
    } catch {
      // Storage may be switched off; the list then lasts as long as the page.
    }
  }
  const known = recent.flatMap(({ code }) => classes.find(({ class_code }) => class_code === code) ?? [])
  return [known, use]
}

function stored(): RecentClass[] {
  try {
    const list = JSON.parse(localStorage.getItem(KEY) ?? '[]') as Partial<RecentClass>[]
    return list.filter(
      (entry): entry is RecentClass => typeof entry.code === 'string' && Number.isInteger(entry.lastUse),
    )
  } catch {
    return []
  }
}
