import { useSyncExternalStore } from 'react'

export type Language = 'zh-CN' | 'en'

const LANGUAGE_KEY = 'hz.language'

// boot.js has read what was chosen last.
let language: Language = document.documentElement.lang === 'en' ? 'en' : 'zh-CN'
const listeners = new Set<() => void>()

export function languageNow(): Language {
  return language
}

export function setLanguage(next: Language): void {
  language = next
  document.documentElement.lang = next
  try {
    localStorage.setItem(LANGUAGE_KEY, next)
  } catch {
    // Storage may be switched off; the choice then lasts as long as the page.
  }
  for (const tell of listeners) tell()
}

export function onLanguage(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useLanguage(): Language {
  return useSyncExternalStore(onLanguage, languageNow)
}
