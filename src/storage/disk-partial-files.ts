import { createHash, type Hash, timingSafeEqual } from 'node:crypto'
import { createReadStream } from 'node:fs'
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../errors.ts'
import { storageError } from './disk-errors.ts'
import type { DiskFileStore } from './disk-file-store.ts'
import type { ReceivedFile } from './file-store.ts'
import type { AppendOptions, PartialFile, PartialFiles } from './partial-files.ts'

/** The hash of a file's first bytes. */
interface RunningHash {
  hash: Hash
  bytes: number
}

const ID = /^up_[0-9a-f-]{36}$/

/**
 * Each file is its bytes, `<id>`, and what is known of it, `<id>.json`. The length on the disk is how far it has got: a
 * killed process loses nothing that it has written. Bytes whose digest is still to be checked are announced by
 * `<id>.unchecked`, which holds the length before them, and are cut off where a process did not live to check them.
 */
export class DiskPartialFiles implements PartialFiles {
  readonly #store: DiskFileStore
  readonly #dir: string
  readonly #files = new Map<string, PartialFile>()
  /** So that no gigabytes need be read again when the last byte is there. Lost with the process, which costs that reading. */
  readonly #hashes = new Map<string, RunningHash>()

  private constructor(store: DiskFileStore) {
    this.#store = store
    this.#dir = store.partialDir
  }

