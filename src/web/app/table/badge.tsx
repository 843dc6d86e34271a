import type { ReactNode } from 'react'
import './badge.css'

export type BadgeKind = 'good' | 'bad' | 'caution' | 'plain'

/** The state of something in a word, and in a colour for those who see it. */
export function Badge({ kind, children }: { kind: BadgeKind; children: ReactNode }) {
  return (
    <span className="badge" data-kind={kind}>
      {children}
    </span>
  )
}
