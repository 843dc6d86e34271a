import type { ReactNode } from 'react'
import type { Record } from '../../../contract/index.ts'
import { bytes, dateTimeSeconds, length, percent, seconds } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import { texts } from './texts.ts'
import { useUserNames } from './user-names.ts'

type Fact = [name: string, value: ReactNode]

/** What is known of a record but its signs. */
export function RecordFacts({ record }: { record: Record }) {
  const t = useTexts(texts)
  const users = useUserNames()
  // A camera leaves no file.
  const hasFile = record.detection_type !== 'realtime'
  const facts: Fact[] = [
    [t.number, record.record_id],
    ...(hasFile ? [[t.file, record.file_name] satisfies Fact] : []),
    [t.time, dateTimeSeconds(record.created_at)],
    ...(users === null ? [] : [[t.user, users.nameOf(record.user_id)] satisfies Fact]),
    [t.type, t[record.detection_type]],
    ...(record.duration === null ? [] : [[t.duration, length(record.duration)] satisfies Fact]),
    ...(record.failed_frames ? [[t.notRead, t.frames(record.failed_frames)] satisfies Fact] : []),
    [t.dimensions, `${record.width} × ${record.height}`],
    ...(hasFile ? [[t.size, `${bytes(record.file_size)} · ${record.media_type}`] satisfies Fact] : []),
    [t.mode, t[record.mode]],
    [t.threshold, percent(record.confidence_threshold)],
    [t.model, `${record.model_name} ${record.model_version}`],
    [t.took, seconds(record.processing_time)],
    ...(hasFile ? [['SHA-256', <code key="sha256">{record.sha256}</code>] satisfies Fact] : []),
  ]
  return (
    <section className="panel record-facts" aria-labelledby="facts-title">
      <h2 id="facts-title">{t.facts}</h2>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="wrap">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
