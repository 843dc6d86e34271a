import type { Detection, Person, ReviewChange, ReviewedSign, SignClass, SignVerdict } from '../contract/index.ts'

/** A change that has been checked, who makes it and when. */
export interface Save {
  change: ReviewChange
  /** Every class that the change names. */
  classes: ReadonlyMap<string, SignClass>
  by: Person
  at: string
}

type FoundSign = ReviewedSign & { model: Detection }
type ChangedSign = Pick<ReviewChange['signs'][number], 'verdict' | 'class_code' | 'bbox'>

/**
 * The signs of a review after a save: those of the model in their order, then those of people in the change's. What the
 * save leaves as it was keeps who said it and when.
 */
export function applyReview(present: ReviewedSign[], save: Save): ReviewedSign[] {
  const said = new Map(save.change.signs.map((sign) => [sign.sign_key, sign]))
  const found = present.filter((sign): sign is FoundSign => sign.model !== null)
  const before = new Map(present.map((sign) => [sign.sign_key, sign]))
  const own = save.change.signs.filter(({ sign_key }) => !before.get(sign_key)?.model)
  return [
    ...found.map((sign) => judgedSign(sign, said.get(sign.sign_key) ?? sign, save)),
    ...own.map((sign) => ownSign(before.get(sign.sign_key), sign, save)),
  ]
}

function judgedSign(before: FoundSign, said: ChangedSign, save: Save): ReviewedSign {
  const verdict = verdictOf(said, before.model, save.change.state)
  const { class_code, bbox } = verdict === 'rejected' ? before.model : said
  return signed(before, { ...before, ...classOf(class_code, before, save), bbox, verdict }, save)
}

function ownSign(before: ReviewedSign | undefined, said: ReviewChange['signs'][number], save: Save): ReviewedSign {
  const { sign_key, class_code, bbox } = said
  const kept = { sign_key, ...classOf(class_code, before, save), bbox, verdict: 'added' as const, model: null }
  return signed(before, { ...kept, by: null, at: null }, save)
}

function verdictOf(said: ChangedSign, model: Detection, state: ReviewChange['state']): SignVerdict | null {
  if (said.verdict === 'rejected') return 'rejected'
  if (!isAt(said, model)) return 'corrected'
  return said.verdict === null && state !== 'reviewed' ? null : 'accepted'
}

/** What a sign was called stays, whatever the running model calls its class. */
function classOf(code: string, before: ReviewedSign | undefined, { classes }: Save): SignClass {
  const known = [before, before?.model].find((sign) => sign?.class_code === code) ?? classes.get(code)
  const { class_code, class_name, class_name_en, category } = known as SignClass
  return { class_code, class_name, class_name_en, category }
}

function signed(before: ReviewedSign | undefined, now: ReviewedSign, { by, at }: Save): ReviewedSign {
  if (before !== undefined && before.verdict === now.verdict && isAt(before, now)) return before
  return now.verdict === null ? { ...now, by: null, at: null } : { ...now, by, at }
}

type Place = Pick<ReviewedSign, 'class_code' | 'bbox'>

function isAt(sign: Place, other: Place): boolean {
  return sign.class_code === other.class_code && sign.bbox.join() === other.bbox.join()
}
