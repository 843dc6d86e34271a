import type { Readable } from 'node:stream'

/** A file that nobody else can see yet. Ends with `publish` or `discard`. */
export interface DraftFile {
  /** Where it lies for the time being; other processes of this machine may write it. */
  readonly path: string
  /** Makes it visible under its key, at once and whole. @throws STORAGE_FULL */
  publish(key: string): Promise<void>
  /** Removes it, unless it has been published. */
  discard(): Promise<void>
}

export interface ReceivedFile extends DraftFile {
  readonly bytes: number
  /** Hex SHA-256 of the content. */
  readonly sha256: string
}

export interface ReceiveOptions {
  maxBytes: number
  /** For messages to people. */
  fileName: string
  /** Called as bytes arrive, with how many there are so far. */
  onBytes?: (received: number) => void
}

export type Folder = 'uploads' | 'detection_results' | 'thumbnails' | 'videos' | 'crops'

/** Immutable bytes by key. A file is visible under its key only once it is complete; keys are never used again. */
export interface FileStore {
  /**
   * Writes a stream to a draft, counting and hashing it on the way; never holds it whole in memory.
   * Leaves nothing behind when it fails.
   * @throws UPLOAD_TOO_LARGE, UPLOAD_INTERRUPTED, STORAGE_FULL
   */
  receive(content: Readable, options: ReceiveOptions): Promise<ReceivedFile>
  draft(): DraftFile
  /**
   * A folder of this machine for unfinished work, made where there is none. It outlives a crash, and ends with `dropWork`.
   * @param id letters, digits, _ and -
   */
  workDir(id: string): Promise<string>
  dropWork(id: string): Promise<void>
  /** Moves a file out of a folder of unfinished work to its key, at once and whole. @throws STORAGE_FULL */
  publish(path: string, key: string): Promise<void>
  /** A key never used before, ending in `extension` (with its dot). Keys of one day share a directory, which keeps directories small. */
  newKey(folder: Folder, extension: string): string
  /** Where a published file lies on this machine. */
  pathOf(key: string): string
  /** Bytes of a published file; 0 where it is not there. */
  sizeOf(key: string): Promise<number>
  /** Removing what is not there is fine. */
  remove(key: string): Promise<void>
}
