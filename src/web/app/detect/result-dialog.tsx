import { CloseOutlined, DownloadOutlined, LeftOutlined, RightOutlined } from '@ant-design/icons'
import { Button, Modal, Switch } from 'antd'
import { useEffect, useMemo, useRef, useState } from 'react'
import { Link } from 'react-router'
import type { Record } from '../../../contract/index.ts'
import { useLanguage } from '../language/language.ts'
import { useTexts } from '../language/texts.ts'
import { pictureOf } from '../picture/picture-of.ts'
import { PictureStage, type StageHandle } from '../picture/picture-stage.tsx'
import { SignList } from '../picture/sign-list.tsx'
import { boxesOf } from '../picture/sign-names.ts'
import { texts as pictureTexts } from '../picture/texts.ts'
import type { Card } from './card.ts'
import { texts } from './texts.ts'

interface Props {
  /** Those with a result, in the order of the page. */
  cards: readonly Card[]
  openKey: string | null
  shownFrom: number
  hasBoxes: boolean
  onHasBoxes: (has: boolean) => void
  onOpen: (key: string | null) => void
}

/** One result as large as the window, to zoom into; left and right go through the others. */
export function ResultDialog({ cards, openKey, onOpen, ...view }: Props) {
  const t = useTexts(texts)
  const index = cards.findIndex(({ key }) => key === openKey)
  const card = cards[index]
  const step = (by: number) => onOpen(cards[index + by]?.key ?? openKey)
  useEffect(() => {
    if (card === undefined) return
    const press = ({ key }: KeyboardEvent) => {
      if (key === 'ArrowLeft') onOpen(cards[index - 1]?.key ?? card.key)
      if (key === 'ArrowRight') onOpen(cards[index + 1]?.key ?? card.key)
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [card, cards, index, onOpen])
  return (
    <Modal
      open={card !== undefined}
      onCancel={() => onOpen(null)}
      footer={null}
      closable={false}
      width="min(1500px, 96vw)"
      style={{ top: 16 }}
      title={
        <div className="result-head">
          <Button aria-label={t.previous} icon={<LeftOutlined />} disabled={index <= 0} onClick={() => step(-1)} />
          <Button
            aria-label={t.following}
            icon={<RightOutlined />}
            disabled={index >= cards.length - 1}
            onClick={() => step(1)}
          />
          <span className="detect-card-name">{card?.fileName}</span>
          <Button type="text" aria-label={t.close} icon={<CloseOutlined />} onClick={() => onOpen(null)} />
        </div>
      }
      destroyOnHidden
    >
      {card?.phase.kind === 'success' ? <Result key={card.key} record={card.phase.record} {...view} /> : null}
    </Modal>
  )
}

type ResultProps = { record: Record } & Pick<Props, 'shownFrom' | 'hasBoxes' | 'onHasBoxes'>

function Result({ record, shownFrom, hasBoxes, onHasBoxes }: ResultProps) {
  const t = useTexts(texts)
  const { pictureOf: altOf } = useTexts(pictureTexts)
  const language = useLanguage()
  const stage = useRef<StageHandle>(null)
  const [activeKey, setActiveKey] = useState<string | null>(null)
  const shown = useMemo(
    () => record.detections.filter(({ confidence }) => confidence >= shownFrom),
    [record, shownFrom],
  )
  const boxes = useMemo(() => boxesOf(shown, language), [shown, language])
  const { url, hasDrawnBoxes } = pictureOf(record)
  const show = (key: string) => {
    const sign = shown[Number(key)]
    if (sign !== undefined) stage.current?.show(sign.bbox)
  }
  return (
    <div className="result">
      <div className="result-picture">
        {url === null ? (
          <p className="muted">{t.noPicture}</p>
        ) : (
          <PictureStage
            handle={stage}
            {...{ url, boxes, activeKey }}
            alt={altOf(record.file_name, shown.length)}
            width={record.width}
            height={record.height}
            hasBoxes={hasBoxes && !hasDrawnBoxes}
            onActive={setActiveKey}
          />
        )}
      </div>
      <aside className="result-side">
        <label className="row" htmlFor="result-boxes">
          {t.boxes}
          <Switch id="result-boxes" size="small" checked={hasBoxes} disabled={hasDrawnBoxes} onChange={onHasBoxes} />
        </label>
        {shown.length === 0 ? (
          <p className="muted">{t.noSigns}</p>
        ) : (
          <SignList detections={shown} activeKey={activeKey} onActive={setActiveKey} onChoose={show} />
        )}
        <div className="row">
          <Link to={`/records/${record.record_id}`}>
            <Button>{t.record}</Button>
          </Link>
          {record.result_image_url === null ? null : (
            <Button icon={<DownloadOutlined />} href={record.result_image_url} download={drawnName(record.file_name)}>
              {t.download}
            </Button>
          )}
        </div>
      </aside>
    </div>
  )
}

function drawnName(fileName: string): string {
  return `${fileName.replace(/\.[^.]*$/, '')}.detected.jpg`
}
