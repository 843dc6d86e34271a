import { AppstoreOutlined, DownloadOutlined, UnorderedListOutlined } from '@ant-design/icons'
import { Button, Select } from 'antd'
import type { RecordCounts, RecordOrder } from '../../../contract/index.ts'
import { useTexts } from '../language/texts.ts'
import { ORDERS } from './listing.ts'
import { texts } from './texts.ts'
import type { View } from './view-choice.ts'

interface Props {
  counts: RecordCounts | undefined
  order: RecordOrder
  view: View
  /** Matching records that were made since. */
  newer: number
  onOrder: (order: RecordOrder) => void
  onView: (view: View) => void
  onExport: () => void
  onShowNewer: () => void
}

/** How many there are, and how they are shown. Stays in sight. */
export function ListToolbar({ counts, order, view, newer, onOrder, onView, onExport, onShowNewer }: Props) {
  const t = useTexts(texts)
  return (
    <div className="records-toolbar">
      <p role="status" className="number">
        {counts === undefined ? t.counting : t.counts(counts.records, counts.signs)}
      </p>
      <div className="row records-tools">
        <Select
          aria-label={t.order}
          value={order}
          options={ORDERS.map((value) => ({ value, label: t[value] }))}
          popupMatchSelectWidth={false}
          onChange={onOrder}
        />
        <fieldset className="view-choice">
          <legend className="visually-hidden">{t.view}</legend>
          <ViewButton own="grid" {...{ view, onView }} />
          <ViewButton own="table" {...{ view, onView }} />
        </fieldset>
        <Button icon={<DownloadOutlined aria-hidden="true" />} onClick={onExport}>
          {t.export}
        </Button>
      </div>
      <div className="records-newer" role="status">
        {newer === 0 ? null : (
          <Button type="primary" shape="round" onClick={onShowNewer}>
            {t.newer(newer)}
          </Button>
        )}
      </div>
    </div>
  )
}

/** No radio: arrows are for the list. */
function ViewButton({ own, view, onView }: Pick<Props, 'view' | 'onView'> & { own: View }) {
  const t = useTexts(texts)
  return (
    <Button
      type={view === own ? 'primary' : 'default'}
      aria-pressed={view === own}
      aria-label={t[own]}
      title={t[own]}
      icon={own === 'grid' ? <AppstoreOutlined aria-hidden="true" /> : <UnorderedListOutlined aria-hidden="true" />}
      onClick={() => onView(own)}
    />
  )
}
