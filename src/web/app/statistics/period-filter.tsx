import { Input, Radio } from 'antd'
import { useId } from 'react'
import { dayOf, endOfDay, lastDayBefore, startOfDay } from '../filters/days.ts'
import { useTexts } from '../language/texts.ts'
import type { Filters } from './filters.ts'
import { Labelled } from './labelled.tsx'
import { texts } from './texts.ts'

/** First days of the spans that end now, counted from today. */
const PERIODS = { today: 0, week: -6, month: -29 } as const

interface PeriodProps {
  filters: Filters
  onChange: (change: { from: string | undefined; to: string | undefined }) => void
}

/** From when to when, in whole days by the clock of this machine. */
export function PeriodFilter({ filters, onChange }: PeriodProps) {
  const t = useTexts(texts)
  const id = useId()
  const today = dayOf(Date.now())
  const startOf = (name: keyof typeof PERIODS) => startOfDay(today, PERIODS[name])
  const { from, to } = filters
  const named = (['today', 'week', 'month'] as const).find((name) => to === undefined && from === startOf(name))
  const period = from === undefined && to === undefined ? 'all' : (named ?? null)
  // The last day counts as a whole, so the end is the start of the next.
  const lastDay = to === undefined ? '' : lastDayBefore(to)
  return (
    <>
      <div className="labelled statistics-period">
        <span id={id}>{t.period}</span>
        <Radio.Group
          aria-labelledby={id}
          optionType="button"
          value={period}
          options={(['today', 'week', 'month', 'all'] as const).map((value) => ({ value, label: t[value] }))}
          onChange={({ target }) => {
            const name = target.value as keyof typeof PERIODS | 'all'
            onChange({ from: name === 'all' ? undefined : startOf(name), to: undefined })
          }}
        />
      </div>
      <Labelled text={t.from}>
        {(id) => (
          <Input
            id={id}
            type="date"
            value={from === undefined ? '' : dayOf(from)}
            max={lastDay || undefined}
            onChange={({ target }) => onChange({ to, from: target.value ? startOfDay(target.value) : undefined })}
          />
        )}
      </Labelled>
      <Labelled text={t.to}>
        {(id) => (
          <Input
            id={id}
            type="date"
            value={lastDay}
            min={from === undefined ? undefined : dayOf(from)}
            onChange={({ target }) => onChange({ from, to: target.value ? endOfDay(target.value) : undefined })}
          />
        )}
      </Labelled>
    </>
  )
}
