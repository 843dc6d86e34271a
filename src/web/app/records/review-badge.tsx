import type { ReviewState } from '../../../contract/index.ts'
import type { RecordTexts } from './texts.ts'

/** Says it where somebody has looked; most records nobody has. */
export function ReviewBadge({ state, t }: { state: ReviewState; t: RecordTexts }) {
  if (state === 'unreviewed') return null
  return (
    <span className="review-badge" data-state={state}>
      {t[state]}
    </span>
  )
}
