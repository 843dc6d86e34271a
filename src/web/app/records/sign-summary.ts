import type { Record, RecordedSign } from '../../../contract/index.ts'

/** The signs of one class in one record. */
export interface ClassCount {
  sign: RecordedSign
  count: number
}

/** Classes of a record's signs, in the order in which they come first. */
export function classCounts({ detections }: Record): ClassCount[] {
  const counts = new Map<string, ClassCount>()
  for (const sign of detections) {
    const known = counts.get(sign.class_code)
    if (known === undefined) counts.set(sign.class_code, { sign, count: 1 })
    else known.count++
  }
  return [...counts.values()]
}

/** Of what the model found; null where it found nothing. */
export function lowestConfidence({ detections }: Record): number | null {
  const found = detections.filter(({ verdict }) => verdict !== 'added').map(({ confidence }) => confidence)
  return found.length === 0 ? null : Math.min(...found)
}
