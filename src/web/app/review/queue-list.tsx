import { Skeleton } from 'antd'
import { Link } from 'react-router'
import type { Record, ReviewQueueItem } from '../../../contract/index.ts'
import { confidence, count, dateTime } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import { useSignName } from '../picture/sign-names.ts'
import { texts } from './texts.ts'

interface Props {
  items: readonly ReviewQueueItem[]
  /** Of the queue, for the page of a record to go on with. */
  params: URLSearchParams
  isLoading: boolean
  hasFilters: boolean
}

/** The records that wait, each with the reason why it is here. */
export function QueueList({ items, params, isLoading, hasFilters }: Props) {
  const t = useTexts(texts)
  if (isLoading) return <Skeletons />
  if (items.length === 0) {
    return (
      <div className="queue-empty muted">
        <h2>{hasFilters ? t.nothingFits : t.nothingWaits}</h2>
        <p>{hasFilters ? t.nothingFitsHelp : t.nothingWaitsHelp}</p>
      </div>
    )
  }
  return (
    <ol className="queue-cards" aria-label={t.records}>
      {items.map((item) => (
        <Card key={item.record.record_id} item={item} params={params} />
      ))}
    </ol>
  )
}

function Card({ item, params }: { item: ReviewQueueItem; params: URLSearchParams }) {
  const t = useTexts(texts)
  const { record } = item
  return (
    <li className="queue-card panel">
      <Link to={`/review/${record.record_id}?${params}`}>
        <Thumbnail record={record} />
        <span className="queue-card-words">
          <strong className="queue-card-name">{record.file_name}</strong>
          <Reasons item={item} />
          <span className="muted queue-card-foot">
            {record.review.state === 'in_progress' ? (
              <span className="queue-in-progress">{t.inProgressBy(record.review.by?.username ?? t.somebody)}</span>
            ) : null}
            {t.signCount(record.total_detections)} · {dateTime(record.created_at)}
          </span>
        </span>
      </Link>
    </li>
  )
}

function Reasons({ item: { lowest_confidence: lowest, rarest_class: rarest } }: { item: ReviewQueueItem }) {
  const t = useTexts(texts)
  const nameOf = useSignName()
  if (lowest === null && rarest === null) return <span className="queue-reason">{t.nothingFound}</span>
  return (
    <>
      {lowest === null ? null : <span className="queue-reason number">{t.lowest(confidence(lowest))}</span>}
      {rarest === null ? null : (
        <span className="queue-reason" data-category={rarest.category}>
          <span className="category-dot" /> {t.rarest(nameOf(rarest), count(rarest.signs))}
        </span>
      )}
    </>
  )
}

function Thumbnail({ record: { thumbnail_url, source_image_url } }: { record: Record }) {
  const url = thumbnail_url ?? source_image_url
  return (
    <span className="queue-thumbnail">
      {url === null ? null : <img src={url} alt="" loading="lazy" decoding="async" />}
    </span>
  )
}

const SKELETONS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

/** As high as the cards that follow. */
function Skeletons() {
  return (
    <ol className="queue-cards" aria-hidden="true">
      {SKELETONS.map((key) => (
        <li key={key} className="queue-card panel">
          <Skeleton active paragraph={{ rows: 2 }} />
        </li>
      ))}
    </ol>
  )
}
