import type { DraftFile, FileStore, Folder } from '../storage/file-store.ts'

/** Where the pictures of a result are kept; null where none were wanted. */
export interface ResultKeys {
  resultKey: string | null
  thumbnailKey: string | null
}

interface Picture {
  key: string
  draft: DraftFile
}

/** The pictures of one result, from before anyone can see them to when they are published, or gone. */
export class ResultPictures {
  readonly #files: FileStore
  readonly #result: Picture | null
  readonly #thumbnail: Picture | null

  /** @param isWanted false makes no pictures at all. */
  constructor(files: FileStore, isWanted: boolean) {
    const picture = (folder: Folder, extension: string): Picture | null =>
      isWanted ? { key: files.newKey(folder, extension), draft: files.draft() } : null
    this.#files = files
    this.#result = picture('detection_results', '.jpg')
    this.#thumbnail = picture('thumbnails', '.webp')
  }

  /** Where whoever draws them is to write. */
  get paths() {
    return { resultPath: this.#result?.draft.path ?? null, thumbnailPath: this.#thumbnail?.draft.path ?? null }
  }

  get keys(): ResultKeys {
    return { resultKey: this.#result?.key ?? null, thumbnailKey: this.#thumbnail?.key ?? null }
  }

  async publish(): Promise<void> {
    for (const { key, draft } of this.#pictures) await draft.publish(key)
  }

  async unpublish(): Promise<void> {
    for (const { key } of this.#pictures) await this.#files.remove(key)
  }

  /** Removes what was drawn and not published. */
  async discard(): Promise<void> {
    for (const { draft } of this.#pictures) await draft.discard()
  }

  get #pictures(): Picture[] {
    return [this.#result, this.#thumbnail].filter((picture) => picture !== null)
  }
}
