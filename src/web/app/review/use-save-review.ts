import { useQuery } from '@tanstack/react-query'
import { App } from 'antd'
import { type Dispatch, useEffect, useState } from 'react'
import { HzError } from '../../../client/index.ts'
import type { Review, ReviewChange } from '../../../contract/index.ts'
import { useLanguage } from '../language/language.ts'
import { client } from '../server/client.ts'
import { describeError } from '../server/error-texts.ts'
import { queries, topics } from '../server/queries.ts'
import { changeOf, type Edit, type Editing, isChanged } from './edit-review.ts'
import { reviewQuery } from './review-queries.ts'

export interface Saving {
  isSaving: boolean
  /** False: it was not saved, and the person has been told why. */
  save: (state: ReviewChange['state']) => Promise<boolean>
  /** What somebody else saved first, so that this could not be; null once it is settled. */
  conflict: Review | null
  settle: (how: 'theirs' | 'mine' | 'later') => void
}

export function useSaveReview(editing: Editing, dispatch: Dispatch<Edit>): Saving {
  const language = useLanguage()
  const { message } = App.useApp()
  const [isSaving, setSaving] = useState(false)
  const [conflict, setConflict] = useState<Review | null>(null)
  const { record_id } = editing.base

  const save = async (state: ReviewChange['state']): Promise<boolean> => {
    if (isSaving) return false
    setSaving(true)
    try {
      const outcome = await send(record_id, changeOf(editing, state))
      if (!outcome.isSaved) setConflict(outcome.review)
      else dispatch({ kind: 'rebase', from: editing.signs, onto: outcome.review })
      return outcome.isSaved
    } catch (err) {
      void message.error(describeError(err, language).what)
      return false
    } finally {
      setSaving(false)
    }
  }
  const settle: Saving['settle'] = (how) => {
    setConflict(null)
    if (conflict !== null && how !== 'later') takeOver(editing, conflict, how, dispatch)
  }
  return { isSaving, save, conflict, settle }
}

/** What somebody saved becomes what this goes out from; undo goes back to mine in either case. */
export function takeOver(editing: Editing, theirs: Review, how: 'theirs' | 'mine', dispatch: Dispatch<Edit>): void {
  dispatch({ kind: 'rebase', from: editing.base.signs, onto: theirs })
  if (how === 'theirs') dispatch({ kind: 'replace', signs: theirs.signs })
}

/** A review that came after the one this goes out from: taken at once where nothing is unsaved, else to be decided. */
export function useOthersSave(editing: Editing, isSaving: boolean, dispatch: Dispatch<Edit>) {
  const { data } = useQuery(reviewQuery(editing.base.record_id))
  const [taken, setTaken] = useState<Review | null>(null)
  const newer = !isSaving && data !== undefined && data.version > editing.base.version ? data : null
  const isFree = newer !== null && !isChanged(editing)
  useEffect(() => {
    if (!isFree) return
    dispatch({ kind: 'rebase', from: editing.base.signs, onto: newer })
    setTaken(newer)
  }, [isFree, newer, editing, dispatch])
  return { toDecide: isFree ? null : newer, taken, forget: () => setTaken(null) }
}

async function send(record_id: number, body: ReviewChange): Promise<{ isSaved: boolean; review: Review }> {
  const params = { record_id }
  try {
    const review = await client.call('PUT /api/detections/:record_id/review', { params, body })
    queries.setQueryData(reviewQuery(record_id).queryKey, review)
    void queries.invalidateQueries({ queryKey: [topics.reviews, 'history', record_id] })
    return { isSaved: true, review }
  } catch (err) {
    if (!(err instanceof HzError) || err.code !== 'REVIEW_CONFLICT') throw err
    return { isSaved: false, review: await queries.fetchQuery({ ...reviewQuery(record_id), staleTime: 0 }) }
  }
}
