import { AppError } from '../errors.ts'

interface Holder {
  /** Ends a request that writes; null for what is soon over anyway. */
  interrupt: (() => void) | null
  released: Promise<void>
}

/** One request at a time for each unfinished upload. Each lock gives what releases it. */
export class UploadLocks {
  readonly #holders = new Map<string, Holder>()

  has(id: string): boolean {
    return this.#holders.has(id)
  }

  /** For a request that writes. @throws UPLOAD_BUSY while another one does */
  async write(id: string, interrupt: () => void): Promise<() => void> {
    for (;;) {
      const holder = this.#holders.get(id)
      if (holder === undefined) return this.#hold(id, interrupt)
      if (holder.interrupt !== null) throw new AppError('UPLOAD_BUSY', { upload_id: id })
      await holder.released
    }
  }

  /**
   * For a request that asks or ends. A client asks once its connection is lost; the server may not know yet, so whoever
   * writes is stopped, and what it has received stays.
   */
  async takeOver(id: string): Promise<() => void> {
    for (;;) {
      const holder = this.#holders.get(id)
      if (holder === undefined) return this.#hold(id, null)
      holder.interrupt?.()
      await holder.released
    }
  }

  #hold(id: string, interrupt: (() => void) | null): () => void {
    const { promise: released, resolve } = withResolver()
    this.#holders.set(id, { interrupt, released })
    return () => {
      this.#holders.delete(id)
      resolve()
    }
  }
}

function withResolver() {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
