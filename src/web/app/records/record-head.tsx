import { DeleteOutlined, LeftOutlined, PrinterOutlined, RightOutlined, UnorderedListOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import type { Record } from '../../../contract/index.ts'
import { count } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import type { Neighbours } from './neighbours.ts'
import { recordName } from './record-name.ts'
import { texts } from './texts.ts'

interface Props {
  id: number
  record: Record | undefined
  neighbours: Neighbours
  goTo: (href: string) => void
  goBack: () => void
  /** Null: it is gone already. */
  onDelete: (() => void) | null
}

/** Which record it is, the way to others, and what can be done with it as a whole. */
export function RecordHead({ id, record, neighbours, goTo, goBack, onDelete }: Props) {
  const t = useTexts(texts)
  const { previous, next, at } = neighbours
  const keys = record?.detection_type === 'video' ? ['K', 'J'] : ['←', '→']
  return (
    <header className="record-head">
      <Button className="no-print" icon={<UnorderedListOutlined aria-hidden="true" />} onClick={goBack}>
        {t.back}
      </Button>
      <h1 className="wrap">{record === undefined ? t.recordNumber(id) : recordName(record, t)}</h1>
      <div className="row no-print">
        {at === null ? null : <span className="muted number">{t.place(count(at + 1))}</span>}
        <Button
          icon={<LeftOutlined aria-hidden="true" />}
          aria-label={t.previous}
          title={`${t.previous}（${keys[0]}）`}
          disabled={previous === null}
          onClick={() => previous !== null && goTo(previous)}
        />
        <Button
          icon={<RightOutlined aria-hidden="true" />}
          aria-label={t.next}
          title={`${t.next}（${keys[1]}）`}
          disabled={next === null}
          onClick={() => next !== null && goTo(next)}
        />
        <Button icon={<PrinterOutlined aria-hidden="true" />} disabled={record === undefined} onClick={() => print()}>
          {t.print}
        </Button>
        <Button
          danger
          icon={<DeleteOutlined aria-hidden="true" />}
          disabled={record === undefined || onDelete === null}
          onClick={() => onDelete?.()}
        >
          {t.delete}
        </Button>
      </div>
    </header>
  )
}
