import { randomInt } from 'node:crypto'
import type { LiveSession } from './live-session.ts'

/** Of a session that has ended, frames may still be on their way. */
const AFTERGLOW_MS = 5000

/** Which session a frame is for, by the number in its header and the line it came over. */
export class SessionNumbers {
  readonly #sessions = new Map<number, LiveSession>()
  /** Sessions that have ended: when, and over which line their last frames may come. */
  readonly #ended = new Map<number, { atMs: number; lineId: string | null }>()

  /** A number that no session has, nor had a moment ago. */
  free(): number {
    for (;;) {
      const number = randomInt(1, 2 ** 32)
      if (!this.#sessions.has(number) && !this.#ended.has(number)) return number
    }
  }

  add(session: LiveSession): void {
    this.#sessions.set(session.options.number, session)
  }

  remove({ lineId, options: { number } }: LiveSession): void {
    const now = Date.now()
    this.#sessions.delete(number)
    this.#ended.set(number, { atMs: now, lineId })
    for (const [old, { atMs }] of this.#ended) if (now - atMs >= AFTERGLOW_MS) this.#ended.delete(old)
  }

  find(number: number, lineId: string): LiveSession | null {
    const session = this.#sessions.get(number)
    return session?.lineId === lineId && !session.isOver ? session : null
  }

  hasJustEnded(number: number, lineId: string): boolean {
    const session = this.#sessions.get(number)
    if (session !== undefined) return session.isOver && session.lineId === lineId
    const ended = this.#ended.get(number)
    return ended?.lineId === lineId && Date.now() - ended.atMs < AFTERGLOW_MS
  }

  over(lineId: string): LiveSession[] {
    return [...this.#sessions.values()].filter((session) => session.lineId === lineId)
  }
}
