const KEY = 'hz.tasks'
const MOST = 200

/** The tasks whose cards this window shows, so that a reload finds them again. */
export function rememberedTasks(): string[] {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]')
    return Array.isArray(stored) ? stored.filter((id) => typeof id === 'string') : []
  } catch {
    return []
  }
}

let remembered = ''

export function rememberTasks(taskIds: readonly string[]): void {
  const text = JSON.stringify(taskIds.slice(0, MOST))
  if (text === remembered) return
  remembered = text
  try {
    sessionStorage.setItem(KEY, text)
  } catch {
    // Storage may be full or switched off; then a reload shows what still runs, and no more.
  }
}
