import type { ReceivedFile } from './file-store.ts'

/** What is known of a file before it is whole. */
export interface PartialFile {
  /** `up_<uuid>`: the id of the upload that will come of it. */
  readonly id: string
  readonly userId: number
  readonly fileName: string
  /** Bytes that it will have. */
  readonly length: number
}

/** What the bytes that are sent must add up to; without it, they count as they come. */
export interface ExpectedDigest {
  algorithm: string
  digest: Buffer
}

export interface AppendOptions {
  expected: ExpectedDigest | null
  /** Called as bytes are written, with how many the file has so far. */
  onBytes: (received: number) => void
}

/**
 * Files that arrive in pieces, over days and over restarts. Whoever was told that a byte is there finds it there again, also
 * after the process was killed. Only one call at a time may change a file: its callers see to that.
 */
export interface PartialFiles {
  find(id: string): PartialFile | null
  list(): PartialFile[]
  /** @throws STORAGE_FULL, also where the file will not fit on the disk */
  create(file: PartialFile): Promise<void>
  /** How many bytes are there, and when the last one came. */
  stateOf(id: string): Promise<{ bytes: number; changedMs: number }>
  /**
   * Writes on where the file ends. What has been written when it fails stays, unless a digest was expected of it.
   * @returns how many bytes there are now.
   * @throws UPLOAD_TOO_LARGE beyond the file's length, CHECKSUM_MISMATCH, STORAGE_FULL, and what the content throws
   */
  append(id: string, content: AsyncIterable<Buffer>, options: AppendOptions): Promise<number>
  /**
   * The file, which must be whole, to be published and then removed. It stays until it is removed, so that it can be
   * published again after a crash in between.
   */
  whole(id: string): Promise<ReceivedFile>
  /** Removing what is not there is fine. */
  remove(id: string): Promise<void>
}
