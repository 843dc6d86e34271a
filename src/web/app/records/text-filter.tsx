import { SearchOutlined } from '@ant-design/icons'
import { Input, type InputRef } from 'antd'
import { type Ref, useEffect, useRef, useState } from 'react'
import { useTexts } from '../language/texts.ts'
import { texts } from './texts.ts'

interface Props {
  value: string
  /** `inPlace`: more of what was being typed. */
  onChange: (value: string, inPlace: boolean) => void
  handle: Ref<InputRef>
}

/** A person is done typing for now. */
const PAUSE_MS = 300

/** A part of the file name; asked for as soon as the typing pauses. */
export function TextFilter({ value, onChange, handle }: Props) {
  const t = useTexts(texts)
  const [typed, setTyped] = useState(value)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const isTyping = useRef(false)
  useEffect(() => setTyped(value), [value])
  useEffect(() => () => clearTimeout(timer.current), [])
  const ask = (text: string) => {
    clearTimeout(timer.current)
    if (text === value) return
    onChange(text, isTyping.current)
    isTyping.current = true
  }
  return (
    <Input
      ref={handle}
      className="filter-text"
      type="search"
      allowClear
      prefix={<SearchOutlined aria-hidden="true" />}
      maxLength={255}
      placeholder={t.fileName}
      aria-label={t.fileName}
      value={typed}
      onChange={({ target }) => {
        setTyped(target.value)
        clearTimeout(timer.current)
        timer.current = setTimeout(ask, PAUSE_MS, target.value)
      }}
      onPressEnter={() => ask(typed)}
      onBlur={() => {
        ask(typed)
        isTyping.current = false
      }}
    />
  )
}
