import type { KeptMessage } from '../contract/index.ts'

/** `next`: act on it; `repeated`: it has been acted on; `gap`: something before it is missing. */
export type Turn = 'next' | 'repeated' | 'gap'

/** How far each stream has been heard: kept messages are numbered 1, 2, 3, … within theirs. */
export class Positions {
  readonly #heard = new Map<string, number>()

  /** Where a connection begins. */
  begin(positions: { [stream: string]: number }): void {
    this.#heard.clear()
    for (const [stream, seq] of Object.entries(positions)) this.#heard.set(stream, seq)
  }

  turnOf({ stream, seq, snapshot }: KeptMessage): Turn {
    // Told again out of its turn: it has a number from before the connection began.
    if (snapshot === true) return 'next'
    const heard = this.#heard.get(stream) ?? 0
    if (seq <= heard) return 'repeated'
    if (seq > heard + 1) return 'gap'
    this.#heard.set(stream, seq)
    return 'next'
  }
}
