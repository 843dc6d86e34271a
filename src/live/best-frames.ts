/** Of frames that are kept in mind for one session's crops. */
const MAX_BYTES = 32 * 1024 * 1024

export interface KeptFrame {
  bytes: Buffer
  width: number
  height: number
}

/** The frame in which each sign was seen best, as long as the sign may still be seen better. Bounded: the longest unseen go first. */
export class BestFrames {
  /** By track, the most recently seen last. */
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

  /** Whose sign is in sight is not to be forgotten. */
  touch(trackId: number): void {
    const frame = this.#frames.get(trackId)
    if (frame === undefined) return
    this.#frames.delete(trackId)
    this.#frames.set(trackId, frame)
  }

  take(trackId: number): KeptFrame | null {
    const frame = this.#frames.get(trackId) ?? null
    if (frame !== null) this.#bytes -= frame.bytes.length
    this.#frames.delete(trackId)
    return frame
  }
}
