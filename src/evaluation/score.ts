import type { SignCategory } from '../contract/index.ts'
import { averagePrecisionOf, cocoIous, meanOf } from './average-precision.ts'
import { type Confusion, confusionsOf } from './confusion.ts'
import { type NamingScore, scoreNaming } from './naming.ts'
import { type OperatingPoint, operatingPoint } from './operating-points.ts'
import { isAnySign, isOfCategory, isOfClass } from './questions.ts'
import { judgeFinds, type Reliability, reliabilityOf } from './reliability.ts'
import type { SignNames } from './sign-names.ts'
import { categories, isSignFree, type ScoredPhoto } from './signs.ts'
import { type SizeScore, scoreSizes } from './sizes.ts'

export interface ScoreRule {
  /** How well a box must fit, intersection over union. */
  minIou: number
  /** For everything that is asked at one threshold: sizes, names, confusions. */
  confidence: number
  /** In rising order; `confidence` among them. */
  thresholds: readonly number[]
}

/** Everything that is measured in one run. Shares and precisions are 0..1; null where there is nothing to measure. */
export interface Score {
  photos: number
  signFreePhotos: number
  /** Signs that count; ignored ones are counted apart. */
  signs: number
  ignoredSigns: number
  /** Any sign, at the rule's IoU. */
  ap: number | null
  /** Any sign, at IoU 0.5. */
  ap50: number | null
  /** Any sign, the mean over IoU 0.5 to 0.95. */
  ap50To95: number | null
  /** Means over the categories and classes that occur, at the rule's IoU. */
  meanApOfCategories: number | null
  meanApOfClasses: number | null
  categories: { category: SignCategory; signs: number; ap: number | null }[]
  classes: ClassScore[]
  operatingPoints: OperatingPoint[]
  sizes: SizeScore[]
  naming: NamingScore
  reliability: Reliability
  confusions: Confusion[]
}

export interface ClassScore {
  code: string
  signs: number
  ap: number | null
}

/** Scores what was found in photos; finds below the lowest confidence collected are unknown and do not lower a precision. */
export function scorePhotos(photos: readonly ScoredPhoto[], names: SignNames, rule: ScoreRule): Score {
  const { minIou, confidence } = rule
  const truths = photos.flatMap((photo) => photo.truths)
  const counted = truths.filter(({ isIgnored }) => !isIgnored)
  const ofCategories = categories.map((category) => ({
    category,
    signs: counted.filter((truth) => truth.category === category).length,
    ap: averagePrecisionOf(photos, isOfCategory(category), minIou),
  }))
  const classes = scoreClasses(photos, names, minIou)
  const at = (iou: number) => averagePrecisionOf(photos, isAnySign, iou)
  return {
    photos: photos.length,
    signFreePhotos: photos.filter(isSignFree).length,
    signs: counted.length,
    ignoredSigns: truths.length - counted.length,
    ap: at(minIou),
    ap50: at(0.5),
    ap50To95: meanOf(cocoIous.map(at)),
    meanApOfCategories: meanOf(ofCategories.map(({ ap }) => ap)),
    meanApOfClasses: meanOf(classes.map(({ ap }) => ap)),
    categories: ofCategories,
    classes,
    operatingPoints: rule.thresholds.map((threshold) => operatingPoint(photos, minIou, threshold)),
    sizes: scoreSizes(photos, minIou, confidence),
    naming: scoreNaming(photos, minIou, confidence, names.modelReads),
    reliability: reliabilityOf(judgeFinds(photos, minIou)),
    confusions: confusionsOf(photos, minIou, confidence),
  }
}

/** Classes of which there is a sign, most frequent first. */
function scoreClasses(photos: readonly ScoredPhoto[], names: SignNames, minIou: number): ClassScore[] {
  const signs = new Map<string, number>()
  for (const { classCode, isIgnored } of photos.flatMap(({ truths }) => truths)) {
    if (classCode !== null && !isIgnored) signs.set(classCode, (signs.get(classCode) ?? 0) + 1)
  }
  return [...signs]
    .map(([code, count]) => ({
      code,
      signs: count,
      ap: averagePrecisionOf(photos, isOfClass(code, names.categoryOf(code)), minIou),
    }))
    .sort((a, b) => b.signs - a.signs || (a.code < b.code ? -1 : 1))
}
