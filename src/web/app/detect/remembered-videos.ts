import type { Card, VideoCourse } from './card.ts'

const KEY = 'hz.videos'

/** What was told of videos and is told only once, by task, so that a reload loses nothing of it. */
export function rememberedVideos(): Map<string, VideoCourse> {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '{}')
    return new Map(typeof stored === 'object' && stored !== null ? Object.entries(stored) : [])
  } catch {
    return new Map()
  }
}

export function rememberVideos(cards: readonly Card[]): void {
  const courses = cards.flatMap(({ taskId, video }) => (taskId === null || video === null ? [] : [[taskId, video]]))
  try {
    sessionStorage.setItem(KEY, JSON.stringify(Object.fromEntries(courses)))
  } catch {
    // Storage may be full or switched off; then a reload shows what is told from then on.
  }
}
