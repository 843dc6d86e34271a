/** Of frames that are kept in mind for one session's crops. */
const MAX_BYTES = 32 * 1024 * 1024

export interface KeptFrame {
  bytes: Buffer
  width: number
  height: number
}

/** The frame in which each sign was seen best, as long as the sign may still be seen better. Bounded: the oldest go first. */
export class BestFrames {
  /** By track, in the order in which they were kept. */
  readonly #frames = new Map<number, KeptFrame>()
  #bytes = 0

  keep(trackId: number, frame: KeptFrame): void {
    this.take(trackId)
    this.#frames.set(trackId, frame)
    this.#bytes += frame.bytes.length
    for (const oldest of this.#frames.keys()) {
      if (this.#bytes <= MAX_BYTES) break
      this.take(oldest)
    }
  }

  forgetAllBut(isAlive: (trackId: number) => boolean): void {
    for (const trackId of this.#frames.keys()) if (!isAlive(trackId)) this.take(trackId)
  }

  take(trackId: number): KeptFrame | null {
    const frame = this.#frames.get(trackId) ?? null
    if (frame !== null) this.#bytes -= frame.bytes.length
    this.#frames.delete(trackId)
    return frame
  }
}
