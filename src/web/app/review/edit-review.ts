import type {
  BoundingBox,
  Review,
  ReviewChange,
  ReviewedSign,
  SignClass,
  SignVerdict,
} from '../../../contract/index.ts'
import { changedKeys, mergeSigns } from './merge-signs.ts'

/** A review in the hands of a person. */
export interface Editing {
  /** What the server has, as far as this page knows. */
  readonly base: Review
  readonly signs: readonly ReviewedSign[]
  readonly selectedKey: string | null
  /** What undo and redo go back and forth to. */
  readonly past: readonly Step[]
  readonly future: readonly Step[]
}

interface Step {
  readonly signs: readonly ReviewedSign[]
  readonly selectedKey: string | null
}

export type Edit =
  | { kind: 'select'; key: string | null }
  | { kind: 'step'; direction: 1 | -1 }
  | { kind: 'accept' | 'reject' | 'reset'; key: string }
  | { kind: 'relabel'; key: string; signClass: SignClass }
  /** `isContinued`: part of the movement before, undone together with it. */
  | { kind: 'place'; key: string; bbox: BoundingBox; isContinued?: boolean }
  | { kind: 'add'; key: string; bbox: BoundingBox; signClass: SignClass }
  /** Other signs in the place of all these: an earlier version, a draft, what somebody else saved. */
  | { kind: 'replace'; signs: readonly ReviewedSign[] }
  | { kind: 'undo' | 'redo' }
  /** The server has another version, made out of `from`: every step goes out from it now. */
  | { kind: 'rebase'; from: readonly ReviewedSign[]; onto: Review }

export function beginEditing(review: Review): Editing {
  const { signs } = review
  const first = signs.find(({ verdict }) => verdict === null) ?? signs[0]
  return { base: review, signs, selectedKey: first?.sign_key ?? null, past: [], future: [] }
}

export function editReview(editing: Editing, edit: Edit): Editing {
  switch (edit.kind) {
    case 'select':
      return { ...editing, selectedKey: edit.key }
    case 'step':
      return { ...editing, selectedKey: neighbour(editing, edit.direction) }
    case 'accept':
      return goOn(change(editing, edit.key, accepted))
    case 'reject':
      return reject(editing, edit.key)
    case 'reset':
      return change(editing, edit.key, (sign) => (sign.model === null ? sign : asFound(sign, sign.model, null)))
    case 'relabel':
      return change(editing, edit.key, (sign) => judged({ ...sign, ...classOf(edit.signClass) }))
    case 'place':
      return place(editing, edit)
    case 'add':
      return commit(editing, [...editing.signs, addedSign(edit)], edit.key)
    case 'replace':
      return commit(editing, edit.signs, editing.selectedKey)
    case 'undo':
      return undo(editing)
    case 'redo':
      return redo(editing)
    case 'rebase':
      return rebase(editing, edit.from, edit.onto)
  }
}

export function isChanged({ base, signs }: Editing): boolean {
  return changedKeys(base.signs, signs).size > 0
}

export function selectedSign({ signs, selectedKey }: Editing): ReviewedSign | null {
  return signs.find(({ sign_key }) => sign_key === selectedKey) ?? null
}

/** How many signs got which verdict; `open`: none yet. */
export function countVerdicts(signs: readonly ReviewedSign[]): Record<SignVerdict | 'open', number> {
  const counts = { accepted: 0, corrected: 0, rejected: 0, added: 0, open: 0 }
  for (const { verdict } of signs) counts[verdict ?? 'open']++
  return counts
}

/** As the server takes it. */
export function changeOf({ base, signs }: Editing, state: ReviewChange['state']): ReviewChange {
  const said = signs.map(({ sign_key, verdict, class_code, bbox }) => ({ sign_key, verdict, class_code, bbox }))
  return { version: base.version, state, signs: said }
}

function place(editing: Editing, { key, bbox, isContinued = false }: Extract<Edit, { kind: 'place' }>): Editing {
  const isThere = (sign: ReviewedSign) => sign.bbox.join() === bbox.join()
  const next = change(editing, key, (sign) => (isThere(sign) ? sign : judged({ ...sign, bbox })))
  return isContinued && next !== editing && editing.past.length > 0 ? { ...next, past: editing.past } : next
}

