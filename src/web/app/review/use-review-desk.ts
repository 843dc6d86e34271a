import { App } from 'antd'
import { useMemo, useReducer, useState } from 'react'
import { useLocation, useNavigate } from 'react-router'
import type { BoundingBox, Record, Review, SignClass } from '../../../contract/index.ts'
import { useLanguage } from '../language/language.ts'
import { useTexts } from '../language/texts.ts'
import { describeError } from '../server/error-texts.ts'
import { useMe } from '../server/session.ts'
import { useSignClasses } from '../server/sign-classes.ts'
import { draftKey, useDraft } from './draft.ts'
import { beginEditing, editReview, isChanged, selectedSign } from './edit-review.ts'
import { changedKeys } from './merge-signs.ts'
import { focusStage } from './page-focus.ts'
import { type QueueSearch, writeQueueSearch } from './queue-search.ts'
import { findNext, passRecord } from './queue-walk.ts'
import type { ReviewActions } from './review-actions.ts'
import { texts } from './texts.ts'
import { useLeaveGuard } from './use-leave-guard.ts'
import { useRecentClasses } from './use-recent-classes.ts'
import { useOthersSave, useSaveReview } from './use-save-review.ts'

/** What a class is being chosen for: a sign that is there, or a box just drawn. */
export type Picking = { kind: 'relabel'; key: string; code: string } | { kind: 'add'; bbox: BoundingBox }

/** One record on the desk of a person: what is said of it so far, and everything that can be done with it. */
export function useReviewDesk(record: Record, review: Review, search: QueueSearch) {
  const { record_id: id } = record
  const draft = draftKey(useMe().userId, id)
  const [editing, dispatch] = useReducer(editReview, review, beginEditing)
  const [isAdding, setAdding] = useState(false)
  const [picking, setPicking] = useState<Picking | null>(null)
  const saving = useSaveReview(editing, dispatch)
  const others = useOthersSave(editing, saving.isSaving, dispatch)
  const isDirty = isChanged(editing)
  const guard = useLeaveGuard(isDirty)
  const classes = useClasses(review)
  const [recent, rememberClass] = useRecentClasses(classes)
  const ways = useWays(id, search, guard.open)
  const { message } = App.useApp()
  const t = useTexts(texts)
  useDraft(draft, editing)

  const sign = selectedSign(editing)
  const key = sign?.sign_key
  const onSign = (kind: 'accept' | 'reject' | 'reset') => () => key !== undefined && dispatch({ kind, key })
  const save = async () => {
    if (!isDirty && editing.base.state !== 'unreviewed') void message.info(t.nothingToSave)
    else if (await saving.save('in_progress')) void message.success(t.saved)
  }
  const finish = async () => {
    const isDone = !isDirty && editing.base.state === 'reviewed'
    if (isDone || (await saving.save('reviewed'))) await ways.goOn()
  }
  const actions: ReviewActions = {
    accept: onSign('accept'),
    reject: onSign('reject'),
    reset: onSign('reset'),
    relabel: () => sign !== null && setPicking({ kind: 'relabel', key: sign.sign_key, code: sign.class_code }),
    relabelAs: (signClass) => {
      if (key === undefined) return
      rememberClass(signClass.class_code)
      dispatch({ kind: 'relabel', key, signClass })
    },
    place: (bbox, isContinued = false) => key !== undefined && dispatch({ kind: 'place', key, bbox, isContinued }),
    add: () => {
      setAdding(!isAdding)
      // From here on Enter and Esc are about the box to be drawn, and not about a sign of the list.
      focusStage()
    },
    undo: () => dispatch({ kind: 'undo' }),
    redo: () => dispatch({ kind: 'redo' }),
    step: (direction) => dispatch({ kind: 'step', direction }),
    save: () => void save(),
    finish: () => void finish(),
    ...{ skip: ways.skip, back: ways.back, toQueue: ways.toQueue },
  }
  const drawn = (bbox: BoundingBox) => {
    setAdding(false)
    setPicking({ kind: 'add', bbox })
  }
  const pick = (signClass: SignClass) => {
    setPicking(null)
    rememberClass(signClass.class_code)
    if (picking?.kind === 'relabel') dispatch({ kind: 'relabel', key: picking.key, signClass })
    if (picking?.kind === 'add') dispatch({ kind: 'add', key: newKey(), bbox: picking.bbox, signClass })
  }
  return {
    ...{ editing, dispatch, sign, isDirty, isAdding, setAdding, picking, setPicking, saving, others, guard, draft },
    ...{ classes, recent, actions, drawn, pick },
    unsaved: useMemo(() => changedKeys(editing.base.signs, editing.signs), [editing]),
  }
}

export type ReviewDesk = ReturnType<typeof useReviewDesk>

/** The ways from one record to another. */
function useWays(id: number, search: QueueSearch, openGuard: () => void) {
  const navigate = useNavigate()
  const language = useLanguage()
  const { message } = App.useApp()
  const isFirstPage = useLocation().key === 'default'
  const params = String(writeQueueSearch(search))
  const toQueue = () => void navigate(`/review?${params}`)
  const goToNext = async () => {
    passRecord(id)
    try {
      const { next } = await findNext(id, search)
      if (next === null) await navigate(`/review?${params}`, { state: { isQueueDone: true } })
      else await navigate(`/review/${next.record_id}?${params}`)
    } catch (err) {
      void message.error(describeError(err, language).what)
    }
  }
  const goOn = () => {
    openGuard()
    return goToNext()
  }
  return { goOn, skip: () => void goToNext(), toQueue, back: () => (isFirstPage ? toQueue() : void navigate(-1)) }
}

/** What the running model knows, and what this record has from whichever model it had. */
function useClasses(review: Review): SignClass[] {
  const labels = useSignClasses()
  return useMemo(() => {
    const known = new Map(labels.map((label) => [label.class_code, label]))
    for (const sign of review.signs) {
      for (const { class_code, class_name, class_name_en, category } of [sign.model ?? sign, sign])
        if (!known.has(class_code)) known.set(class_code, { class_code, class_name, class_name_en, category })
    }
    return [...known.values()]
  }, [labels, review])
}

/** Not like the model's keys, and unlike any other's. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return `p${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
