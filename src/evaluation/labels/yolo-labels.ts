import type { Box } from '../../detection/geometry.ts'
import { checkBox, LabelError, type LabelledBox } from './label-set.ts'

/** Rounded to six places, a box at the border may reach a little beyond it. */
const slack = 0.01

/**
 * One label file of YOLO (docs.ultralytics.com, "Detection datasets"): a line per object, `class x y width height` with the
 * centre, or `class x1 y1 x2 y2 …` with the corners of an outline, in shares of the photo. Empty: a photo without signs.
 * `names` is null where no list of classes exists: an object is then called by its number.
 * @throws LabelError naming the line.
 */
export function parseYoloLabels(text: string, file: string, names: ReadonlyMap<number, string> | null): LabelledBox[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .flatMap((line, i) => (line.trim() === '' ? [] : [parseLine(line.trim(), file, `line ${i + 1}`, names)]))
}

function parseLine(line: string, file: string, place: string, names: ReadonlyMap<number, string> | null): LabelledBox {
  const [first = '', ...rest] = line.split(/\s+/)
  if (!/^\d{1,9}$/.test(first)) throw new LabelError(file, place, notAClass(first.slice(0, 40)))
  const numbers = rest.map(Number)
  if (numbers.some((value) => !(value >= -slack && value <= 1 + slack))) throw new LabelError(file, place, notShares)
  const corners = cornersOf(numbers)
  if (corners === null) throw new LabelError(file, place, wrongCount(rest.length))
  const box = checkBox(corners, file, place)
  return {
    box,
    unit: 'shares',
    name: nameOf(Number(first), names, file, place),
    category: null,
    isIgnored: false,
    place,
  }
}

/** null: so many numbers are neither a box nor an outline. */
function cornersOf(numbers: number[]): Box | null {
  if (numbers.length === 4) {
    const [x, y, width, height] = numbers as [number, number, number, number]
    return { x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2 }
  }
  if (numbers.length < 6 || numbers.length % 2 === 1) return null
  const xs = numbers.filter((_, i) => i % 2 === 0)
  const ys = numbers.filter((_, i) => i % 2 === 1)
  return { x1: Math.min(...xs), y1: Math.min(...ys), x2: Math.max(...xs), y2: Math.max(...ys) }
}

function nameOf(index: number, names: ReadonlyMap<number, string> | null, file: string, place: string): string {
  if (names === null) return String(index)
  const name = names.get(index)
  if (name !== undefined) return name
  throw new LabelError(file, place, {
    'zh-CN': `类别表中没有第 ${index} 类`,
    en: `the list of classes has no class ${index}`,
  })
}

function notAClass(text: string) {
  return { 'zh-CN': `“${text}”不是类别编号`, en: `"${text}" is not a class number` }
}

const notShares = {
  'zh-CN': '坐标应为图片宽高的 0 到 1 之间的比例',
  en: 'coordinates must be shares of the photo, from 0 to 1',
}

function wrongCount(count: number) {
  return {
    'zh-CN': `类别之后应有 4 个数（方框）或 6 个以上的偶数个数（轮廓），实有 ${count} 个`,
    en: `after the class come 4 numbers (a box) or an even count from 6 (an outline), not ${count}`,
  }
}
