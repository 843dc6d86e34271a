import { isPage, page, type StringStorage } from './page-globals.ts'

export function memoryStorage(): StringStorage {
  const values = new Map<string, string>()
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  }
}

/** `sessionStorage` is one tab's, `localStorage` all tabs'. Where there is none, or a page may not use it, memory. */
export function pageStorage(name: 'localStorage' | 'sessionStorage'): StringStorage {
  if (!isPage()) return memoryStorage()
  try {
    // Reading the property throws where the user has forbidden storage, writing where it is full.
    const storage = page[name]
    storage?.setItem('hz.probe', '')
    storage?.removeItem('hz.probe')
    return storage ?? memoryStorage()
  } catch {
    return memoryStorage()
  }
}
