import { Select } from 'antd'
import { useMemo, useState } from 'react'
import type { SignClass } from '../../../contract/index.ts'
import { count } from '../language/format.ts'
import { useLanguage } from '../language/language.ts'
import { signName } from '../picture/sign-names.ts'
import { useSignClasses } from '../server/sign-classes.ts'
import './filters.css'
import { searchClasses } from './search-classes.ts'

/** A class, and how many signs of it there are; undefined where they are not counted. */
type CountedClass = SignClass & { signs?: number }

interface Props {
  id?: string
  label?: string
  placeholder: string
  value: string[]
  /** Classes that are there whatever the model knows, such as those that records of an earlier one have. */
  counted?: readonly CountedClass[] | undefined
  onChange: (codes: string[]) => void
  onOpenChange?: (isOpen: boolean) => void
}

/** What the API takes in one request. */
const MOST_LETTERS = 400

/** Several classes, found by code, Chinese or English name; the most frequent come first where they are counted. */
export function ClassSelect({ id, label, placeholder, value, counted, onChange, onOpenChange }: Props) {
  const language = useLanguage()
  const known = useSignClasses()
  const [text, setText] = useState('')
  const classes = useMemo(() => merged(counted ?? [], known), [counted, known])
  const options = searchClasses(classes, text).map((sign: CountedClass) => {
    return { value: sign.class_code, label: signName(sign, language), sign }
  })
  return (
    <Select
      {...(id !== undefined && { id })}
      {...(label !== undefined && { 'aria-label': label })}
      mode="multiple"
      allowClear
      maxTagCount="responsive"
      placeholder={placeholder}
      value={value}
      options={options}
      showSearch={{ searchValue: text, onSearch: setText, filterOption: false }}
      popupMatchSelectWidth={340}
      onOpenChange={(isOpen) => onOpenChange?.(isOpen)}
      optionRender={({ data: { sign } }) => (
        <span className="class-choice" data-category={sign.category}>
          <span className="category-dot" />
          <span className="class-choice-name">{signName(sign, language)}</span>
          <code className="muted">{sign.class_code}</code>
          <span className="number">{sign.signs === undefined ? '' : count(sign.signs)}</span>
        </span>
      )}
      onChange={(codes: string[]) => {
        if (codes.join(',').length <= MOST_LETTERS) onChange(codes)
      }}
    />
  )
}

function merged(counted: readonly CountedClass[], known: readonly SignClass[]): CountedClass[] {
  const codes = new Set(counted.map(({ class_code }) => class_code))
  const others = known.filter(({ class_code }) => !codes.has(class_code))
  const byCode = (a: SignClass, b: SignClass) => a.class_code.localeCompare(b.class_code, 'en', { numeric: true })
  return [...counted.toSorted((a, b) => (b.signs ?? 0) - (a.signs ?? 0) || byCode(a, b)), ...others.toSorted(byCode)]
}
