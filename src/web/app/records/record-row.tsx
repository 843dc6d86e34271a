import { memo } from 'react'
import { confidence, dateTime } from '../language/format.ts'
import { ClassChips } from './class-chips.tsx'
import type { ItemProps } from './list-item.ts'
import { MovingBadge } from './moving-badge.tsx'
import { recordName } from './record-name.ts'
import { lowestConfidence } from './sign-summary.ts'

/** One record as a line of the table; the list gives it its place. */
export const RecordRow = memo(function RecordRow(props: ItemProps) {
  const { record, index, style, href, isChosen, isFocusable, user, t, onToggle } = props
  const own = { 'data-index': index, 'aria-rowindex': index + 2, style }
  if (record === undefined) {
    return (
      <tr aria-busy="true" {...own}>
        <td />
      </tr>
    )
  }
  const { thumbnail_url: thumbnail, created_at: at, review, mode } = record
  const lowest = lowestConfidence(record)
  const name = recordName(record, t)
  const tabIndex = isFocusable ? 0 : -1
  return (
    <tr data-chosen={isChosen || undefined} {...own}>
      <td>
        <label className="record-check">
          <input
            type="checkbox"
            checked={isChosen}
            tabIndex={tabIndex}
            aria-label={t.choose(name)}
            onChange={onToggle}
          />
        </label>
      </td>
      <td className="record-row-picture">
        {thumbnail === null ? null : <img src={thumbnail} alt="" decoding="async" draggable={false} />}
        <MovingBadge {...{ record, t }} />
      </td>
      <td className="record-row-name">
        <a href={href} tabIndex={tabIndex}>
          {name}
        </a>
      </td>
      <td>
        <ClassChips {...props} record={record} />
      </td>
      <td className="number">{lowest === null ? '' : confidence(lowest)}</td>
      <td className="record-row-model">
        {t[mode]}
        <small className="muted">{`${record.model_name} ${record.model_version}`}</small>
      </td>
      <td className="record-row-review">{record.detection_type === 'image' ? t[review.state] : ''}</td>
      {user === null ? null : <td className="record-row-user">{user}</td>}
      <td className="record-row-time number">{dateTime(at)}</td>
    </tr>
  )
})
