import { type Dispatch, type SetStateAction, useEffect, useState } from 'react'
import { useLocation } from 'react-router'
import { useMe } from '../server/session.ts'

const MOST_KEPT = 50
const kept = new Map<string, unknown>()

/** State that is found again by going back to this entry of the history: to look at one record loses nothing. */
export function useKeptState<T>(name: string, initial: T): [T, Dispatch<SetStateAction<T>>] {
  const { key } = useLocation()
  const { userId } = useMe()
  const place = `${userId} ${key} ${name}`
  const [value, setValue] = useState<T>(() => (kept.has(place) ? (kept.get(place) as T) : initial))
  useEffect(() => keep(place, value), [place, value])
  return [value, setValue]
}

function keep(place: string, value: unknown): void {
  kept.delete(place)
  kept.set(place, value)
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) return
    kept.delete(oldest)
  }
}
