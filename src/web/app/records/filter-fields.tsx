import { Input, Select } from 'antd'
import { type ReactNode, useId } from 'react'
import { dayOf, endOfDay, lastDayBefore, startOfDay } from '../filters/days.ts'
import {
  CATEGORIES,
  DETECTION_TYPES,
  type FilterChange,
  REVIEW_STATES,
  type RecordFilters,
} from '../filters/record-filters.ts'
import { UserSelect } from '../filters/user-select.tsx'
import { useTexts } from '../language/texts.ts'
import { texts as pictureTexts } from '../picture/texts.ts'
import { ClassFilter } from './class-filter.tsx'
import { ConfidenceFilter } from './confidence-filter.tsx'
import type { Pin } from './pin.ts'
import { texts } from './texts.ts'
import type { UserNames } from './user-names.ts'

export interface FilterFieldsProps {
  filters: RecordFilters
  pin: Pin | null | undefined
  users: UserNames | null
  onChange: (change: FilterChange) => void
}

/** Every filter but the text, each with its name above it. */
export function FilterFields({ filters, pin, users, onChange }: FilterFieldsProps) {
  const t = useTexts(texts)
  const categories = useTexts(pictureTexts)
  const id = useId()
  const choice = <T extends string>(
    name: 'category' | 'review' | 'detection_type',
    text: string,
    values: readonly T[],
    textOf: (value: T) => string,
  ) => (
    <Filter id={`${id}-${name}`} text={text}>
      <Select
        id={`${id}-${name}`}
        allowClear
        placeholder={t.any}
        value={filters[name] ?? null}
        options={values.map((value) => ({ value, label: textOf(value) }))}
        onChange={(value) => onChange({ [name]: value ?? undefined })}
      />
    </Filter>
  )
  const day = (name: 'from' | 'to', text: string, value: string, momentOf: (day: string) => string) => (
    <Filter id={`${id}-${name}`} text={text}>
      <Input
        id={`${id}-${name}`}
        type="date"
        value={value}
        max="9999-12-31"
        onChange={({ target }) => onChange({ [name]: target.value === '' ? undefined : momentOf(target.value) })}
      />
    </Filter>
  )
  return (
    <>
      <Filter id={`${id}-class`} text={t.class} isWide>
        <ClassFilter id={`${id}-class`} {...{ filters, pin }} onChange={(classes) => onChange({ class: classes })} />
      </Filter>
      {choice('category', t.category, CATEGORIES, (value) => categories[value])}
      {choice('review', t.review, REVIEW_STATES, (value) => t[value])}
      {choice('detection_type', t.type, DETECTION_TYPES, (value) => t[value])}
      <div className="filter">
        <span id={`${id}-confidence`}>{t.confidence}</span>
        <ConfidenceFilter labelId={`${id}-confidence`} {...{ filters, onChange }} />
      </div>
      {day('from', t.from, filters.from === undefined ? '' : dayOf(filters.from), startOfDay)}
      {day('to', t.to, filters.to === undefined ? '' : lastDayBefore(filters.to), endOfDay)}
      {users === null ? null : (
        <Filter id={`${id}-user`} text={t.user}>
          <UserSelect
            id={`${id}-user`}
            value={filters.user_id}
            isByName={users.isByName}
            texts={{ any: t.any, number: t.userId, localUser: t.localUser }}
            onChange={(userId) => onChange({ user_id: userId })}
          />
        </Filter>
      )}
    </>
  )
}

function Filter({ id, text, isWide, children }: { id: string; text: string; isWide?: boolean; children: ReactNode }) {
  return (
    <div className="filter" data-wide={isWide}>
      <label htmlFor={id}>{text}</label>
      {children}
    </div>
  )
}
