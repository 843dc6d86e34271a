import { DownloadOutlined } from '@ant-design/icons'
import { Alert, Button, Checkbox, Modal, Radio } from 'antd'
import { useState } from 'react'
import type { ExportFormat } from '../../../contract/index.ts'
import type { RecordFilters } from '../filters/record-filters.ts'
import { useTexts } from '../language/texts.ts'
import { canNameAll, EXPORT_FORMATS, exportHref } from './export-href.ts'
import { texts } from './texts.ts'

interface Props {
  /** Null: closed. Else what is offered first. */
  what: ExportChoice | null
  chosen: ReadonlySet<number>
  filters: RecordFilters
  total: number
  onClose: () => void
}

export type ExportChoice = 'chosen' | 'all'

/** What to export, in which format, and whether with the pictures. */
export function ExportDialog({ what, onClose, ...offer }: Props) {
  const t = useTexts(texts)
  return (
    <Modal open={what !== null} onCancel={onClose} footer={null} title={t.exportTitle} destroyOnHidden width={620}>
      {what === null ? null : <ExportForm first={what} {...offer} onClose={onClose} />}
    </Modal>
  )
}

function ExportForm({ first, chosen, filters, total, onClose }: Omit<Props, 'what'> & { first: ExportChoice }) {
  const t = useTexts(texts)
  const [what, setWhat] = useState(first)
  const [format, setFormat] = useState<ExportFormat>('csv')
  const [wantsPictures, setWantsPictures] = useState(false)
  const ids = [...chosen]
  const isTooMany = what === 'chosen' && !canNameAll(ids)
  const choose = (next: ExportFormat) => {
    setFormat(next)
    // Nothing is trained on labels alone.
    if (next === 'yolo') setWantsPictures(true)
  }
  const number = what === 'chosen' ? ids.length : total
  return (
    <div className="export-form">
      <fieldset>
        <legend>{t.exportWhat}</legend>
        <Radio.Group
          value={what}
          onChange={({ target }) => setWhat(target.value)}
          options={[
            { value: 'chosen', label: t.exportChosen(ids.length), disabled: ids.length === 0 },
            { value: 'all', label: t.exportAll(total) },
          ]}
        />
      </fieldset>
      <fieldset>
        <legend>{t.exportFormat}</legend>
        <Radio.Group className="export-formats" value={format} onChange={({ target }) => choose(target.value)}>
          {EXPORT_FORMATS.map((value) => (
            <Radio key={value} value={value}>
              <strong>{t[`format_${value}`]}</strong>
              <span className="muted">{t[`formatHelp_${value}`]}</span>
            </Radio>
          ))}
        </Radio.Group>
      </fieldset>
      <Checkbox checked={wantsPictures} onChange={({ target }) => setWantsPictures(target.checked)}>
        {t.exportPictures}
      </Checkbox>
      <p className="muted">{t.exportReviewed}</p>
      {isTooMany ? <Alert type="warning" showIcon title={t.exportTooMany} description={t.exportTooManyHelp} /> : null}
      <Button
        type="primary"
        icon={<DownloadOutlined aria-hidden="true" />}
        disabled={isTooMany || number === 0}
        href={exportHref({
          format,
          hasPictures: wantsPictures,
          what: what === 'chosen' ? { ids } : { filters },
        })}
        download
        onClick={onClose}
      >
        {t.exportNow(number)}
      </Button>
    </div>
  )
}
