import type { Children } from './children.ts'
import type { Photo } from './photos.ts'

/** What every bench gets. */
export interface Context {
  /** Fewer rounds and rows: to see that a bench works, not to believe its numbers. */
  isQuick: boolean
  /** A throw-away directory. */
  dir: string
  children: Children
  /** How many processes analyse pictures, in the server and in the bare loop. */
  processes: number
  /** How long the video is that shows what memory a video takes; null: as long as the bench likes. */
  videoMinutes: number | null
  /** Where CPU profiles of the server go; null for none. */
  cpuProfileDir: string | null
  photos(): Promise<Photo[]>
  /** Tells the waiting person what goes on. */
  log(text: string): void
}

export type Target = { atLeast: number } | { atMost: number }

/** One line of the table. */
export interface Row {
  what: string
  value: number
  unit: string
  /** Null: told for information only. */
  target: Target | null
  note: string
}

export interface Bench {
  name: string
  run(context: Context): Promise<Row[]>
}

export function row(what: string, value: number, unit: string, target: Target | null = null, note = ''): Row {
  return { what, value, unit, target, note }
}

export function isReached({ value, target }: Row): boolean | null {
  if (target === null) return null
  return 'atLeast' in target ? value >= target.atLeast : value <= target.atMost
}
