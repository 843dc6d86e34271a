import { CloseOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { classesOf, type FilterChange, type RecordFilters } from '../filters/record-filters.ts'
import { date } from '../language/format.ts'
import { useLanguage } from '../language/language.ts'
import { useTexts } from '../language/texts.ts'
import { signName } from '../picture/sign-names.ts'
import { texts as pictureTexts } from '../picture/texts.ts'
import { useSignClasses } from '../server/sign-classes.ts'
import { texts } from './texts.ts'
import type { UserNames } from './user-names.ts'

interface Props {
  filters: RecordFilters
  users: UserNames | null
  onChange: (change: FilterChange) => void
  onClear: () => void
}

interface Chip {
  key: string
  text: string
  /** What takes it away. */
  change: FilterChange
}

/** The filters in force, each to be taken away by itself. */
export function FilterChips({ filters, users, onChange, onClear }: Props) {
  const t = useTexts(texts)
  const chips = useChips(filters, users)
  if (chips.length === 0) return null
  return (
    <div className="row filter-chips">
      <ul aria-label={t.activeFilters}>
        {chips.map(({ key, text, change }) => (
          <li key={key}>
            <button type="button" aria-label={t.removeFilter(text)} onClick={() => onChange(change)}>
              {text}
              <CloseOutlined aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
      <Button size="small" type="link" onClick={onClear}>
        {t.clearFilters}
      </Button>
    </div>
  )
}

function useChips(filters: RecordFilters, users: UserNames | null): Chip[] {
  const t = useTexts(texts)
  const categories = useTexts(pictureTexts)
  const language = useLanguage()
  const classes = useSignClasses()
  const chosen = classesOf(filters)
  const chips: Chip[] = chosen.map((code) => {
    const sign = classes.find(({ class_code }) => class_code === code)
    const text = sign === undefined ? code : `${signName(sign, language)} ${code}`
    return { key: `class ${code}`, text, change: { class: chosen.filter((other) => other !== code).join(',') } }
  })
  const add = (name: string, text: string, value: string, change: FilterChange) =>
    chips.push({ key: name, text: t.chip(text, value), change })
  const {
    category,
    min_confidence: least,
    max_confidence: most,
    from,
    to,
    user_id,
    detection_type,
    file_name,
    review,
  } = filters
  if (category) add('category', t.category, categories[category], { category: undefined })
  if (review) add('review', t.review, t[review], { review: undefined })
  if (detection_type) add('type', t.type, t[detection_type], { detection_type: undefined })
  if (least !== undefined || most !== undefined) {
    const range = `${Math.round((least ?? 0) * 100)}–${Math.round((most ?? 1) * 100)}%`
    add('confidence', t.confidence, range, { min_confidence: undefined, max_confidence: undefined })
  }
  if (from !== undefined) add('from', t.from, date(from), { from: undefined })
  if (to !== undefined) add('to', t.to, date(Date.parse(to) - 1), { to: undefined })
  if (user_id !== undefined) {
    const whose = user_id === 0 ? null : user_id
    add('user', t.user, users?.nameOf(whose) ?? String(user_id), { user_id: undefined })
  }
  if (file_name) add('text', t.file, file_name, { file_name: undefined })
  return chips
}
