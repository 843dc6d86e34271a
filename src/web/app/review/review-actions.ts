import type { BoundingBox, SignClass } from '../../../contract/index.ts'

/** What a person can do on the page; keys and buttons call the same. */
export interface ReviewActions {
  accept: () => void
  /** Deletes what a person added. */
  reject: () => void
  reset: () => void
  /** Asks for the class. */
  relabel: () => void
  relabelAs: (signClass: SignClass) => void
  place: (bbox: BoundingBox, isContinued?: boolean) => void
  add: () => void
  undo: () => void
  redo: () => void
  step: (direction: 1 | -1) => void
  save: () => void
  finish: () => void
  skip: () => void
  back: () => void
  toQueue: () => void
}
