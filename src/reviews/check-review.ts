import type { BoundingBox, FieldProblem, ReviewChange, ReviewedSign } from '../contract/index.ts'
import { AppError } from '../errors.ts'

type ChangedSign = ReviewChange['signs'][number]

/** What a change is checked against. */
export interface Reviewable {
  /** The signs as they are so far. */
  signs: ReviewedSign[]
  /** Pixels of the upright picture. */
  width: number
  height: number
}

/** Keys of signs that a model found; people's own never look like them. */
const MODEL_KEY = /^m\d+$/

const problems = {
  repeated: { expected: 'each sign_key once', expected_zh: 'sign_key 不能重复' },
  unknownKey: { expected: 'no such sign of the model', expected_zh: '模型没有给出这个标志' },
  ofModel: {
    expected: 'accepted, corrected, rejected or null, as the model found it',
    expected_zh: '模型给出的标志：应为 accepted、corrected、rejected 或 null',
  },
  own: { expected: 'added, as the model did not find it', expected_zh: '人工添加的标志：应为 added' },
}

/** @throws INVALID_REQUEST naming every field that does not fit the record */
export function checkReview(record: Reviewable, change: ReviewChange): void {
  const before = new Map(record.signs.map((sign) => [sign.sign_key, sign]))
  const seen = new Set<string>()
  const fields = change.signs.flatMap((sign, i) => {
    const isRepeated = seen.has(sign.sign_key)
    seen.add(sign.sign_key)
    const found = [
      isRepeated ? { field: 'sign_key', ...problems.repeated } : null,
      verdictProblem(sign, before.get(sign.sign_key)),
      boxProblem(sign.bbox, before.get(sign.sign_key), record),
    ]
    return found
      .filter((problem) => problem !== null)
      .map((problem) => ({ ...problem, field: `signs.${i}.${problem.field}` }))
  })
  if (fields.length > 0) throw new AppError('INVALID_REQUEST', {}, { fields })
}

function verdictProblem({ sign_key, verdict }: ChangedSign, before: ReviewedSign | undefined): FieldProblem | null {
  if (before !== undefined && before.model !== null) {
    return verdict === 'added' ? { field: 'verdict', ...problems.ofModel } : null
  }
  if (before === undefined && MODEL_KEY.test(sign_key)) return { field: 'sign_key', ...problems.unknownKey }
  return verdict === 'added' ? null : { field: 'verdict', ...problems.own }
}

/** A box that is there already is good, whatever a model made of it. */
function boxProblem(bbox: BoundingBox, before: ReviewedSign | undefined, { width, height }: Reviewable) {
  const [x1, y1, x2, y2] = bbox
  if (x1 < x2 && y1 < y2 && x2 <= width && y2 <= height) return null
  if (before !== undefined && [before, before.model].some((known) => known?.bbox.join() === bbox.join())) return null
  const inside = `x1 < x2 <= ${width}, y1 < y2 <= ${height}`
  return { field: 'bbox', expected: `a box inside the picture: ${inside}`, expected_zh: `应为图片内的框：${inside}` }
}
