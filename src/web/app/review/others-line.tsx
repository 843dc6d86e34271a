import { Alert, Button } from 'antd'
import type { Review } from '../../../contract/index.ts'
import { dateTime } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import { texts } from './texts.ts'
import type { ReviewDesk } from './use-review-desk.ts'
import { takeOver } from './use-save-review.ts'

/** Says when somebody else has saved the record that is open here. */
export function OthersLine({ desk: { editing, dispatch, others } }: { desk: ReviewDesk }) {
  const t = useTexts(texts)
  const { toDecide, taken, forget } = others
  const words = ({ by, at, version }: Review) =>
    t.savedByOther(by?.username ?? t.somebody, at === null ? '' : dateTime(at), version)
  if (toDecide !== null) {
    return (
      <Alert
        type="warning"
        showIcon
        role="status"
        title={words(toDecide)}
        description={t.othersHelp}
        action={
          <div className="row">
            <Button onClick={() => takeOver(editing, toDecide, 'theirs', dispatch)}>{t.loadTheirs}</Button>
            <Button onClick={() => takeOver(editing, toDecide, 'mine', dispatch)}>{t.mineOnTop}</Button>
          </div>
        }
      />
    )
  }
  if (taken === null) return null
  return (
    <Alert
      type="info"
      showIcon
      role="status"
      title={`${words(taken)} ${t.takenOver}`}
      closable={{ closeIcon: true, onClose: forget, 'aria-label': t.close }}
    />
  )
}
