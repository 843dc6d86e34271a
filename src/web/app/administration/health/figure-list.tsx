import { time } from '../../language/format.ts'
import { useTexts } from '../../language/texts.ts'
import type { Figure } from './figures.ts'
import { texts } from './texts.ts'

interface Props {
  title: string
  figures: readonly Figure[]
  isWaiting: boolean
  updatedAtMs?: number
}

export function FigureList({ title, figures, isWaiting, updatedAtMs = 0 }: Props) {
  const t = useTexts(texts)
  return (
    <section className="panel" aria-busy={isWaiting}>
      <div className="administration-head">
        <h2>{title}</h2>
        <span className="muted number health-updated">{updatedAtMs === 0 ? null : t.updated(time(updatedAtMs))}</span>
      </div>
      <dl className="health-figures">
        {figures.map(({ name, value }) => (
          <div key={name}>
            <dt className="muted">{name}</dt>
            <dd className="number">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
