import type { RetentionOutcome, RetentionPolicy } from '../contract/index.ts'

const DAY_MS = 86_400_000

/** What was made before these moments goes; null: nothing does. */
export interface Cutoffs {
  records: Date | null
  originals: Date | null
}

/** What goes: how many records it concerns, and the sizes of the files that go with it. */
export interface Tally {
  records: number
  bytes: number
  /** Of the records, those of which a person has saved a review. */
  reviewed: number
}

export function cutoffsOf({ originals_days, records_days }: RetentionPolicy, nowMs: number): Cutoffs {
  const before = (days: number | null) => (days === null ? null : new Date(nowMs - days * DAY_MS))
  return { records: before(records_days), originals: before(originals_days) }
}

export function noTally(): Tally {
  return { records: 0, bytes: 0, reviewed: 0 }
}

export function outcomeOf(
  policy: RetentionPolicy,
  cutoffs: Cutoffs,
  { records, originals }: { records: Tally; originals: Tally },
): RetentionOutcome {
  const removal = ({ records, bytes }: Tally, before: Date | null) => {
    return { records, bytes, before: before?.toISOString() ?? null }
  }
  return {
    policy,
    originals: removal(originals, cutoffs.originals),
    records: removal(records, cutoffs.records),
    reviewed_records: records.reviewed,
  }
}
