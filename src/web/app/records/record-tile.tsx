import { memo } from 'react'
import { dateTime } from '../language/format.ts'
import { ClassChips } from './class-chips.tsx'
import { describeSigns, type ItemProps } from './list-item.ts'
import { MovingBadge } from './moving-badge.tsx'
import { recordName } from './record-name.ts'
import { ReviewBadge } from './review-badge.tsx'

/** One record as a picture. Few elements and none of antd's: hundreds of them pass by in a second. */
export const RecordTile = memo(function RecordTile(props: ItemProps) {
  const { record, index, total, style, href, isChosen, isFocusable, user, t, language, onToggle } = props
  const own = {
    'data-index': index,
    'aria-posinset': index + 1,
    'aria-setsize': total,
    style,
  }
  if (record === undefined) return <li className="record-tile" aria-busy="true" {...own} />
  const { thumbnail_url: thumbnail, created_at: at, review } = record
  const name = recordName(record, t)
  const tabIndex = isFocusable ? 0 : -1
  return (
    <li className="record-tile" data-chosen={isChosen || undefined} {...own}>
      <a className="record-tile-link" href={href} tabIndex={tabIndex}>
        {thumbnail === null ? (
          <span className="record-picture muted">{t.noPicture}</span>
        ) : (
          <img
            className="record-picture"
            src={thumbnail}
            alt={describeSigns(record, language)}
            decoding="async"
            draggable={false}
          />
        )}
        <MovingBadge {...{ record, t }} />
        <ClassChips {...props} record={record} />
        <span className="record-tile-line">
          <span className="record-tile-name">{name}</span>
          {user === null ? null : <span className="record-tile-user muted">{user}</span>}
        </span>
        <span className="record-tile-time muted number">{dateTime(at)}</span>
      </a>
      <label className="record-check">
        <input type="checkbox" checked={isChosen} tabIndex={tabIndex} aria-label={t.choose(name)} onChange={onToggle} />
      </label>
      <ReviewBadge state={review.state} t={t} />
    </li>
  )
})
