import type { Detection, SignClass } from '../contract/index.ts'

interface Vote {
  signClass: SignClass
  weight: number
  /** Weighted sum of its confidences. */
  confidence: number
}

export type VotesSnapshot = Vote[]

/** A sign of twice this size is not read any better. */
const READABLE_PIXELS = 64

/** What a sign says, by the votes of all the pictures in which it was seen: those that see it large and are sure count more. */
export class ClassVotes {
  readonly #votes: Map<string, Vote>

  constructor(snapshot: VotesSnapshot = []) {
    this.#votes = new Map(snapshot.map((vote) => [vote.signClass.class_code, { ...vote }]))
  }

  add({ class_code, class_name, class_name_en, category, confidence }: Detection, sizePixels: number): void {
    const signClass = { class_code, class_name, class_name_en, category }
    const vote = this.#votes.get(class_code) ?? { signClass, weight: 0, confidence: 0 }
    const weight = confidence * Math.min(sizePixels, READABLE_PIXELS)
    vote.weight += weight
    vote.confidence += weight * confidence
    this.#votes.set(class_code, vote)
  }

  get winner(): SignClass {
    return this.#best.signClass
  }

  /** The weighted mean of the confidences with which the winner was seen, to 4 places. */
  get confidence(): number {
    const { weight, confidence } = this.#best
    return Math.round((confidence / weight) * 10_000) / 10_000
  }

  /** The same over all classes: how sure it is that there is a sign at all. */
  get presence(): number {
    const votes = [...this.#votes.values()]
    const sum = (of: (vote: Vote) => number) => votes.reduce((total, vote) => total + of(vote), 0)
    return sum(({ confidence }) => confidence) / sum(({ weight }) => weight)
  }

  /** Of all that was said, 0..1. */
  shareOf(classCode: string): number {
    const total = [...this.#votes.values()].reduce((sum, { weight }) => sum + weight, 0)
    return (this.#votes.get(classCode)?.weight ?? 0) / total
  }

  snapshot(): VotesSnapshot {
    return [...this.#votes.values()].map((vote) => ({ ...vote }))
  }

  get #best(): Vote {
    return [...this.#votes.values()].reduce((best, vote) => (vote.weight > best.weight ? vote : best))
  }
}
