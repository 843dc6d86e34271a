import { useSyncExternalStore } from 'react'

/** `system` follows what the operating system is set to. */
export type ThemeChoice = 'system' | 'light' | 'dark'

const THEME_KEY = 'hz.theme'
const choices: readonly string[] = ['system', 'light', 'dark']
const systemIsDark = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

let choice = storedChoice()
systemIsDark.addEventListener('change', apply)

export function setTheme(next: ThemeChoice): void {
  choice = next
  try {
    localStorage.setItem(THEME_KEY, next)
  } catch {
    // Storage may be switched off; the choice then lasts as long as the page.
  }
  apply()
}

export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(subscribe, () => choice)
}

export function useIsDark(): boolean {
  return useSyncExternalStore(subscribe, isDark)
}

function isDark(): boolean {
  return choice === 'dark' || (choice === 'system' && systemIsDark.matches)
}

/** style.css takes its colours from here; boot.js did the same before the first paint. */
function apply(): void {
  document.documentElement.dataset.theme = isDark() ? 'dark' : 'light'
  for (const tell of listeners) tell()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function storedChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(THEME_KEY) ?? ''
    return choices.includes(stored) ? (stored as ThemeChoice) : 'system'
  } catch {
    return 'system'
  }
}
