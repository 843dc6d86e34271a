import { EditOutlined } from '@ant-design/icons'
import { Link } from 'react-router'
import type { Record } from '../../../contract/index.ts'
import { dateTime } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import { texts } from './texts.ts'

/** Whether anybody has looked at it, who and when, and the way to do it: for pictures, as a review is drawn on one. */
export function ReviewMark({ record }: { record: Record }) {
  const t = useTexts(texts)
  const { state, by, at } = record.review
  if (record.detection_type !== 'image') return null
  return (
    <section className="panel record-review" aria-labelledby="review-title">
      <h2 id="review-title">{t.review}</h2>
      <p>
        <strong>{t[state]}</strong>
        {by === null || at === null ? null : (
          <span className="muted">{` · ${by.user_id === null ? t.localUser : by.username} · ${dateTime(at)}`}</span>
        )}
      </p>
      <Link className="no-print" to={`/review/${record.record_id}`}>
        <EditOutlined aria-hidden="true" /> {state === 'reviewed' ? t.toReviewed : t.toReview}
      </Link>
    </section>
  )
}
