import { readdir } from 'node:fs/promises'
import { basename, dirname, extname, join, posix, relative, resolve } from 'node:path'

const photoEndings = new Set(['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif'])

/** Every file below a folder but hidden ones, relative to it, with `/`, in order of their names. @throws errors of the file system. */
export async function listFiles(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => withSlashes(relative(dir, join(entry.parentPath, entry.name))))
    .filter((file) => !file.split('/').some((part) => part.startsWith('.')))
    .sort((a, b) => (a < b ? -1 : 1))
}

/** Photos by their names; results of `npm run detect` are none. */
export function isPhoto(file: string): boolean {
  return photoEndings.has(extname(file).toLowerCase()) && !file.endsWith('.detected.jpg')
}

/** Without its ending. */
export function stemOf(file: string): string {
  return posix.join(dirname(file), basename(file, extname(file)))
}

/** Folders of label files → the folders beside them where the photos lie: YOLO's (darknet's too) and Pascal VOC's. */
const photoFolders = new Map([
  ['labels', ['images', 'JPEGImages']],
  ['annotations', ['JPEGImages', 'images']],
])

/**
 * Finds the photos that labels speak of. Names repeat from folder to folder (`train/1.jpg`, `val/1.jpg`), so no folder that a
 * label names is passed over but those above the folder of the photos.
 */
export class PhotoIndex {
  /** The folder of the photos from the root, with `/`. */
  readonly #dir: string
  /** Here and below, null: more than one. */
  readonly #byPath = new Map<string, string | null>()
  readonly #byEnd = new Map<string, string | null>()
  /** Those in which photos lie. */
  readonly #folders: ReadonlySet<string>

  /** `keyOf` is what photos are known by: their paths below `dir`, or their paths without ending. */
  constructor(dir: string, photos: readonly string[], keyOf: (photo: string) => string = (photo) => photo) {
    this.#dir = withSlashes(resolve(dir))
    this.#folders = new Set(photos.map(dirname))
    for (const photo of photos) {
      const [path, ...ends] = endsOf(keyOf(photo))
      addTo(this.#byPath, path!, photo)
      for (const end of ends) addTo(this.#byEnd, end, photo)
    }
    // A whole path is meant before the end of another.
    for (const [path, photo] of this.#byPath) this.#byEnd.set(path, photo)
  }

  /** By a name as label files write it. null: no photo, or more than one, may be meant. */
  find(name: string): string | null {
    const path = posix.normalize(withSlashes(name))
    if (/^([a-z]+:)?\//i.test(path)) return firstOf(this.#byPath, this.#belowRoot(path))
    const below = path.replace(/^(\.\.\/)+/, '')
    return firstOf(this.#byEnd, [below, ...this.#belowDir(below)])
  }

  /**
   * By the path of a file that holds one photo's labels, with the photo's name in place of its own: `labels/a` is
   * `images/a`; `a` beside it; or, where no photos lie in `images`, the only `a` there is. null as above.
   */
  findLabelledBy(path: string): string | null {
    const parts = path.split('/')
    const at = parts.slice(0, -1).findLastIndex((part) => photoFolders.has(part.toLowerCase()))
    if (at === -1) return firstOf(this.#byPath, [path])
    const counterparts = photoFolders.get(parts[at]!.toLowerCase())!.map((name) => parts.with(at, name).join('/'))
    const photo = firstOf(this.#byPath, [...counterparts, path])
    if (photo !== null || counterparts.some((one) => this.#folders.has(dirname(one)))) return photo
    return firstOf(this.#byEnd, [parts.toSpliced(at, 1).join('/')])
  }

  /** What a path from the root may be below `dir`. One from another computer tells not how much of it is above. */
  #belowRoot(path: string): string[] {
    const isHere = path.startsWith(`${this.#dir}/`)
    return isHere ? [path.slice(this.#dir.length + 1)] : endsOf(path).slice(1)
  }

  /** What a path may be below `dir` that starts with the name of `dir`, or with that of a folder above and so on down to it. */
  #belowDir(path: string): string[] {
    const ends = endsOf(path).slice(1)
    return ends.filter((end) => this.#dir.endsWith(`/${path.slice(0, -end.length - 1)}`))
  }
}

function addTo(photos: Map<string, string | null>, path: string, photo: string): void {
  photos.set(path, photos.has(path) ? null : photo)
}

/** What the first path that is known at all stands for. */
function firstOf(photos: ReadonlyMap<string, string | null>, paths: readonly string[]): string | null {
  const known = paths.find((path) => photos.has(path))
  return known === undefined ? null : photos.get(known)!
}

/** `a/b/c` → `a/b/c`, `b/c`, `c`. */
function endsOf(path: string): string[] {
  const parts = path.split('/')
  return parts.map((_, i) => parts.slice(i).join('/'))
}

function withSlashes(path: string): string {
  return path.split('\\').join('/')
}
