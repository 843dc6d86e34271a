import {
  ArrowLeftOutlined,
  HistoryOutlined,
  RedoOutlined,
  SaveOutlined,
  StepForwardOutlined,
  UndoOutlined,
} from '@ant-design/icons'
import { Button, Tooltip } from 'antd'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { Record } from '../../../contract/index.ts'
import { count, dateTime } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import { countVerdicts } from './edit-review.ts'
import { type QueueSearch, writeQueueSearch } from './queue-search.ts'
import { texts } from './texts.ts'
import type { ReviewDesk } from './use-review-desk.ts'

interface Props {
  record: Record
  search: QueueSearch
  /** Records that wait; null while that is not known. */
  waiting: number | null
  desk: ReviewDesk
  onHistory: () => void
}

/** Which record this is, how far it is, and what is done with all of it at once. */
export function ReviewHead({ record, search, waiting, desk, onHistory }: Props) {
  const t = useTexts(texts)
  const { editing, actions, saving, isDirty } = desk
  const { open } = countVerdicts(editing.signs)
  return (
    <header className="review-head">
      <div className="review-head-name">
        <Link to={`/review?${writeQueueSearch(search)}`} className="review-to-queue" aria-label={t.toQueue}>
          <ArrowLeftOutlined />
        </Link>
        <h1 title={record.file_name}>{record.file_name}</h1>
        <Link to={`/records/${record.record_id}`} className="review-record">
          {t.record(record.record_id)}
        </Link>
      </div>
      <p className="muted review-state" role="status">
        <ReviewedBy desk={desk} /> · {t.progress(editing.signs.length, open)}
        {isDirty ? <strong className="review-unsaved"> · {t.unsaved}</strong> : null}
        {waiting === null ? null : ` · ${t.waiting(count(waiting))}`}
      </p>
      <div className="row review-head-actions">
        <IconButton text={t.undo} icon={<UndoOutlined />} isOff={editing.past.length === 0} onClick={actions.undo} />
        <IconButton text={t.redo} icon={<RedoOutlined />} isOff={editing.future.length === 0} onClick={actions.redo} />
        <IconButton text={t.history} icon={<HistoryOutlined />} onClick={onHistory} />
        <IconButton text={t.skip} icon={<StepForwardOutlined />} onClick={actions.skip} />
        <Button icon={<SaveOutlined />} loading={saving.isSaving} onClick={actions.save}>
          {t.save}
        </Button>
        <Button type="primary" loading={saving.isSaving} onClick={actions.finish}>
          {t.finish}
        </Button>
      </div>
    </header>
  )
}

function ReviewedBy({ desk }: { desk: ReviewDesk }) {
  const t = useTexts(texts)
  const { state, by, at } = desk.editing.base
  return (
    <>
      {t[state]}
      {at === null ? null : ` (${t.byAt(by?.username ?? t.somebody, dateTime(at))})`}
    </>
  )
}

interface IconProps {
  text: string
  icon: ReactNode
  isOff?: boolean
  onClick: () => void
}

function IconButton({ text, icon, isOff = false, onClick }: IconProps) {
  return (
    <Tooltip title={text}>
      <Button aria-label={text} icon={icon} disabled={isOff} onClick={onClick} />
    </Tooltip>
  )
}
