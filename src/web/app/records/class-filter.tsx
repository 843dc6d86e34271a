import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ClassSelect } from '../filters/class-select.tsx'
import { classesOf, type RecordFilters } from '../filters/record-filters.ts'
import { useTexts } from '../language/texts.ts'
import type { Pin } from './pin.ts'
import { countsOf, upTo } from './record-list.ts'
import { texts } from './texts.ts'

interface Props {
  id: string
  filters: RecordFilters
  pin: Pin | null | undefined
  onChange: (classes: string) => void
}

/** Classes, with how many signs the other filters leave of each. */
export function ClassFilter({ id, filters, pin, onChange }: Props) {
  const t = useTexts(texts)
  const [isOpen, setOpen] = useState(false)
  const { class: _, ...others } = filters
  const counts = useQuery({ ...countsOf(pin ? upTo(others, pin) : others), enabled: isOpen && pin != null })
  return (
    <ClassSelect
      id={id}
      placeholder={t.anyClass}
      value={classesOf(filters)}
      counted={counts.data?.by_class}
      onOpenChange={setOpen}
      onChange={(codes) => onChange(codes.join(','))}
    />
  )
}
