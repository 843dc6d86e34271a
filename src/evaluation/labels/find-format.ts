import { readFile, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { classListNames } from './class-list.ts'
import { looksLikeCoco } from './coco-labels.ts'
import { parseJson } from './json.ts'
import { LabelError, type LabelFormat } from './label-set.ts'
import { isPhoto, stemOf } from './photo-files.ts'

const maxBytes = 512 * 1024 * 1024

/** A format and the one file that holds all labels; null where each photo has a file of its own. */
export interface FoundFormat {
  format: LabelFormat
  file: string | null
}

/** @throws LabelError where the file is too large or cannot be read. */
export async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size <= maxBytes) return await readFile(path, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new LabelError(path, null, { 'zh-CN': `无法读取：${reason}`, en: `cannot be read: ${reason}` }, { cause })
  }
  throw new LabelError(path, null, { 'zh-CN': '文件过大', en: 'the file is too large' })
}

/**
 * Which labels lie in a folder. `files` as listFiles gives them; `asked` is the only format looked for, null any.
 * @throws LabelError where none or more than one is there.
 */
export async function findFormat(
  dir: string,
  files: readonly string[],
  asked: LabelFormat | null,
): Promise<FoundFormat> {
  const { formats, broken } = await allFormats(dir, files)
  const found = formats.filter(({ format }) => asked === null || format === asked)
  if (found.length === 1) return found[0]!
  // A broken file is more likely to be the labels than to have nothing to do with them.
  if (found.length === 0 && broken !== null) throw broken
  if (found.length === 0) throw new LabelError(dir, null, noLabels(asked))
  const all = found.map(({ format, file }) => (file === null ? format : `${format} (${file})`)).join(', ')
  throw new LabelError(dir, null, {
    'zh-CN': `有多份标注：${all}；请用 --format 或 --labels 指定`,
    en: `there are several labels: ${all}; choose with --format or --labels`,
  })
}

/** `broken`: why the first file that could hold all labels is not JSON. */
async function allFormats(dir: string, files: readonly string[]) {
  const found: FoundFormat[] = []
  let broken: LabelError | null = null
  for (const file of files.filter(mayHoldAllLabels)) {
    try {
      const format = await formatOfJson(join(dir, file))
      if (format !== null) found.push({ format, file })
    } catch (err) {
      if (!(err instanceof LabelError) || basename(file) === 'labels.json') throw err
      broken ??= err
    }
  }
  if (files.some((file) => extname(file).toLowerCase() === '.xml')) found.push({ format: 'voc', file: null })
  const stems = new Set(files.filter(isPhoto).map((photo) => basename(stemOf(photo))))
  if (files.some((file) => isYoloFile(file) && stems.has(basename(stemOf(file)))))
    found.push({ format: 'yolo', file: null })
  return { formats: found, broken }
}

/** Whether a file may hold one photo's boxes in YOLO's format. */
export function isYoloFile(file: string): boolean {
  return file.endsWith('.txt') && !classListNames.includes(basename(file))
}

/** In the folder itself or where COCO keeps its annotations. */
function mayHoldAllLabels(file: string): boolean {
  return /^(annotations\/)?[^/]+\.json$/.test(file) && !classListNames.includes(basename(file))
}

/** What a file of all labels holds; null for JSON of another kind. @throws LabelError where it is not JSON. */
export async function formatOfJson(path: string): Promise<'own' | 'coco' | null> {
  if (looksLikeCoco(parseJson(await readText(path), path))) return 'coco'
  return basename(path) === 'labels.json' ? 'own' : null
}

function noLabels(asked: LabelFormat | null) {
  const kind = asked === null ? '' : `${asked} `
  return {
    'zh-CN': `没有找到${kind === '' ? '' : ` ${kind}`}标注（labels.json、YOLO 的 .txt、Pascal VOC 的 .xml、COCO 的 .json）；没有标志的图片用 --sign-free`,
    en: `there are no ${kind}labels (labels.json, YOLO's .txt, Pascal VOC's .xml, COCO's .json); for photos without signs say --sign-free`,
  }
}
