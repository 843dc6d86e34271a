import type { RefObject } from 'react'
import type { Record } from '../../../contract/index.ts'
import { type Shortcut, useShortcuts } from '../frame/shortcuts.ts'
import { useTexts } from '../language/texts.ts'
import type { StageHandle } from '../picture/picture-stage.tsx'
import { type BoxHandle, movedBox, type Point, resizedBox } from './box-geometry.ts'
import { focusSign, focusStage, isOnStage } from './page-focus.ts'
import { texts } from './texts.ts'
import type { ReviewDesk } from './use-review-desk.ts'

interface View {
  stage: RefObject<StageHandle | null>
  toggleBoxes: () => void
  toggleZoom: () => void
  showHistory: () => void
}

const arrows: { [key: string]: Point } = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}
const LONG_STEP = 10

/** Every key of the page. Arrows are the box's while the picture has the focus, else they go from sign to sign. */
export function useReviewKeys(record: Record, desk: ReviewDesk, view: View): void {
  const t = useTexts(texts)
  const { actions, recent, isAdding, setAdding } = desk
  useShortcuts(t.moving, boxKeys(record, desk, t))
  useShortcuts(t.title, [
    { key: 'a', text: t.accept, run: actions.accept },
    { key: 'Enter', text: t.accept, run: actions.accept },
    { key: 'r', text: t.rejectOrDelete, run: actions.reject },
    { key: 'Delete', text: t.rejectOrDelete, run: actions.reject },
    { key: 'l', text: t.relabel, run: actions.relabel },
    ...recent.map((signClass, i) => ({
      key: String(i + 1),
      text: t.relabelAs(signClass.class_code),
      run: () => actions.relabelAs(signClass),
    })),
    { key: 'Backspace', text: t.reset, run: actions.reset },
    { key: 'n', text: t.add, run: actions.add },
    { key: 'e', text: t.editBox, run: focusStage },
    { key: 'Escape', text: t.escape, run: () => (isAdding ? setAdding(false) : focusSign()) },
    { key: 'Mod+z', text: t.undo, run: actions.undo },
    { key: 'Mod+Shift+z', text: t.redo, run: actions.redo },
    { key: 'Tab', text: t.nextSign },
    { key: 'ArrowDown', text: t.nextSign, run: () => actions.step(1) },
    { key: 'Shift+Tab', text: t.previousSign },
    { key: 'ArrowUp', text: t.previousSign, run: () => actions.step(-1) },
    { key: 'Mod+s', text: t.save, run: actions.save },
    { key: 'Mod+Enter', text: t.finish, run: actions.finish },
    { key: 's', text: t.skip, run: actions.skip },
    { key: 'p', text: t.back, run: actions.back },
    { key: 'q', text: t.toQueue, run: actions.toQueue },
    { key: 'h', text: t.history, run: view.showHistory },
    { key: 'b', text: t.boxes, run: view.toggleBoxes },
    { key: 'z', text: t.autoZoom, run: view.toggleZoom },
    { key: '+', text: t.zoomIn, run: () => view.stage.current?.zoom(1) },
    { key: '-', text: t.zoomOut, run: () => view.stage.current?.zoom(-1) },
    { key: '0', text: t.wholePicture, run: () => view.stage.current?.fit() },
    { key: ' ', text: t.panKey, run: () => {} },
  ])
}

const boxes: Array<{
  modifier: string
  step: number
  handle: BoxHandle | null
  text: 'move' | 'moveFar' | 'resize' | 'resizeFar'
}> = [
  { modifier: '', step: 1, handle: null, text: 'move' },
  { modifier: 'Shift+', step: LONG_STEP, handle: null, text: 'moveFar' },
  { modifier: 'Alt+', step: 1, handle: 'se', text: 'resize' },
  { modifier: 'Alt+Shift+', step: LONG_STEP, handle: 'se', text: 'resizeFar' },
]

/** Arrows move the chosen box; with Alt its right and lower side. A key that is held is one step to undo. */
function boxKeys(picture: Record, { sign, actions }: ReviewDesk, t: (typeof texts)['en']): Shortcut[] {
  return boxes.flatMap(({ modifier, step, handle, text }) =>
    Object.entries(arrows).map(([key, { x, y }]) => ({
      key: `${modifier}${key}`,
      text: t[text],
      when: isOnStage,
      run: (event: KeyboardEvent) => {
        if (sign === null) return
        const by = { x: x * step, y: y * step }
        const bbox = handle === null ? movedBox(sign.bbox, by, picture) : resizedBox(sign.bbox, handle, by, picture)
        actions.place(bbox, event.repeat)
      },
    })),
  )
}
