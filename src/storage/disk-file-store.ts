import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { link, mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../errors.ts'
import { lockDirectory } from './directory-lock.ts'
import { isFull, storageError } from './disk-errors.ts'
import type { DraftFile, FileStore, Folder, ReceivedFile, ReceiveOptions } from './file-store.ts'

/** Hidden from /media, and on the same file system, so that publishing is one rename. */
const DRAFTS = '.drafts'
/** The same for what DiskPartialFiles keeps, over restarts. */
const PARTIAL = '.partial'

/** Hidden as well, and kept over restarts. */
const WORK = '.work'

const namePrefixes: Record<Folder, string> = {
  uploads: '',
  detection_results: 'result_',
  thumbnails: 'thumb_',
  videos: 'video_',
  crops: 'crop_',
}

export class DiskFileStore implements FileStore {
  readonly #dir: string
  readonly #unlock: () => void

  private constructor(dir: string, unlock: () => void) {
    this.#dir = dir
    this.#unlock = unlock
  }

  /**
   * Makes the directory with a folder for each kind of file, and throws away drafts that an earlier process left.
   * @throws Error where another server is using it
   */
  static async open(dir: string): Promise<DiskFileStore> {
    await mkdir(dir, { recursive: true })
    const unlock = lockDirectory(dir)
    await rm(join(dir, DRAFTS), { recursive: true, force: true })
    for (const folder of [DRAFTS, WORK, ...Object.keys(namePrefixes)])
      await mkdir(join(dir, folder), { recursive: true })
    return new DiskFileStore(dir, unlock)
  }

  /** Lets another server use the directory. */
  close(): void {
    this.#unlock()
  }

  get partialDir(): string {
    return join(this.#dir, PARTIAL)
  }

  async receive(content: Readable, options: ReceiveOptions): Promise<ReceivedFile> {
    const draft = this.draft()
    const meter = meterOf(options)
    const file = createWriteStream(draft.path, { flags: 'wx' })
    const closed = new Promise<void>((resolve) => file.once('close', () => resolve()))
    try {
      await pipeline(content, meter.stream, file)
    } catch (err) {
      // The pipeline fails at once, also while the file is still being opened: removed before that, it would appear after.
      await closed
      await draft.discard()
      throw causeOf(err, options.fileName)
    }
    return Object.assign(draft, meter.result())
  }

  draft(): DraftFile {
    const path = join(this.#dir, DRAFTS, randomUUID())
    let isPublished = false
    return {
      path,
      publish: async (key) => {
        await this.publish(path, key)
        isPublished = true
      },
      discard: async () => {
        if (!isPublished) await rm(path, { force: true })
      },
    }
  }

  async publish(path: string, key: string): Promise<void> {
    const target = this.pathOf(key)
    try {
      await makeDirectory(dirname(target))
      await rename(path, target)
    } catch (err) {
      throw storageError(err)
    }
  }

  async workDir(id: string): Promise<string> {
    const dir = join(this.#dir, WORK, id)
    await makeDirectory(dir)
    return dir
  }

  async dropWork(id: string): Promise<void> {
    await rm(join(this.#dir, WORK, id), { recursive: true, force: true })
  }

  /** The ids of all unfinished work. */
  async works(): Promise<string[]> {
    return readdir(join(this.#dir, WORK))
  }

  newKey(folder: Folder, extension: string): string {
    const day = new Date().toISOString().slice(0, 10)
    return `${folder}/${day}/${namePrefixes[folder]}${randomUUID()}${extension}`
  }

  pathOf(key: string): string {
    const path = join(this.#dir, key)
    const inside = relative(this.#dir, path)
    if (inside === '' || inside.startsWith('..') || isHidden(inside) || key.includes('\0')) {
      throw new RangeError(`The key leaves the store: ${key}`)
    }
    return path
  }

  async sizeOf(key: string): Promise<number> {
    try {
      return (await stat(this.pathOf(key))).size
    } catch (err) {
      if ((err as NodeJS.ErrnoException).code === 'ENOENT') return 0
      throw err
    }
  }

  /** Bytes of the disk that the store is on, and how many of them this process may still fill. */
  async space(): Promise<{ freeBytes: number; totalBytes: number }> {
    const { bavail, blocks, bsize } = await statfs(this.#dir)
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  }

  /**
   * Makes a file of `partialDir` visible under its key, too: one file with two names, so that a crash before its row is
   * written loses nothing. Where a file system has no such links, the file moves. @throws STORAGE_FULL
   */
  async link(path: string, key: string): Promise<void> {
    const target = this.pathOf(key)
    try {
      await makeDirectory(dirname(target))
      await link(path, target).catch(() => rename(path, target))
    } catch (err) {
      throw storageError(err)
    }
  }

  async remove(key: string): Promise<void> {
    await rm(this.pathOf(key), { force: true })
  }

  /** The keys of a folder's newest days: where a crash between a rename and its transaction leaves files. */
  async newestKeys(folder: string, days: number): Promise<string[]> {
    const names = await readdir(join(this.#dir, folder)).catch(() => [])
    const newest = names.sort().slice(-days)
    const files = await Promise.all(newest.map((day) => readdir(join(this.#dir, folder, day)).catch(() => [])))
    return newest.flatMap((day, i) => (files[i] ?? []).map((name) => `${folder}/${day}/${name}`.split(sep).join('/')))
  }
}

/** One level only: Node's recursive mkdir calls a full disk ENOENT. */
async function makeDirectory(path: string): Promise<void> {
  await mkdir(path).catch((err: NodeJS.ErrnoException) => {
    if (err.code !== 'EEXIST') throw err
  })
}

/** Counts and hashes on the way through, so an upload is read once and never held in memory. */
function meterOf({ maxBytes, fileName, onBytes }: ReceiveOptions) {
  const hash = createHash('sha256')
  let bytes = 0
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > maxBytes) return done(new AppError('UPLOAD_TOO_LARGE', { file_name: fileName, max_bytes: maxBytes }))
      hash.update(chunk)
      onBytes?.(bytes)
      done(null, chunk)
    },
  })
  return { stream, result: () => ({ bytes, sha256: hash.digest('hex') }) }
}

function causeOf(err: unknown, fileName: string): unknown {
  if (err instanceof AppError) return err
  if (isFull(err)) return new AppError('STORAGE_FULL', {}, { cause: err })
  const code = (err as NodeJS.ErrnoException).code ?? ''
  if (['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ABORT_ERR', 'FST_ERR_CTP_INVALID_CONTENT_LENGTH'].includes(code)) {
    return new AppError('UPLOAD_INTERRUPTED', { file_name: fileName }, { cause: err })
  }
  return err
}

function isHidden(inside: string): boolean {
  return [DRAFTS, PARTIAL, WORK].some((folder) => inside.startsWith(folder))
}
