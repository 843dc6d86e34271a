import { type Pair, pairUp } from './match.ts'
import { share } from './operating-points.ts'
import type { ScoredPhoto } from './signs.ts'

/** How well found signs are named, among those whose labels tell. */
export interface NamingScore {
  categoryKnown: number
  categoryAccuracy: number | null
  classKnown: number
  classAccuracy: number | null
  /** null: the model gives no readings. */
  readings: ReadingScore | null
}

/** Of the signs found and named right whose labels say what they read: `pm20` for a `pm`. */
export interface ReadingScore {
  known: number
  right: number | null
  wrong: number | null
  /** The model named the class and no reading. */
  notGiven: number | null
}

/** Figures for the signs found with at least `confidence`. */
export function scoreNaming(
  photos: readonly ScoredPhoto[],
  minIou: number,
  confidence: number,
  modelReads: boolean,
): NamingScore {
  const hits = photos.flatMap((photo) => pairUp(photo, minIou, confidence)).filter((pair) => pair.kind === 'hit')
  const ofCategory = hits.filter(({ truth }) => truth.category !== null)
  const ofClass = hits.filter(({ truth }) => truth.classCode !== null)
  const rightClass = ofClass.filter(({ truth, found }) => truth.classCode === found.classCode)
  const rightCategory = ofCategory.filter(({ truth, found }) => truth.category === found.category)
  return {
    categoryKnown: ofCategory.length,
    categoryAccuracy: share(rightCategory.length, ofCategory.length),
    classKnown: ofClass.length,
    classAccuracy: share(rightClass.length, ofClass.length),
    readings: modelReads ? scoreReadings(rightClass) : null,
  }
}

function scoreReadings(hits: readonly Extract<Pair, { kind: 'hit' }>[]): ReadingScore {
  const known = hits.filter(({ truth }) => truth.reading !== null)
  const right = known.filter(({ truth, found }) => truth.reading === found.reading).length
  const notGiven = known.filter(({ found }) => found.reading === null).length
  return {
    known: known.length,
    right: share(right, known.length),
    wrong: share(known.length - right - notGiven, known.length),
    notGiven: share(notGiven, known.length),
  }
}

/** Whether a found sign bears a wrong name, as far as the labels tell; a wrong reading is one. */
export function isWronglyNamed({ truth, found }: Extract<Pair, { kind: 'hit' }>): boolean {
  if (truth.classCode === null) return truth.category !== null && truth.category !== found.category
  if (truth.classCode !== found.classCode) return true
  return truth.reading !== null && found.reading !== null && truth.reading !== found.reading
}
