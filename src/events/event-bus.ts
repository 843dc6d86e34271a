import type { PassingEvent, StreamEvent } from '../contract/index.ts'

/** What processes tell each other. */
export type Hint =
  | { kind: 'event'; event: StreamEvent }
  | { kind: 'passing'; event: PassingEvent }
  /** Someone's right to be connected has ended: all of a user's, or only what came with these tokens. */
  | { kind: 'access_ended'; userId: number; tokenIds: string[] | null }
  /** What someone may do has changed; their tokens are good as before. */
  | { kind: 'access_changed'; userId: number }

/** At most once, unordered: a hint that there is news. What is true stands in the event log. */
export interface EventBus {
  publish(hint: Hint): void
  /** @returns a function that ends the subscription. */
  subscribe(listener: (hint: Hint) => void): () => void
}
