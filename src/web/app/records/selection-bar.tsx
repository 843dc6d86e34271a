import { CloseOutlined, DeleteOutlined, DownloadOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useTexts } from '../language/texts.ts'
import { MOST_CHOSEN } from './record-pages.ts'
import { texts } from './texts.ts'
import { useReport } from './use-report.ts'
import type { Selection } from './use-selection.ts'

interface Props {
  selection: Selection
  total: number
  isDeleting: boolean
  onDelete: () => void
  onExport: () => void
}

/** What can be done with what is chosen. Over the list, which does not move for it. */
export function SelectionBar({ selection, total, isDeleting, onDelete, onExport }: Props) {
  const t = useTexts(texts)
  const report = useReport()
  const { size } = selection.ids
  const most = Math.min(total, MOST_CHOSEN)
  return (
    <section className="selection-bar" aria-label={t.selection} hidden={size === 0}>
      <strong className="number" role="status">
        {size === 0 ? '' : t.chosenCount(size)}
      </strong>
      {size < most ? (
        <Button type="link" onClick={() => report(selection.chooseAll(total))}>
          {most < total ? t.chooseFirst(most) : t.chooseAll(total)}
        </Button>
      ) : null}
      <Button icon={<DownloadOutlined aria-hidden="true" />} onClick={onExport}>
        {t.export}
      </Button>
      <Button danger icon={<DeleteOutlined aria-hidden="true" />} loading={isDeleting} onClick={onDelete}>
        {t.delete}
      </Button>
      <Button
        type="text"
        icon={<CloseOutlined aria-hidden="true" />}
        aria-label={t.chooseNone}
        onClick={selection.clear}
      />
    </section>
  )
}
