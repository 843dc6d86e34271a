import type { SignCategory } from '../contract/index.ts'
import type { Question } from './average-precision.ts'
import { anySign } from './match.ts'
import { sideOf } from './signs.ts'

/** Is there a sign? */
export const isAnySign: Question = { roleOf: anySign, isAsked: () => true }

/** Is there a sign of this category? A sign of which the labels tell no category counts neither way. */
export function isOfCategory(category: SignCategory): Question {
  return {
    roleOf: (truth) => {
      if (truth.isIgnored) return 'region'
      if (truth.category === null) return 'excused'
      return truth.category === category ? 'counted' : null
    },
    isAsked: (found) => found.category === category,
  }
}

/** Is there a sign of this class? A sign that may be one, for all its labels tell, counts neither way. */
export function isOfClass(code: string, category: SignCategory | null): Question {
  return {
    roleOf: (truth) => {
      if (truth.isIgnored) return 'region'
      if (truth.classCode === code) return 'counted'
      const mayBe = truth.classCode === null && (truth.category === null || truth.category === category)
      return mayBe ? 'excused' : null
    },
    isAsked: (found) => found.classCode === code,
  }
}

/** Is there a sign of this size? As in COCO's figures by area: signs and false alarms of other sizes count neither way. */
export function isOfSide(from: number, to: number): Question {
  const isWithin = (side: number) => side >= from && side < to
  return {
    roleOf: (truth) => {
      if (truth.isIgnored) return 'region'
      return isWithin(sideOf(truth.box)) ? 'counted' : 'excused'
    },
    isAsked: () => true,
    isExcused: (found) => !isWithin(sideOf(found.box)),
  }
}
