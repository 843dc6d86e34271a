import type { ReviewedSign } from '../../../contract/index.ts'

/** Whether two say the same of a sign; who said it and when does not matter. */
export function isSameSign(a: ReviewedSign, b: ReviewedSign): boolean {
  return a.verdict === b.verdict && a.class_code === b.class_code && a.bbox.join() === b.bbox.join()
}

/** Keys of signs that differ between two lists: changed, added or deleted. */
export function changedKeys(from: readonly ReviewedSign[], to: readonly ReviewedSign[]): Set<string> {
  const before = byKey(from)
  const after = byKey(to)
  const changed = [...after.values()].filter((sign) => !isUnchanged(before.get(sign.sign_key), sign))
  const deleted = [...before.values()].filter(({ sign_key }) => !after.has(sign_key))
  return new Set([...changed, ...deleted].map(({ sign_key }) => sign_key))
}

/**
 * What became of `base` in two hands, put together. Where both changed a sign, mine counts; what one deleted and the other
 * changed stays.
 */
export function mergeSigns(
  base: readonly ReviewedSign[],
  mine: readonly ReviewedSign[],
  theirs: readonly ReviewedSign[],
): ReviewedSign[] {
  const [before, own, other] = [byKey(base), byKey(mine), byKey(theirs)]
  const kept = theirs.flatMap((sign) => {
    const was = before.get(sign.sign_key)
    const is = own.get(sign.sign_key)
    if (is === undefined) return was !== undefined && isSameSign(was, sign) ? [] : [sign]
    return [isUnchanged(was, is) ? sign : { ...is, model: sign.model }]
  })
  const onlyMine = mine.filter((sign) => !other.has(sign.sign_key) && !isUnchanged(before.get(sign.sign_key), sign))
  return [...kept, ...onlyMine]
}

function isUnchanged(was: ReviewedSign | undefined, is: ReviewedSign): boolean {
  return was !== undefined && isSameSign(was, is)
}

function byKey(signs: readonly ReviewedSign[]): Map<string, ReviewedSign> {
  return new Map(signs.map((sign) => [sign.sign_key, sign]))
}
