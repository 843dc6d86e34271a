import { basename, dirname, join, posix } from 'node:path'
import { classListNames, parseClassList } from './class-list.ts'
import { parseCocoLabels } from './coco-labels.ts'
import { type FoundFormat, findFormat, formatOfJson, isYoloFile, readText } from './find-format.ts'
import { LabelError, type LabelFormat, type LabelledPhoto, type LabelSet } from './label-set.ts'
import { parseOwnLabels } from './own-labels.ts'
import { isPhoto, listFiles, PhotoIndex, stemOf } from './photo-files.ts'
import { parseVocLabels } from './voc-labels.ts'
import { parseYoloLabels } from './yolo-labels.ts'

export interface LabelOptions {
  /** null: whatever lies in the folder. */
  format: LabelFormat | null
  /** The file of all labels; null: found in the folder. */
  labelFile: string | null
  /** YOLO's list of classes; null: found in the folder. */
  classFile: string | null
  /** YOLO: a photo without a label file has no signs. */
  unlabelledAreEmpty: boolean
  /** No photo of the folder has a sign; labels are not looked for. */
  isSignFree: boolean
}

/** Boxes by photo, and photos that are spoken of and not there. */
interface Read {
  labelled: Map<string, Omit<LabelledPhoto, 'name' | 'path'>>
  missing: string[]
}

/**
 * Reads the labels of a folder's photos. A photo is free of signs only where its labels say so.
 * @throws LabelError naming file and place; errors of the file system for the folder itself.
 */
export async function readLabels(dir: string, options: LabelOptions): Promise<LabelSet> {
  const files = await listFiles(dir)
  const photos = files.filter(isPhoto)
  if (photos.length === 0) throw new LabelError(dir, null, { 'zh-CN': '没有图片', en: 'there are no photos' })
  if (options.isSignFree) {
    const free = photos.map((name) => ({ name, path: join(dir, name), labelFile: null, boxes: [], size: null }))
    return { format: 'sign-free', photos: free, unlabelled: [], missing: [] }
  }
  const found = options.labelFile === null ? await findFormat(dir, files, options.format) : await named(options)
  const { labelled, missing } = await read(dir, files, found, options)
  const known = photos.filter((name) => labelled.has(name))
  return {
    format: found.format,
    photos: known.map((name) => ({ name, path: join(dir, name), ...labelled.get(name)! })),
    unlabelled: photos.filter((name) => !labelled.has(name)),
    missing,
  }
}

async function named({ labelFile, format }: LabelOptions): Promise<FoundFormat> {
  const found = await formatOfJson(labelFile!)
  return { format: format ?? found ?? 'own', file: labelFile! }
}

async function read(dir: string, files: string[], found: FoundFormat, options: LabelOptions): Promise<Read> {
  const file = options.labelFile ?? (found.file === null ? null : join(dir, found.file))
  const photos = files.filter(isPhoto)
  if (found.format === 'yolo') return readYolo(dir, files, photos, options)
  if (found.format === 'voc' || file === null) return readVoc(dir, files, photos)
  return found.format === 'coco' ? readCoco(dir, file, photos) : readOwn(dir, file, photos)
}

async function readOwn(dir: string, file: string, photos: string[]): Promise<Read> {
  const index = new PhotoIndex(dir, photos)
  const result: Read = { labelled: new Map(), missing: [] }
  for (const [name, boxes] of parseOwnLabels(await readText(file), file)) {
    add(result, index.find(name), name, { labelFile: file, boxes, size: null })
  }
  return result
}

async function readCoco(dir: string, file: string, photos: string[]): Promise<Read> {
  const index = new PhotoIndex(dir, photos)
  const result: Read = { labelled: new Map(), missing: [] }
  for (const { fileName, boxes, size } of parseCocoLabels(await readText(file), file)) {
    add(result, index.find(fileName), fileName, { labelFile: file, boxes, size })
  }
  return result
}

async function readVoc(dir: string, files: string[], photos: string[]): Promise<Read> {
  const byStem = new PhotoIndex(dir, photos, stemOf)
  const byName = new PhotoIndex(dir, photos)
  const result: Read = { labelled: new Map(), missing: [] }
  for (const name of files.filter((file) => file.toLowerCase().endsWith('.xml'))) {
    const labelFile = join(dir, name)
    const { fileName, boxes, size } = parseVocLabels(await readText(labelFile), labelFile)
    const photo = byStem.findLabelledBy(stemOf(name)) ?? (fileName === null ? null : findNamed(byName, fileName, name))
    add(result, photo, name, { labelFile, boxes, size })
  }
  return result
}

/** A name with folders says by itself where the photo is; one without goes with the folder of the label file. */
function findNamed(index: PhotoIndex, fileName: string, labelFile: string): string | null {
  if (/[\\/]/.test(fileName)) return index.find(fileName)
  return index.findLabelledBy(posix.join(dirname(labelFile), fileName))
}

async function readYolo(dir: string, files: string[], photos: string[], options: LabelOptions): Promise<Read> {
  const names = await readClassList(dir, files, options.classFile)
  const byStem = new PhotoIndex(dir, photos, stemOf)
  const stems = new Set(photos.map((photo) => basename(stemOf(photo))))
  const result: Read = { labelled: new Map(), missing: [] }
  for (const name of files.filter(isYoloFile)) {
    const photo = byStem.findLabelledBy(stemOf(name))
    // Lists of photos and notes are text files too.
    const isNote = !/(^|\/)labels\//i.test(name) && !stems.has(basename(stemOf(name)))
    if (photo === null && isNote) continue
    const labelFile = join(dir, name)
    const boxes = photo === null ? [] : parseYoloLabels(await readText(labelFile), labelFile, names)
    add(result, photo, name, { labelFile, boxes, size: null })
  }
  if (!options.unlabelledAreEmpty) return result
  for (const photo of photos) {
    if (!result.labelled.has(photo)) result.labelled.set(photo, { labelFile: null, boxes: [], size: null })
  }
  return result
}

/** null: there is none. The nearest to the top wins. */
async function readClassList(dir: string, files: string[], asked: string | null): Promise<Map<number, string> | null> {
  if (asked !== null) return parseClassList(await readText(asked), asked)
  const lists = files.filter((file) => classListNames.includes(basename(file)))
  const [nearest] = lists.sort((a, b) => a.split('/').length - b.split('/').length || rank(a) - rank(b))
  if (nearest === undefined) return null
  return parseClassList(await readText(join(dir, nearest)), join(dir, nearest))
}

function rank(file: string): number {
  return classListNames.indexOf(basename(file))
}

function add(result: Read, photo: string | null, name: string, labels: Omit<LabelledPhoto, 'name' | 'path'>): void {
  const before = photo === null ? undefined : result.labelled.get(photo)
  if (photo === null) result.missing.push(name)
  else if (before === undefined) result.labelled.set(photo, labels)
  else {
    throw new LabelError(labels.labelFile ?? name, null, {
      'zh-CN': `图片 ${photo} 有两份标注（另见 ${before.labelFile}）`,
      en: `the photo ${photo} has labels twice (also in ${before.labelFile})`,
    })
  }
}