/** What a person added is deleted; what a model found stays, as a mistake of its. */
function reject(editing: Editing, key: string): Editing {
  const sign = editing.signs.find(({ sign_key }) => sign_key === key)
  if (sign === undefined) return editing
  const { model } = sign
  if (model !== null) return goOn(change(editing, key, () => asFound(sign, model, 'rejected')))
  const rest = editing.signs.filter((other) => other !== sign)
  const next = rest[Math.min(editing.signs.indexOf(sign), rest.length - 1)]
  return commit(editing, rest, next?.sign_key ?? null)
}

function accepted(sign: ReviewedSign): ReviewedSign {
  return sign.verdict === 'corrected' || sign.model === null ? sign : { ...sign, verdict: 'accepted' }
}

/** A person has put it where it is: it is theirs, or right as found, or right now. */
function judged(sign: ReviewedSign): ReviewedSign {
  const { model } = sign
  if (model === null) return { ...sign, verdict: 'added' }
  const isAsFound = model.class_code === sign.class_code && model.bbox.join() === sign.bbox.join()
  return { ...sign, verdict: isAsFound ? 'accepted' : 'corrected' }
}

function asFound(sign: ReviewedSign, model: SignClass & { bbox: BoundingBox }, verdict: 'rejected' | null) {
  return { ...sign, ...classOf(model), bbox: model.bbox, verdict }
}

function addedSign({ key, bbox, signClass }: Extract<Edit, { kind: 'add' }>): ReviewedSign {
  return { sign_key: key, ...classOf(signClass), bbox, verdict: 'added', model: null, by: null, at: null }
}

/** What changes nothing is no step to undo. */
function change(editing: Editing, key: string, how: (sign: ReviewedSign) => ReviewedSign): Editing {
  const signs = editing.signs.map((sign) => (sign.sign_key === key ? how(sign) : sign))
  return commit(editing, signs, key)
}

function commit(editing: Editing, signs: readonly ReviewedSign[], selectedKey: string | null): Editing {
  const isSelectable = signs.some(({ sign_key }) => sign_key === selectedKey)
  const selected = isSelectable ? selectedKey : (signs[0]?.sign_key ?? null)
  if (changedKeys(editing.signs, signs).size === 0) return { ...editing, selectedKey: selected }
  const { past, signs: before, selectedKey: selectedBefore } = editing
  const step = { signs: before, selectedKey: selectedBefore }
  return { ...editing, signs, selectedKey: selected, past: [...past, step], future: [] }
}

function undo(editing: Editing): Editing {
  const { past, future, signs, selectedKey } = editing
  const step = past.at(-1)
  if (step === undefined) return editing
  return { ...editing, ...step, past: past.slice(0, -1), future: [{ signs, selectedKey }, ...future] }
}

function redo(editing: Editing): Editing {
  const { past, future, signs, selectedKey } = editing
  const [step, ...rest] = future
  if (step === undefined) return editing
  return { ...editing, ...step, past: [...past, { signs, selectedKey }], future: rest }
}

/** Undo takes back one's own steps only, whatever was saved in between. */
function rebase(editing: Editing, from: readonly ReviewedSign[], onto: Review): Editing {
  const moved = (step: Step): Step => {
    const signs = mergeSigns(from, step.signs, onto.signs)
    const isThere = signs.some(({ sign_key }) => sign_key === step.selectedKey)
    return { signs, selectedKey: isThere ? step.selectedKey : (signs[0]?.sign_key ?? null) }
  }
  const { signs, selectedKey } = moved(editing)
  const [past, future] = [editing.past.map(moved), editing.future.map(moved)]
  return { base: onto, signs, selectedKey, past, future }
}

/** To what nobody has judged yet, so that a hand on one key gets through a photo. */
function goOn(editing: Editing): Editing {
  const { signs, selectedKey } = editing
  const at = signs.findIndex(({ sign_key }) => sign_key === selectedKey)
  const ahead = [...signs.slice(at + 1), ...signs.slice(0, at)]
  const next = ahead.find(({ verdict }) => verdict === null)
  return next === undefined ? editing : { ...editing, selectedKey: next.sign_key }
}

function neighbour({ signs, selectedKey }: Editing, direction: 1 | -1): string | null {
  if (signs.length === 0) return null
  const at = signs.findIndex(({ sign_key }) => sign_key === selectedKey)
  const from = at === -1 && direction === -1 ? 0 : at
  return signs[(from + direction + signs.length) % signs.length]?.sign_key ?? null
}

function classOf({ class_code, class_name, class_name_en, category }: SignClass): SignClass {
  return { class_code, class_name, class_name_en, category }
}
