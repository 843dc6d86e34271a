import { useState } from 'react'
import { dateTime } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import { type Draft, removeDraft, storedDraft } from './draft.ts'
import { changedKeys, mergeSigns } from './merge-signs.ts'
import { PromptDialog } from './prompt-dialog.tsx'
import { texts } from './texts.ts'
import type { ReviewDesk } from './use-review-desk.ts'

/** What has to be decided before anything else: a draft of last time, a conflict, unsaved changes at the door. */
export function ReviewDialogs({ desk }: { desk: ReviewDesk }) {
  return (
    <>
      <DraftDialog desk={desk} />
      <ConflictDialog desk={desk} />
      <LeaveDialog desk={desk} />
    </>
  )
}

/** Closing it keeps the draft: what is in it can be undone, what is discarded is gone. */
function DraftDialog({ desk: { draft: key, editing, dispatch } }: { desk: ReviewDesk }) {
  const t = useTexts(texts)
  const [draft, setDraft] = useState(() => usefulDraft(key))
  if (draft === null) return null
  const { at, base, signs, version } = draft
  const use = () => {
    setDraft(null)
    dispatch({ kind: 'replace', signs: mergeSigns(base, signs, editing.base.signs) })
  }
  const discard = () => {
    setDraft(null)
    removeDraft(key)
  }
  const answers = [
    { text: t.discardDraft, run: discard },
    { text: t.useDraft, run: use },
  ]
  return (
    <PromptDialog title={t.draftTitle} answers={answers} onClose={use}>
      <p>{t.draft(changedKeys(base, signs).size, dateTime(at))}</p>
      {version < editing.base.version ? <p>{t.draftIsOlder}</p> : null}
    </PromptDialog>
  )
}

function usefulDraft(key: string): Draft | null {
  const draft = storedDraft(key)
  return draft !== null && changedKeys(draft.base, draft.signs).size > 0 ? draft : null
}

function ConflictDialog({ desk: { saving } }: { desk: ReviewDesk }) {
  const t = useTexts(texts)
  const { conflict, settle } = saving
  if (conflict === null) return null
  const { by, at, version } = conflict
  const answers = [
    { text: t.cancel, run: () => settle('later') },
    { text: t.loadTheirs, run: () => settle('theirs') },
    { text: t.mineOnTop, run: () => settle('mine') },
  ]
  return (
    <PromptDialog title={t.conflictTitle} answers={answers} onClose={() => settle('later')}>
      <p>{t.savedByOther(by?.username ?? t.somebody, at === null ? '' : dateTime(at), version)}</p>
      <p>{t.conflictHelp}</p>
    </PromptDialog>
  )
}

function LeaveDialog({ desk: { guard, saving } }: { desk: ReviewDesk }) {
  const t = useTexts(texts)
  const { blocker } = guard
  if (blocker.state !== 'blocked') return null
  const saveAndLeave = async () => {
    if (await saving.save('in_progress')) blocker.proceed()
    else blocker.reset()
  }
  const answers = [
    { text: t.stay, run: () => blocker.reset() },
    { text: t.leaveDraft, run: () => blocker.proceed() },
    { text: t.saveAndLeave, run: () => void saveAndLeave(), isLoading: saving.isSaving },
  ]
  return (
    <PromptDialog title={t.leaveTitle} answers={answers} onClose={() => blocker.reset()}>
      <p>{t.leaveHelp}</p>
    </PromptDialog>
  )
}
