/** Looks a second where nothing is in sight: a sign that can be read is in sight for seconds. */
const IDLE_PER_SECOND = 5
/** Where something is tracked: its boxes come to overlap from look to look, and it has more votes on what it says. */
const TRACKING_PER_SECOND = 10
/** Half a period of 60 pictures a second: the next picture would be further from the wanted time. */
const EARLY_S = 1 / 120

/** Chooses the pictures of a video that are looked at, by their times and not by their numbers. */
export class FrameSampler {
  readonly #rate: number | null
  /** When the last picture was wanted, not when it came: 25 pictures a second would else give 8 looks for 10. */
  #wantedS: number | null = null

  /** @param frameRate pictures a second; null: as many as it takes. */
  constructor(frameRate: number | null) {
    this.#rate = frameRate
  }

  /** Seconds from one look to the next where nothing is in sight. */
  get idlePeriodS(): number {
    return 1 / (this.#rate ?? IDLE_PER_SECOND)
  }

  /** To be asked of every picture, in their order. */
  wants(timeS: number, isTracking: boolean): boolean {
    const periodS = 1 / (this.#rate ?? (isTracking ? TRACKING_PER_SECOND : IDLE_PER_SECOND))
    const dueS = this.#wantedS === null ? timeS : this.#wantedS + periodS
    if (timeS < dueS - EARLY_S) return false
    this.#wantedS = Math.max(dueS, timeS - periodS / 2)
    return true
  }
}
