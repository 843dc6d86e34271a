import type { Record } from '../../../contract/index.ts'
import { length } from '../language/format.ts'
import type { RecordTexts } from './texts.ts'

/** Says of a video that it is one, and how long; and of what a live camera saw. */
export function MovingBadge({ record, t }: { record: Record; t: RecordTexts }) {
  const { detection_type: type, duration } = record
  if (type === 'image') return null
  return (
    <span className="moving-badge number" data-type={type}>
      <span aria-hidden="true">{type === 'video' ? '▶' : '●'}</span>
      <span className={duration === null ? '' : 'visually-hidden'}>{t[type]}</span>
      {duration === null ? null : ` ${length(duration)}`}
    </span>
  )
}
