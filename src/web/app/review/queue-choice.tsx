import { Input, Radio, Select } from 'antd'
import { useEffect, useState } from 'react'
import { ClassSelect } from '../filters/class-select.tsx'
import { CATEGORIES } from '../filters/record-filters.ts'
import { useTexts } from '../language/texts.ts'
import { texts as pictureTexts } from '../picture/texts.ts'
import { orders, type QueueSearch } from './queue-search.ts'
import { texts } from './texts.ts'

interface Props {
  search: QueueSearch
  onChange: (search: QueueSearch) => void
}

/** Which records come, and which of them first. */
export function QueueChoice({ search, onChange }: Props) {
  const t = useTexts(texts)
  const category = useTexts(pictureTexts)
  return (
    <section className="panel queue-choice" aria-label={t.choice}>
      <div className="queue-orders">
        <Radio.Group
          aria-label={t.order}
          optionType="button"
          buttonStyle="solid"
          value={search.order}
          options={orders.map((value) => ({ value, label: t[value] }))}
          onChange={(event) => onChange({ ...search, order: event.target.value })}
        />
        <p className="muted">{t[`${search.order}Help`]}</p>
      </div>
      <div className="queue-filters">
        <ClassSelect
          label={t.classes}
          placeholder={t.classes}
          value={search.classes}
          onChange={(classes) => onChange({ ...search, classes })}
        />
        <Select
          allowClear
          aria-label={t.category}
          placeholder={t.category}
          value={search.category}
          options={CATEGORIES.map((value) => ({ value, label: category[value] }))}
          onChange={(value) => onChange({ ...search, category: value ?? null })}
        />
        <NameFilter fileName={search.fileName} onChange={(fileName) => onChange({ ...search, fileName })} />
      </div>
    </section>
  )
}

/** The address changes once the typing has paused, or with Enter. */
const TYPING_PAUSE_MS = 400

function NameFilter({ fileName, onChange }: { fileName: string; onChange: (fileName: string) => void }) {
  const t = useTexts(texts)
  const [text, setText] = useState(fileName)
  useEffect(() => setText(fileName), [fileName])
  useEffect(() => {
    if (text === fileName) return
    const timer = setTimeout(() => onChange(text), TYPING_PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text, fileName, onChange])
  return (
    <Input
      allowClear
      maxLength={255}
      aria-label={t.fileName}
      placeholder={t.fileName}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onPressEnter={() => onChange(text)}
    />
  )
}
