import type { ReactNode } from 'react'
import './badge.css'

/** The state of something in a word, and in a colour for those who see it. */
export function Badge({ kind, children }: { kind: 'good' | 'bad'; children: ReactNode }) {
  return (
    <span className="badge" data-kind={kind}>
      {children}
    </span>
  )
}
