import type { Language, SignCategory } from '../../contract/index.ts'
import type { Box } from '../../detection/geometry.ts'
import { BilingualError } from '../../errors.ts'

/** One box, in the words of its label file. */
export interface LabelledBox {
  box: Box
  /** Of the upright photo: source pixels, or shares of its width and height. */
  unit: 'pixels' | 'shares'
  /** A class name or code; null where only the category is told. */
  name: string | null
  category: SignCategory | null
  isIgnored: boolean
  /** Where in the file it stands, for errors: `line 3`, `objects[2]`. */
  place: string
}

export interface LabelledPhoto {
  /** Below the folder that is evaluated, with `/`. */
  name: string
  path: string
  /** null: sign-free because the command line says so. */
  labelFile: string | null
  boxes: LabelledBox[]
  /** What the labels say of the upright photo's size; null where they do not. */
  size: { width: number; height: number } | null
}

export const labelFormats = ['own', 'yolo', 'voc', 'coco'] as const
export type LabelFormat = (typeof labelFormats)[number]

/** A folder's photos with their labels. */
export interface LabelSet {
  format: LabelFormat | 'sign-free'
  photos: LabelledPhoto[]
  /** Photos of which nothing is said: they are left out. */
  unlabelled: string[]
  /** Photos that labels speak of and that are not there. */
  missing: string[]
}

export type Bilingual = Record<Language, string>

/** Labels cannot be read: the message names the file, the place in it, and the problem. */
export class LabelError extends BilingualError {
  override name = 'LabelError'

  constructor(file: string, place: string | null, problem: Bilingual, options?: ErrorOptions) {
    const start = place === null ? file : `${file}: ${place}`
    super({ en: `${start}: ${problem.en}`, 'zh-CN': `${start}：${problem['zh-CN']}` }, options)
  }
}

/** @throws LabelError unless all four are numbers and the box has a width and a height. */
export function checkBox(box: Box, file: string, place: string): Box {
  const { x1, y1, x2, y2 } = box
  if (![x1, y1, x2, y2].every((value) => Number.isFinite(value) && Math.abs(value) < 1e9)) {
    throw new LabelError(file, place, { 'zh-CN': '标注框含有无效数值', en: 'the box has a value that is not a number' })
  }
  if (x2 > x1 && y2 > y1) return box
  throw new LabelError(file, place, {
    'zh-CN': `标注框的宽或高不大于 0：${[x1, y1, x2, y2].join(', ')}`,
    en: `the box has no width or no height: ${[x1, y1, x2, y2].join(', ')}`,
  })
}
