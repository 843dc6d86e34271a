import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, type RefObject, useLayoutEffect, useState } from 'react'
import { useSize } from '../picture/use-size.ts'
import { expectedWidth, GAP, layoutOf } from './list-layout.ts'
import type { View } from './view-choice.ts'

interface Options {
  view: View
  total: number
  /** Height of what is above the list and moves with it, in pixels. */
  headHeight: number
  frame: RefObject<HTMLElement | null>
  /** What the records are in. */
  list: RefObject<HTMLElement | null>
}

export interface ListWindow {
  columns: number
  /** Places of the records that exist, from 0; none where `last` is below `first`. */
  first: number
  last: number
  listStyle: CSSProperties
  /** For a record that exists apart from those. */
  styleApart: (index: number) => CSSProperties
  reveal: (row: number) => void
}

/** Rows that exist above and below what is seen. */
const OVERSCAN = 3
/** What lies over the list: the bars above, and that of the selection below. */
const COVERED = { scrollPaddingStart: 156, scrollPaddingEnd: 96 }

/**
 * Which part of a list exists, as the window is scrolled. It is in the flow, behind the room of what is above it: a place
 * of its own for each record would make each a style of its own, which costs the browser more than all the rest.
 */
export function useListWindow({ view, total, headHeight, frame, list }: Options): ListWindow {
  const size = useSize(frame)
  const { columns, rowHeight, tileWidth } = layoutOf(view, size.width || expectedWidth())
  const [scrollMargin, setScrollMargin] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what moves the list
  useLayoutEffect(() => {
    setScrollMargin((list.current?.getBoundingClientRect().top ?? 0) + scrollY)
  }, [headHeight, view, size.width])
  const rows = useWindowVirtualizer({
    count: Math.ceil(total / columns),
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    scrollMargin,
    ...COVERED,
    useFlushSync: false,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows are as high as the layout says
  useLayoutEffect(() => rows.measure(), [rowHeight])
  const items = rows.getVirtualItems()
  const [firstRow = 0, lastRow = -1] = [items[0]?.index, items.at(-1)?.index]
  const gap = view === 'grid' ? GAP : 0
  return {
    columns,
    first: firstRow * columns,
    last: Math.min(total, (lastRow + 1) * columns) - 1,
    listStyle: {
      height: rows.getTotalSize(),
      paddingTop: firstRow * rowHeight,
      gridTemplateColumns: `repeat(${columns}, ${tileWidth}px)`,
      gridAutoRows: rowHeight - gap,
    },
    styleApart: (index) => ({
      position: 'absolute',
      top: Math.floor(index / columns) * rowHeight,
      left: (index % columns) * (tileWidth + gap),
      width: tileWidth,
      height: rowHeight - gap,
    }),
    reveal: (row) => rows.scrollToIndex(row),
  }
}
