/** The client's clock and ours may differ by anything, but not by much more or less from one frame to the next. */
const MAX_DRIFT_S = 2
const MIN_STEP_S = 0.001

/**
 * Seconds from the first frame. By the client's clock, which knows nothing of delays on the way, as long as it is believable;
 * always growing, whatever a client says.
 */
export class SessionClock {
  #firstCapturedMs: number | null = null
  #firstReceivedMs = 0
  #lastS = 0

  timeOf({ capturedAtMs, receivedAtMs }: { capturedAtMs: number; receivedAtMs: number }): number {
    if (this.#firstCapturedMs === null) {
      this.#firstCapturedMs = capturedAtMs
      this.#firstReceivedMs = receivedAtMs
      return 0
    }
    const receivedS = (receivedAtMs - this.#firstReceivedMs) / 1000
    const capturedS = (capturedAtMs - this.#firstCapturedMs) / 1000
    const isBelievable = Math.abs(capturedS - receivedS) <= MAX_DRIFT_S
    this.#lastS = Math.max(this.#lastS + MIN_STEP_S, isBelievable ? capturedS : receivedS)
    return this.#lastS
  }

  /** Of the newest frame. */
  get lastS(): number {
    return this.#lastS
  }
}
