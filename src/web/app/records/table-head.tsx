import type { RecordOrder } from '../../../contract/index.ts'
import { useTexts } from '../language/texts.ts'
import { texts } from './texts.ts'

interface Props {
  hasUsers: boolean
  order: RecordOrder
  onOrder: (order: RecordOrder) => void
}

/** Names of the columns. Those that the records can be sorted by are buttons. */
export function TableHead({ hasUsers, order, onOrder }: Props) {
  const t = useTexts(texts)
  const sortable = (text: string, own: RecordOrder, next: RecordOrder, direction: 'ascending' | 'descending') => (
    <th scope="col" aria-sort={order === own ? direction : 'none'}>
      <button type="button" onClick={() => onOrder(next)}>
        {text}
        <span aria-hidden="true">{order !== own ? '' : direction === 'ascending' ? ' ↑' : ' ↓'}</span>
      </button>
    </th>
  )
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th scope="col">
          <span className="visually-hidden">{t.chosen}</span>
        </th>
        <th scope="col">{t.picture}</th>
        <th scope="col" className="record-row-name">
          {t.file}
        </th>
        {sortable(t.signs, 'most_signs', 'most_signs', 'descending')}
        {sortable(t.lowest, 'least_confident', 'least_confident', 'ascending')}
        <th scope="col" className="record-row-model">
          {t.model}
        </th>
        <th scope="col" className="record-row-review">
          {t.review}
        </th>
        {hasUsers ? (
          <th scope="col" className="record-row-user">
            {t.user}
          </th>
        ) : null}
        <TimeHeader {...{ order, onOrder }} />
      </tr>
    </thead>
  )
}

/** The one column that goes both ways. */
function TimeHeader({ order, onOrder }: Omit<Props, 'hasUsers'>) {
  const t = useTexts(texts)
  const direction = order === 'newest' ? 'descending' : order === 'oldest' ? 'ascending' : 'none'
  return (
    <th scope="col" className="record-row-time" aria-sort={direction}>
      <button type="button" onClick={() => onOrder(order === 'newest' ? 'oldest' : 'newest')}>
        {t.time}
        <span aria-hidden="true">{{ ascending: ' ↑', descending: ' ↓', none: '' }[direction]}</span>
      </button>
    </th>
  )
}
