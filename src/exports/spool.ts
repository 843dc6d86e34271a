import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { DraftFile, FileStore } from '../storage/file-store.ts'

/** Keeps on disk what is known before its turn, so that memory does not grow with it. Nothing of it is left once it is disposed of. */
export class Spool {
  readonly #draft: DraftFile
  #file: FileHandle | null = null

  constructor(files: Pick<FileStore, 'draft'>) {
    this.#draft = files.draft()
  }

  async write(text: string): Promise<void> {
    if (text === '') return
    this.#file ??= await open(this.#draft.path, 'wx')
    await this.#file.appendFile(text)
  }

  /** All that was written. */
  async *read(): AsyncGenerator<Uint8Array> {
    if (this.#file !== null) yield* createReadStream(this.#draft.path)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close()
    await this.#draft.discard()
  }
}
