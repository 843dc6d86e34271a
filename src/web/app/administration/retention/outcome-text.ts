import type { RetentionOutcome } from '../../../../contract/index.ts'
import { bytes } from '../../language/format.ts'
import type { texts } from './texts.ts'

/** What a policy would delete now, in a sentence for whoever is about to say yes. */
export function outcomeText(
  { policy, originals, records, reviewed_records }: RetentionOutcome,
  t: (typeof texts)['en'],
): string {
  if (policy.originals_days === null && policy.records_days === null) return t.keepAll
  if (originals.records === 0 && records.records === 0) return t.willKeep
  const all = t.willDelete(records.records, originals.records, bytes(originals.bytes + records.bytes))
  return reviewed_records === 0 ? all : `${all} ${t.willReviewed(reviewed_records)}`
}
