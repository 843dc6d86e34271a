import { FullscreenOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useMemo, useState } from 'react'
import type { Record } from '../../../contract/index.ts'
import { seconds } from '../language/format.ts'
import { useLanguage } from '../language/language.ts'
import { useTexts } from '../language/texts.ts'
import { MarkedPicture } from '../picture/marked-picture.tsx'
import { pictureOf } from '../picture/picture-of.ts'
import { SignList } from '../picture/sign-list.tsx'
import { boxesOf } from '../picture/sign-names.ts'
import { texts as pictureTexts } from '../picture/texts.ts'
import { texts } from './texts.ts'

interface Props {
  record: Record
  shownFrom: number
  hasBoxes: boolean
  onOpen: () => void
}

/** The signs that were found, over the photo and in words. */
export function CardResult({ record, shownFrom, hasBoxes, onOpen }: Props) {
  const t = useTexts(texts)
  const { pictureOf: altOf } = useTexts(pictureTexts)
  const language = useLanguage()
  const [activeKey, setActiveKey] = useState<string | null>(null)
  const shown = useMemo(
    () => record.detections.filter(({ confidence }) => confidence >= shownFrom),
    [record, shownFrom],
  )
  const { url, hasDrawnBoxes } = pictureOf(record)
  const boxes = useMemo(
    () => (hasBoxes && !hasDrawnBoxes ? boxesOf(shown, language) : []),
    [hasBoxes, hasDrawnBoxes, shown, language],
  )
  const { width, height, file_name: name } = record
  return (
    <div className="detect-card-body detect-card-result" data-record={record.record_id}>
      {url === null ? (
        <p className="detect-card-picture muted">{t.noPicture}</p>
      ) : (
        // biome-ignore lint/a11y/noStaticElementInteractions: the button in the corner does the same for keys
        // biome-ignore lint/a11y/useKeyWithClickEvents: as above
        <div className="detect-card-picture" onClick={onOpen}>
          <MarkedPicture
            {...{ url, width, height, boxes, activeKey }}
            alt={altOf(name, shown.length)}
            onActive={setActiveKey}
          />
          <Button
            className="detect-card-enlarge"
            size="small"
            icon={<FullscreenOutlined />}
            aria-label={t.enlarge(name)}
          />
        </div>
      )}
      <p className="muted card-times number">
        {shown.length === 0 ? t.noSigns : t.signsFound(shown.length)} · {t.took(seconds(record.processing_time))}
        {shown.length < record.detections.length ? ` · ${t.noneShown(record.detections.length - shown.length)}` : ''}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and keys must be able to */}
      <div className="detect-card-signs" tabIndex={0}>
        <SignList detections={shown} activeKey={activeKey} onActive={setActiveKey} onChoose={onOpen} />
      </div>
    </div>
  )
}
