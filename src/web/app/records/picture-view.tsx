import { Slider, Switch } from 'antd'
import { type ReactNode, useMemo, useRef, useState } from 'react'
import type { Record } from '../../../contract/index.ts'
import { useShortcuts } from '../frame/shortcuts.ts'
import { useLanguage } from '../language/language.ts'
import { useTexts } from '../language/texts.ts'
import { pictureOf } from '../picture/picture-of.ts'
import { PictureStage, type StageHandle } from '../picture/picture-stage.tsx'
import { boxesOf } from '../picture/sign-names.ts'
import { texts as pictureTexts } from '../picture/texts.ts'
import { PrintedPicture } from './printed-picture.tsx'
import { SignTable } from './sign-table.tsx'
import { texts } from './texts.ts'

/** The picture beside its signs, each of which leads to the other. @param children what stands below the signs */
export function PictureView({ record, children }: { record: Record; children: ReactNode }) {
  const t = useTexts(texts)
  const names = useTexts(pictureTexts)
  const language = useLanguage()
  const stage = useRef<StageHandle>(null)
  const table = useRef<HTMLTableElement>(null)
  const [activeKey, setActiveKey] = useState<string | null>(null)
  const [shownFrom, setShownFrom] = useState(0)
  const [hasBoxes, setHasBoxes] = useState(true)
  const { width, height, detections } = record
  const shown = useMemo(() => detections.filter(({ confidence }) => confidence >= shownFrom), [detections, shownFrom])
  const boxes = useMemo(() => boxesOf(shown, language), [shown, language])
  const { url, hasDrawnBoxes } = pictureOf(record)
  useShortcuts(t.picture, [
    { key: 'b', text: t.boxes, run: () => setHasBoxes((has) => !has) },
    { key: '+', text: names.zoomIn, run: () => stage.current?.zoom(1) },
    { key: '-', text: names.zoomOut, run: () => stage.current?.zoom(-1) },
    { key: '0', text: names.fit, run: () => stage.current?.fit() },
  ])
  const alt = names.pictureOf(record.file_name, shown.length)
  const choose = (key: string) => table.current?.querySelector<HTMLElement>(`[data-key="${key}"] button`)?.focus()
  return (
    <div className="record-view">
      <div className="record-picture-place no-print">
        {url === null ? (
          <p className="muted">{t.noPicture}</p>
        ) : (
          <PictureStage
            handle={stage}
            {...{ url, alt, width, height, boxes, activeKey }}
            hasBoxes={hasBoxes && !hasDrawnBoxes}
            onActive={setActiveKey}
            onChoose={choose}
          />
        )}
      </div>
      {url === null ? null : <PrintedPicture {...{ url, alt, width, height }} boxes={hasDrawnBoxes ? [] : boxes} />}
      <aside className="record-side">
        <section className="panel record-signs-panel" aria-labelledby="signs-title">
          <div className="record-signs-head">
            <h2 id="signs-title">{t.signsShown(shown.length, detections.length)}</h2>
            <label className="row no-print" htmlFor="record-boxes">
              {t.boxes}
              <Switch
                id="record-boxes"
                size="small"
                checked={hasBoxes || hasDrawnBoxes}
                disabled={hasDrawnBoxes}
                onChange={setHasBoxes}
              />
            </label>
          </div>
          <div className="record-shown no-print">
            <span id="shown-from">{t.shownFrom}</span>
            <Slider
              ariaLabelledByForHandle="shown-from"
              min={0}
              max={100}
              value={Math.round(shownFrom * 100)}
              tooltip={{ open: false }}
              onChange={(value) => setShownFrom(value / 100)}
            />
            <output className="number">{Math.round(shownFrom * 100)}%</output>
          </div>
          <SignTable
            ref={table}
            signs={shown}
            picture={url === null ? null : { url, width, height }}
            {...{ activeKey }}
            onActive={setActiveKey}
            onChoose={(sign) => stage.current?.show(sign.bbox)}
          />
        </section>
        {children}
      </aside>
    </div>
  )
}
