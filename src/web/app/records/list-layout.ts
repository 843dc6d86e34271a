import type { View } from './view-choice.ts'

/** Measures of the list in pixels of the screen; records.css has what is within. */
export interface ListLayout {
  columns: number
  /** From one row to the next. */
  rowHeight: number
  tileWidth: number
}

/** Between two tiles. */
export const GAP = 12
/** Below the picture: classes, file, and time. */
const TEXT_HEIGHT = 82
const TABLE_ROW_HEIGHT = 56
const PHONE_WIDTH = 560

export function layoutOf(view: View, width: number): ListLayout {
  if (view === 'table') return { columns: 1, rowHeight: TABLE_ROW_HEIGHT, tileWidth: width }
  const leastWidth = width < PHONE_WIDTH ? 150 : width > 2000 ? 260 : 210
  const columns = Math.max(1, Math.floor((width + GAP) / (leastWidth + GAP)))
  const tileWidth = Math.floor((width - GAP * (columns - 1)) / columns)
  return { columns, tileWidth, rowHeight: Math.round((tileWidth * 2) / 3) + TEXT_HEIGHT + GAP }
}

/** How wide the list is going to be, before it can be measured: so that a place to scroll back to exists at once. */
export function expectedWidth(): number {
  const { clientWidth } = document.documentElement
  return clientWidth - (clientWidth <= 760 ? 24 : 48)
}
