import type { StringStorage } from './page-globals.ts'

const KEY = 'hz.cursor'

/** Where in the events we are, as the cursor to go on from. Kept in a storage as well, for the time after a reload. */
export class Place {
  readonly #storage: StringStorage
  #cursor: string | null
  /** Of the message that is being acted on. */
  #reached: string | null = null

  constructor(storage: StringStorage) {
    this.#storage = storage
    this.#cursor = storage.getItem(KEY)
  }

  get cursor(): string | null {
    return this.#cursor
  }

  /** A message is about to be acted on: `keep` comes after that, as one that was not is to be told again. */
  reach(cursor: string): void {
    this.#reached = cursor
  }

  keep(): void {
    if (this.#reached === null) return
    this.#cursor = this.#reached
    this.#reached = null
    try {
      this.#storage.setItem(KEY, this.#cursor)
    } catch {
      // A full storage costs the place over a reload, and no more.
    }
  }

  forget(): void {
    this.#reached = null
    this.#cursor = null
    this.#storage.removeItem(KEY)
  }
}
