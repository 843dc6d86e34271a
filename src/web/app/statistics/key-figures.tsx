import { Link } from 'react-router'
import type { Statistics } from '../../../contract/index.ts'
import { recordsHref } from '../filters/record-filters.ts'
import { count } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import type { Filters } from './filters.ts'
import { shareOf } from './sign-figures.ts'
import { texts } from './texts.ts'
import { judged, secondsText } from './work-figures.ts'

interface Entry {
  name: string
  value: string
  note: string
  href?: string
}

/** What one wants to know before any chart. As large while it is still unknown. */
export function KeyFigures({ statistics, filters }: { statistics: Statistics | undefined; filters: Filters }) {
  const t = useTexts(texts)
  return (
    <section aria-label={t.keyFigures}>
      <dl className="key-figures">
        {entriesOf(statistics, filters, t).map(({ name, value, note, href }) => (
          <div key={name} className="panel">
            <dt className="muted">{name}</dt>
            <dd className="key-figure number">{href === undefined ? value : <Link to={href}>{value}</Link>}</dd>
            <dd className="muted key-note">{note}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function entriesOf(statistics: Statistics | undefined, filters: Filters, t: (typeof texts)['en']): Entry[] {
  const names = [t.records, t.signs, t.reviewedShare, t.rejectedShare, t.median, t.p95, t.failures]
  if (statistics === undefined) return names.map((name) => ({ name, value: '…', note: '' }))
  const { records, signs, review, processing, tasks } = statistics
  const looked = judged(review)
  const ended = tasks.success + tasks.failed + tasks.cancelled
  const mean = records === 0 ? 0 : signs / records
  return [
    { name: t.records, value: count(records), note: '', href: recordsHref(filters) },
    { name: t.signs, value: count(signs), note: t.signsPerRecord(mean.toFixed(1)) },
    {
      ...{ name: t.reviewedShare, value: shareOf(review.reviewed, records) },
      ...{ note: t.ofRecords(count(review.reviewed)), href: recordsHref(filters, { review: 'reviewed' }) },
    },
    {
      ...{ name: t.rejectedShare, value: shareOf(review.rejected, looked) },
      note: looked === 0 ? t.noneJudged : t.rejectedOf(count(review.rejected), count(looked)),
    },
    { name: t.median, value: secondsText(processing.median_seconds, t), note: '' },
    { name: t.p95, value: secondsText(processing.p95_seconds, t), note: t.p95Help },
    { name: t.failures, value: count(tasks.failed), note: t.failuresOf(count(ended)) },
  ]
}
