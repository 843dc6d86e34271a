import { PlusOutlined } from '@ant-design/icons'
import { Button, Switch } from 'antd'
import { type RefObject, useEffect, useRef, useState } from 'react'
import type { Record, Review } from '../../../contract/index.ts'
import { useTexts } from '../language/texts.ts'
import { pictureOf } from '../picture/picture-of.ts'
import type { StageHandle } from '../picture/picture-stage.tsx'
import { ClassPicker } from './class-picker.tsx'
import { HistoryDrawer } from './history-drawer.tsx'
import { OthersLine } from './others-line.tsx'
import { focusStage } from './page-focus.ts'
import type { QueueSearch } from './queue-search.ts'
import { useNext } from './queue-walk.ts'
import { ReviewDialogs } from './review-dialogs.tsx'
import { ReviewHead } from './review-head.tsx'
import { ReviewSigns } from './review-signs.tsx'
import { ReviewStage } from './review-stage.tsx'
import { SelectedSign } from './selected-sign.tsx'
import { texts } from './texts.ts'
import { useChoice } from './use-choice.ts'
import { type ReviewDesk, useReviewDesk } from './use-review-desk.ts'
import { useReviewKeys } from './use-review-keys.ts'

interface Props {
  record: Record
  review: Review
  search: QueueSearch
}

/** One record, to be gone through sign by sign. */
export function ReviewEditor({ record, review, search }: Props) {
  const t = useTexts(texts)
  const stage = useRef<StageHandle>(null)
  const desk = useReviewDesk(record, review, search)
  const { editing, dispatch, sign, actions, picking } = desk
  const [hasBoxes, toggleBoxes] = useChoice('boxes', true)
  const [zooms, toggleZoom] = useChoice('zoom', true)
  const [hasHistory, setHistory] = useState(false)
  const waiting = useNext(record.record_id, search)?.waiting ?? null
  const url = pictureOf(record).url
  useReviewKeys(record, desk, { stage, toggleBoxes, toggleZoom, showHistory: () => setHistory(true) })
  const chooseInPicture = useZoom(stage, desk, zooms)

  return (
    <div className="review">
      <ReviewHead {...{ record, search, waiting, desk }} onHistory={() => setHistory(true)} />
      <OthersLine desk={desk} />
      <div className="review-desk">
        <ReviewStage {...{ record, desk, hasBoxes }} handle={stage} onChoose={chooseInPicture} />
        <aside className="review-side">
          <div className="row review-switches">
            <Button size="small" icon={<PlusOutlined />} aria-pressed={desk.isAdding} onClick={actions.add}>
              {t.add} <kbd>N</kbd>
            </Button>
            <Toggle id="review-boxes" text={t.boxes} isOn={hasBoxes} onToggle={toggleBoxes} />
            <Toggle id="review-zoom" text={t.autoZoom} isOn={zooms} onToggle={toggleZoom} />
          </div>
          <ReviewSigns
            {...{ url }}
            picture={record}
            signs={editing.signs}
            unsaved={desk.unsaved}
            selectedKey={editing.selectedKey}
            onSelect={(key) => dispatch({ kind: 'select', key })}
            onAccept={actions.accept}
          />
          {sign === null ? null : <SelectedSign {...{ sign, actions }} picture={record} recent={desk.recent} />}
        </aside>
      </div>
      {picking === null ? null : (
        <ClassPicker
          {...desk}
          presentCode={picking.kind === 'relabel' ? picking.code : null}
          onPick={desk.pick}
          onClose={() => desk.setPicking(null)}
        />
      )}
      <HistoryDrawer
        recordId={record.record_id}
        isOpen={hasHistory}
        onClose={() => setHistory(false)}
        onRestore={(signs) => {
          dispatch({ kind: 'replace', signs })
          setHistory(false)
        }}
      />
      <ReviewDialogs desk={desk} />
    </div>
  )
}

interface ToggleProps {
  id: string
  text: string
  isOn: boolean
  onToggle: () => void
}

function Toggle({ id, text, isOn, onToggle }: ToggleProps) {
  return (
    <label className="row" htmlFor={id}>
      {text}
      <Switch id={id} size="small" checked={isOn} onChange={onToggle} />
    </label>
  )
}

/**
 * Brings the chosen sign into view, close enough to be judged. A photo begins as a whole.
 * @returns how to choose one in the picture: it is in view already
 */
function useZoom(stage: RefObject<StageHandle | null>, { sign, editing, dispatch }: ReviewDesk, isOn: boolean) {
  const shownKey = useRef(editing.selectedKey)
  const key = sign?.sign_key ?? null
  const bbox = sign?.bbox
  useEffect(() => {
    if (shownKey.current === key) return
    shownKey.current = key
    if (isOn && bbox !== undefined) stage.current?.show(bbox)
  }, [stage, key, bbox, isOn])
  return (chosen: string) => {
    shownKey.current = chosen
    dispatch({ kind: 'select', key: chosen })
    focusStage()
  }
}
