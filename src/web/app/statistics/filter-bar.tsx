import { Button, Select } from 'antd'
import { useSearchParams } from 'react-router'
import type { Statistics } from '../../../contract/index.ts'
import { ClassSelect } from '../filters/class-select.tsx'
import { CATEGORIES, classesOf, DETECTION_TYPES, REVIEW_STATES } from '../filters/record-filters.ts'
import { UserSelect } from '../filters/user-select.tsx'
import { useTexts } from '../language/texts.ts'
import { texts as pictureTexts } from '../picture/texts.ts'
import { useMe } from '../server/session.ts'
import { changeFilters, type Filters, withoutFilters } from './filters.ts'
import { Labelled } from './labelled.tsx'
import { PeriodFilter } from './period-filter.tsx'
import { texts } from './texts.ts'

interface Props {
  filters: Filters
  statistics: Statistics | undefined
}

/** Which records count. What is chosen is in the address, and nowhere else. */
export function FilterBar({ filters, statistics }: Props) {
  const t = useTexts(texts)
  const names = useTexts(pictureTexts)
  const [search, setSearch] = useSearchParams()
  const change = (next: Parameters<typeof changeFilters>[1]) => setSearch(changeFilters(search, next))
  return (
    <search className="panel statistics-filters" aria-label={t.filters}>
      <PeriodFilter {...{ filters }} onChange={change} />
      <Labelled text={t.class}>
        {(id) => (
          <ClassSelect
            id={id}
            placeholder={t.any}
            value={classesOf(filters)}
            counted={statistics?.by_class}
            onChange={(codes) => change({ class: codes.join(',') })}
          />
        )}
      </Labelled>
      <Choice
        text={t.category}
        value={filters.category}
        options={CATEGORIES.map((value) => ({ value, label: names[value] }))}
        onChange={(category) => change({ category })}
      />
      <Choice
        text={t.review}
        value={filters.review}
        options={REVIEW_STATES.map((value) => ({ value, label: t[value] }))}
        onChange={(review) => change({ review })}
      />
      <Choice
        text={t.type}
        value={filters.detection_type}
        options={DETECTION_TYPES.map((value) => ({ value, label: t[value] }))}
        onChange={(detection_type) => change({ detection_type })}
      />
      <UserFilter userId={filters.user_id} onChange={(user_id) => change({ user_id })} />
      <Button disabled={Object.keys(filters).length === 0} onClick={() => setSearch(withoutFilters(search))}>
        {t.clear}
      </Button>
    </search>
  )
}

/** Administrators choose by name; analysts, who may not list users, by number; everybody else sees only what is theirs. */
function UserFilter({ userId, onChange }: { userId: number | undefined; onChange: (id: number | undefined) => void }) {
  const t = useTexts(texts)
  const { role } = useMe()
  if (role === 'user') return null
  const isByName = role === 'administrator'
  return (
    <Labelled text={isByName ? t.user : t.userNumber}>
      {(id) => (
        <UserSelect
          {...{ id, isByName, onChange }}
          value={userId}
          texts={{ any: t.any, number: t.any, localUser: t.localUser }}
        />
      )}
    </Labelled>
  )
}

interface ChoiceProps<T extends string> {
  text: string
  value: T | undefined
  options: Array<{ value: T; label: string }>
  onChange: (value: T | undefined) => void
}

function Choice<T extends string>({ text, value, options, onChange }: ChoiceProps<T>) {
  const t = useTexts(texts)
  return (
    <Labelled text={text}>
      {(id) => (
        <Select<T | ''>
          id={id}
          value={value ?? ''}
          options={[{ value: '', label: t.any }, ...options]}
          onChange={(next) => onChange(next === '' ? undefined : next)}
        />
      )}
    </Labelled>
  )
}