  /** Finds what earlier processes left. The store's lock keeps others away. */
  static async open(store: DiskFileStore): Promise<DiskPartialFiles> {
    const partial = new DiskPartialFiles(store)
    await mkdir(partial.#dir, { recursive: true })
    const names = await readdir(partial.#dir)
    for (const name of names.filter((name) => name.endsWith('.json'))) {
      const file = await readInfo(join(partial.#dir, name))
      if (file !== null && names.includes(file.id)) partial.#files.set(file.id, file)
    }
    const known = (name: string) => partial.#files.has(name.replace(/\.(json|unchecked)$/, ''))
    for (const name of names.filter((name) => !known(name))) await rm(join(partial.#dir, name), { force: true })
    for (const id of partial.#files.keys()) await partial.#cutUnchecked(id)
    return partial
  }

  find(id: string): PartialFile | null {
    return this.#files.get(id) ?? null
  }

  list(): PartialFile[] {
    return [...this.#files.values()]
  }

  async create(file: PartialFile): Promise<void> {
    // At once, so that files that are made at the same time are counted.
    this.#files.set(file.id, file)
    try {
      if (file.length > (await this.#store.space()).freeBytes) throw new AppError('STORAGE_FULL')
      await writeFile(this.#pathOf(file.id), '', { flag: 'wx' })
      await writeFile(this.#pathOf(file.id, '.new'), JSON.stringify(file))
      await rename(this.#pathOf(file.id, '.new'), this.#pathOf(file.id, '.json'))
    } catch (err) {
      await this.remove(file.id)
      throw storageError(err)
    }
  }

  async stateOf(id: string): Promise<{ bytes: number; changedMs: number }> {
    try {
      const { size, mtimeMs } = await stat(this.#pathOf(id))
      return { bytes: size, changedMs: mtimeMs }
    } catch (err) {
      // It is only being made.
      if ((err as NodeJS.ErrnoException).code === 'ENOENT') return { bytes: 0, changedMs: Date.now() }
      throw err
    }
  }

  async append(id: string, content: AsyncIterable<Buffer>, options: AppendOptions): Promise<number> {
    if (options.expected === null) return this.#write(id, content, options.onBytes)
    const { bytes: before } = await this.stateOf(id)
    const hashBefore = this.#hashes.get(id)
    const digest = createHash(options.expected.algorithm)
    const kept = hashBefore && { hash: hashBefore.hash.copy(), bytes: hashBefore.bytes }
    try {
      await writeFile(this.#pathOf(id, '.unchecked'), String(before))
      const bytes = await this.#write(id, digesting(content, digest), options.onBytes)
      if (!isSame(digest.digest(), options.expected.digest)) throw new AppError('CHECKSUM_MISMATCH', { offset: before })
      await rm(this.#pathOf(id, '.unchecked'))
      return bytes
    } catch (err) {
      await this.#cutUnchecked(id)
      if (kept) this.#hashes.set(id, kept)
      throw storageError(err)
    }
  }

  async whole(id: string): Promise<ReceivedFile> {
    const path = this.#pathOf(id)
    const { bytes } = await this.stateOf(id)
    const sha256 = (await this.#hashOf(id, bytes)).hash.copy().digest('hex')
    const publish = (key: string) => this.#store.link(path, key)
    return { path, bytes, sha256, publish, discard: () => this.remove(id) }
  }

  async remove(id: string): Promise<void> {
    this.#files.delete(id)
    this.#hashes.delete(id)
    // The bytes last: what has no description any longer goes at the next start.
    for (const ending of ['.json', '.new', '.unchecked', '']) await rm(this.#pathOf(id, ending), { force: true })
  }

  async #write(id: string, content: AsyncIterable<Buffer>, onBytes: (received: number) => void): Promise<number> {
    const length = this.#files.get(id)?.length ?? 0
    const handle = await open(this.#pathOf(id), 'a').catch((err) => Promise.reject(storageError(err)))
    try {
      const { size } = await handle.stat()
      return await this.#writeTo(handle, content, { id, size, length, onBytes })
    } catch (err) {
      throw storageError(err)
    } finally {
      await handle.close()
    }
  }

  async #writeTo(
    handle: FileHandle,
    content: AsyncIterable<Buffer>,
    { id, size, length, onBytes }: { id: string; size: number; length: number; onBytes: (received: number) => void },
  ): Promise<number> {
    const running = size === 0 ? startHash() : this.#hashes.get(id)
    // One of another length missed bytes: those of another process, or of a disk that was full.
    const follows = running?.bytes === size ? running : null
    if (follows === null) this.#hashes.delete(id)
    else this.#hashes.set(id, follows)
    let bytes = size
    for await (const chunk of content) {
      const fileName = this.#files.get(id)?.fileName
      if (bytes + chunk.length > length)
        throw new AppError('UPLOAD_TOO_LARGE', { file_name: fileName, max_bytes: length })
      await handle.writeFile(chunk)
      bytes += chunk.length
      if (follows !== null) {
        follows.hash.update(chunk)
        follows.bytes = bytes
      }
      onBytes(bytes)
    }
    return bytes
  }

  async #hashOf(id: string, bytes: number): Promise<RunningHash> {
    const running = this.#hashes.get(id)
    if (running?.bytes === bytes) return running
    const read = startHash()
    for await (const chunk of createReadStream(this.#pathOf(id), { highWaterMark: 1024 * 1024 }))
      read.hash.update(chunk)
    read.bytes = bytes
    this.#hashes.set(id, read)
    return read
  }

  async #cutUnchecked(id: string): Promise<void> {
    const mark = this.#pathOf(id, '.unchecked')
    const checked = await readFile(mark, 'utf8').catch(() => null)
    if (checked === null) return
    // An empty mark is from a process that was killed before it wrote anything else.
    if (/^\d+$/.test(checked)) await truncate(this.#pathOf(id), Number(checked))
    await rm(mark, { force: true })
  }

  #pathOf(id: string, ending = ''): string {
    if (!ID.test(id)) throw new RangeError(`No id of an upload: ${id}`)
    return join(this.#dir, `${id}${ending}`)
  }
}

async function readInfo(path: string): Promise<PartialFile | null> {
  try {
    const { id, userId, fileName, length } = JSON.parse(await readFile(path, 'utf8'))
    const isSound = ID.test(id) && Number.isInteger(userId) && typeof fileName === 'string' && Number.isInteger(length)
    return isSound && path.endsWith(`${id}.json`) ? { id, userId, fileName, length } : null
  } catch {
    return null
  }
}

const startHash = (): RunningHash => ({ hash: createHash('sha256'), bytes: 0 })

async function* digesting(content: AsyncIterable<Buffer>, digest: Hash): AsyncIterable<Buffer> {
  for await (const chunk of content) {
    digest.update(chunk)
    yield chunk
  }
}

function isSame(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
