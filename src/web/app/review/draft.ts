import { useEffect, useRef } from 'react'
import type { ReviewedSign } from '../../../contract/index.ts'
import { type Editing, isChanged } from './edit-review.ts'

/** What was changed and not saved, and what it was made out of. */
export interface Draft {
  version: number
  base: ReviewedSign[]
  signs: ReviewedSign[]
  /** RFC 3339 */
  at: string
}

/** One of each person for each record. */
export function draftKey(userId: number | null, recordId: number): string {
  return `hz.draft.${userId ?? 'local'}.${recordId}`
}

export function storedDraft(key: string): Draft | null {
  try {
    const draft = JSON.parse(localStorage.getItem(key) ?? 'null') as Draft | null
    return Array.isArray(draft?.base) && Array.isArray(draft.signs) ? draft : null
  } catch {
    return null
  }
}

export function removeDraft(key: string): void {
  try {
    localStorage.removeItem(key)
  } catch {
    // Storage that is switched off holds no draft.
  }
}

/** Keeps what is not saved, from the first change until there is none. */
export function useDraft(key: string, editing: Editing): void {
  const isKept = useRef(false)
  useEffect(() => {
    if (isChanged(editing)) {
      isKept.current = true
      keepDraft(key, editing)
    } else if (isKept.current) {
      isKept.current = false
      removeDraft(key)
    }
  }, [key, editing])
}

function keepDraft(key: string, { base, signs }: Editing): void {
  const draft = { version: base.version, base: base.signs, signs, at: new Date().toISOString() }
  try {
    localStorage.setItem(key, JSON.stringify(draft))
  } catch {
    // Storage may be full or switched off; the page still warns before it is left.
  }
}
