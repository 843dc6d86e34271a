import { type RefObject, useLayoutEffect, useRef } from 'react'
import { type Shortcut, useShortcuts } from '../frame/shortcuts.ts'
import { useTexts } from '../language/texts.ts'
import { useKeptState } from './kept-state.ts'
import { texts } from './texts.ts'
import type { Selection } from './use-selection.ts'

interface Options {
  total: number
  columns: number
  list: RefObject<HTMLElement | null>
  selection: Selection
  /** The record at a place, where it is there already. */
  idAt: (index: number) => number | undefined
  /** Brings a row into view, and so into being. */
  reveal: (row: number) => void
  /** Says what went wrong. */
  report: (work: Promise<void>) => void
}

/**
 * The one record of the list that keys mean. It follows the focus, and the arrows move it: wherever the focus was,
 * unless that has use for arrows of its own.
 */
export function useListFocus({ total, columns, list, selection, idAt, reveal, report }: Options) {
  const t = useTexts(texts)
  const [kept, setIndex] = useKeptState('focus', 0)
  const index = Math.max(0, Math.min(kept, total - 1))
  const isDue = useRef(false)
  const focus = (place: number) => {
    const link = list.current?.querySelector<HTMLElement>(`[data-index="${place}"] a`)
    link?.focus({ preventScroll: true })
    isDue.current = link == null
  }
  // After every drawing: it may take some until what is to have the focus is there.
  useLayoutEffect(() => {
    if (isDue.current) focus(index)
  })
  const moveTo = (target: number) => {
    const next = Math.max(0, Math.min(target, total - 1))
    setIndex(next)
    reveal(Math.floor(next / columns))
    focus(next)
    return next
  }
  // The first press says where one is, the next ones move.
  const isHere = () => list.current?.contains(document.activeElement) === true
  const step = (by: number) => moveTo(isHere() ? index + by : index)
  const extend = (by: number) => report(selection.extendTo(moveTo(index + by)))
  const toggle = () => {
    const id = idAt(index)
    if (id !== undefined) selection.toggle(id, index)
  }
  const arrows: Shortcut[] = [
    { key: 'ArrowLeft', text: t.keyLeft, run: () => step(-1) },
    { key: 'ArrowRight', text: t.keyRight, run: () => step(1) },
    { key: 'ArrowUp', text: t.keyUp, run: () => step(-columns) },
    { key: 'ArrowDown', text: t.keyDown, run: () => step(columns) },
    { key: 'Home', text: t.keyHome, run: () => moveTo(0) },
    { key: 'End', text: t.keyEnd, run: () => moveTo(total - 1) },
  ]
  useShortcuts(t.list, [
    { key: 'Enter', text: t.keyOpen },
    { key: 'x', text: t.keyChoose, run: toggle },
    { key: 'Mod+a', text: t.keyChooseAll, run: () => report(selection.chooseAll(total)) },
    { key: 'Escape', text: t.keyChooseNone, run: selection.clear },
    ...arrows,
    { key: 'Shift+ArrowLeft', text: t.keyExtend, run: () => extend(-1) },
    { key: 'Shift+ArrowRight', text: t.keyExtend, run: () => extend(1) },
    { key: 'Shift+ArrowUp', text: t.keyExtend, run: () => extend(-columns) },
    { key: 'Shift+ArrowDown', text: t.keyExtend, run: () => extend(columns) },
  ])
  return { index, setIndex }
}
