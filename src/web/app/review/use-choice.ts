import { useState } from 'react'

/** A switch that is as it was left, also after a reload. */
export function useChoice(name: string, usual: boolean): [boolean, () => void] {
  const key = `hz.review.${name}`
  const [isOn, setOn] = useState(() => stored(key) ?? usual)
  const toggle = () => {
    setOn(!isOn)
    try {
      localStorage.setItem(key, String(!isOn))
    } catch {
      // Storage may be switched off; the choice then lasts as long as the page.
    }
  }
  return [isOn, toggle]
}

function stored(key: string): boolean | null {
  try {
    const text = localStorage.getItem(key)
    return text === null ? null : text === 'true'
  } catch {
    return null
  }
}
