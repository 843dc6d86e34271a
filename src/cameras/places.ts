/** So many may run at once; the others wait, first come, first served. */
export class Places {
  readonly limit: number
  readonly #waiting: Array<() => void> = []
  #taken = 0

  constructor(limit: number) {
    this.limit = limit
  }

  get isFull(): boolean {
    return this.#taken >= this.limit
  }

  /**
   * Resolves, once there is a place, with what gives it back.
   * @throws the signal's reason
   */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted()
    if (this.isFull) await this.#wait(signal)
    else this.#taken++
    let isGivenBack = false
    return () => {
      if (!isGivenBack) this.#giveBack()
      isGivenBack = true
    }
  }

  /** Whoever has waited longest gets the place itself, so that nobody comes in between. */
  #giveBack(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#taken--
    else next()
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        const at = this.#waiting.indexOf(go)
        if (at >= 0) this.#waiting.splice(at, 1)
        reject(signal.reason)
      }
      this.#waiting.push(go)
      signal.addEventListener('abort', leave, { once: true })
    })
  }
}
