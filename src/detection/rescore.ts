import { logit, sigmoid } from './probability.ts'

/** Weights of two scores' logits: `sigmoid(detector · logit(score) + sign · logit(sign probability) + bias)`. */
export interface LogisticRescoring {
  kind: 'logistic'
  /** Above 0. */
  detector: number
  /** At least 0. */
  sign: number
  bias: number
}

/** How a detector's score and a classifier's probability that it is a sign at all become one confidence. */
export type Rescoring = 'sqrt-sign-probability' | LogisticRescoring

// A network that says exactly 0 or 1 has no finite logit.
const clamped = (probability: number) => Math.min(Math.max(probability, 1e-6), 1 - 1e-6)
const maxLogit = logit(clamped(1))

/**
 * A detector's score in the light of the classifier.
 * - `sqrt-sign-probability`: false alarms sink, signs keep theirs; no score rises.
 * - `logistic`: Platt scaling (Platt 1999) of both scores, fitted to hand-labelled pictures, so that of the signs with
 *   confidence 0.8 eight in ten are right. A score may rise.
 */
export function rescore(score: number, signProbability: number, rescoring: Rescoring): number {
  if (rescoring === 'sqrt-sign-probability') return score * Math.sqrt(signProbability)
  const { detector, sign, bias } = rescoring
  return sigmoid(detector * logit(clamped(score)) + sign * logit(clamped(signProbability)) + bias)
}

/**
 * The lowest detector's score that a classifier who is sure can still lift to `confidence`: what is below need not be
 * classified. With `logistic` it is nearly always tiny, since a sure classifier outweighs much: then it is the model's
 * `score_floor` that bounds the work.
 */
export function lowestScore(confidence: number, rescoring: Rescoring): number {
  if (rescoring === 'sqrt-sign-probability') return confidence
  const { detector, sign, bias } = rescoring
  return sigmoid((logit(clamped(confidence)) - sign * maxLogit - bias) / detector)
}
