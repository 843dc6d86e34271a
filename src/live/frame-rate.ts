const WINDOW_MS = 2000

/** How many frames a second are looked at, of late. */
export class FrameRate {
  #times: number[] = []

  add(nowMs: number): void {
    this.#times = this.#times.filter((at) => nowMs - at < WINDOW_MS)
    this.#times.push(nowMs)
  }

  /** Rounded to tenths; 0 until there are two. */
  get fps(): number {
    const [first = 0] = this.#times
    const last = this.#times.at(-1) ?? first
    return last === first ? 0 : Math.round(((this.#times.length - 1) * 10_000) / (last - first)) / 10
  }
}
