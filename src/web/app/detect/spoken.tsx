import { useEffect, useRef, useState } from 'react'
import { useTexts } from '../language/texts.ts'
import type { Card } from './card.ts'
import { texts } from './texts.ts'

/** What screen readers say: each photo once, when it ends. */
export function Spoken({ cards }: { cards: readonly Card[] }) {
  const t = useTexts(texts)
  const told = useRef(new Map<string, string>())
  const [line, setLine] = useState('')
  useEffect(() => {
    for (const { key, fileName, phase } of cards) {
      const before = told.current.get(key)
      told.current.set(key, phase.kind)
      if (before === undefined || before === phase.kind) continue
      if (phase.kind === 'success') setLine(t.finished(fileName, t.signsFound(phase.record.detections.length)))
      else if (phase.kind === 'failed' || phase.kind === 'cancelled') setLine(t.finished(fileName, t[phase.kind]))
    }
  }, [cards, t])
  return (
    <p className="visually-hidden" role="status">
      {line}
    </p>
  )
}
