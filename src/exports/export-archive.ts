import { type FileHandle, open } from 'node:fs/promises'
import type { FileStore } from '../storage/file-store.ts'
import { PICTURE_FOLDER } from './record-document.ts'
import { type Content, ZipWriter } from './zip-writer.ts'

export interface ArchivedPicture {
  name: string
  /** Null where the original has been deleted. */
  key: string | null
  modifiedAt: Date
}

/** An export as a zip. Originals that are not there any more are left out, and named in `missing.txt`. */
export class ExportArchive {
  readonly #zip = new ZipWriter()
  readonly #files: Pick<FileStore, 'pathOf'>
  readonly #createdAt: Date
  readonly #missing: string[] = []

  constructor(files: Pick<FileStore, 'pathOf'>, createdAt: Date) {
    this.#files = files
    this.#createdAt = createdAt
  }

  text(name: string, content: Content): AsyncGenerator<Uint8Array> {
    return this.#zip.add({ name, modifiedAt: this.#createdAt, deflate: true }, content)
  }

  /** For the many files of a few bytes, which compressing would only delay. */
  smallText(name: string, text: string, modifiedAt: Date): AsyncGenerator<Uint8Array> {
    return this.#zip.add({ name, modifiedAt, deflate: false }, [text])
  }

  async *picture({ name, key, modifiedAt }: ArchivedPicture): AsyncGenerator<Uint8Array> {
    const path = `${PICTURE_FOLDER}/${name}`
    const file = key === null ? null : await openIfThere(this.#files.pathOf(key))
    if (file === null) {
      this.#missing.push(path)
      return
    }
    const content = file.createReadStream()
    try {
      yield* this.#zip.add({ name: path, modifiedAt, deflate: false }, content)
    } finally {
      content.destroy() // It closes the file, which may never have been read.
    }
  }

  async *end(): AsyncGenerator<Uint8Array> {
    if (this.#missing.length > 0) yield* this.text('missing.txt', [`${this.#missing.join('\n')}\n`])
    yield* this.#zip.end()
  }
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  return open(path).catch((err: NodeJS.ErrnoException) => {
    if (err.code === 'ENOENT') return null
    throw err
  })
}
