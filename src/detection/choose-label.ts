import { labelIndex, type ModelManifest } from './model-manifest.ts'
import type { ClassifierDescription } from './model-schema.ts'

export interface LabelRule {
  /** Where "not a sign" stands in a row of probabilities. */
  notASign: number
  /** For each label its class, which for all but readings is itself. */
  classOf: number[]
  /** The share of the signs' probability below which the best class is not believed. */
  minProbability: number
  /** The share of the signs' probability below which a reading is not believed. */
  minReadingProbability: number
  /** For each of the detector's classes the label of an unknown sign. */
  fallback: number[]
}

export interface Verdict {
  label: number
  /** Of it being a sign at all. */
  signProbability: number
}

export function labelRuleOf(model: ModelManifest, classifier: ClassifierDescription): LabelRule {
  const { labels, detector } = model
  return {
    notASign: labelIndex(model, classifier.not_a_sign),
    classOf: labels.map(({ code, reading_of }) => labelIndex(model, reading_of ?? code)),
    minProbability: classifier.min_label_probability,
    minReadingProbability: classifier.min_reading_probability,
    fallback: (detector.categories ?? []).map((category) => labelIndex(model, classifier.fallback[category])),
  }
}

/**
 * Reads one row of `[boxes, labels]` probabilities. First the class: a class and its readings count together, and a sign
 * that resembles none enough gets its category's fallback, since "another prohibition" is true where "speed limit 80" may
 * be wrong. Then the reading, and only when it is sure: "height limit" is true where "4.5 m" may be wrong.
 */
export function chooseLabel(probabilities: Float32Array, row: number, detectorClass: number, rule: LabelRule): Verdict {
  const count = rule.classOf.length
  const values = probabilities.slice(row * count, (row + 1) * count)
  const signProbability = Math.min(1, Math.max(0, 1 - values[rule.notASign]!))
  values[rule.notASign] = 0
  const best = bestClass(values, rule.classOf)
  if (best.probability < rule.minProbability * signProbability) {
    return { label: rule.fallback[detectorClass]!, signProbability }
  }
  const reading = bestReading(values, best.label, rule.classOf)
  const isSure = reading !== null && values[reading]! >= rule.minReadingProbability * signProbability
  return { label: isSure ? reading : best.label, signProbability }
}

function bestClass(values: Float32Array, classOf: number[]): { label: number; probability: number } {
  const sums = new Float64Array(values.length)
  classOf.forEach((whole, i) => {
    sums[whole]! += values[i]!
  })
  let label = 0
  for (let i = 1; i < sums.length; i++) if (sums[i]! > sums[label]!) label = i
  return { label, probability: sums[label]! }
}

/** null where the class has no readings, or none that is possible at all. */
function bestReading(values: Float32Array, whole: number, classOf: number[]): number | null {
  let best: number | null = null
  classOf.forEach((other, i) => {
    if (other === whole && i !== whole && values[i]! > (best === null ? 0 : values[best]!)) best = i
  })
  return best
}
