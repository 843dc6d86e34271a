import sharp from 'sharp'
import { configureFonts, escapeXml, fontFamily } from './fonts.ts'

/** One line of text without colour: `data` is `[height, width]`, 0 clear to 255 full. Cut to its ink at left and right. */
export interface TextMask {
  data: Uint8Array
  width: number
  height: number
}

const maxCharacters = 24
const maxCachedBytes = 8_000_000
const maxSheetPixels = 4_000_000
/** In ems. Lines of one font size have one height and one baseline, whatever letters they hold. */
const lineHeight = 1.3
const baseline = 1.05

/** Least recently used first. Names and percentages recur from picture to picture, and rendering one takes a millisecond. */
const masks = new Map<string, TextMask>()
let cachedBytes = 0

/** Renders each text in bold at `fontPixels`, in the order given. Texts longer than 24 characters are cut, with "…". */
export async function renderTexts(texts: readonly string[], fontPixels: number): Promise<TextMask[]> {
  const wanted = new Map(texts.map((text) => [text, recall(text, fontPixels)]))
  const missing = [...wanted].filter(([, mask]) => mask === undefined).map(([text]) => text)
  for (const sheet of sheets(missing, fontPixels)) {
    const rendered = await renderSheet(sheet, fontPixels)
    for (const [index, text] of sheet.entries()) {
      wanted.set(text, rendered[index]!)
      remember(text, fontPixels, rendered[index]!)
    }
  }
  return texts.map((text) => wanted.get(text)!)
}

function recall(text: string, fontPixels: number): TextMask | undefined {
  const key = `${fontPixels} ${text}`
  const mask = masks.get(key)
  if (mask) {
    masks.delete(key)
    masks.set(key, mask)
  }
  return mask
}

/** Two pictures may render the same text at the same time: the later one replaces the earlier. */
function remember(text: string, fontPixels: number, mask: TextMask): void {
  const key = `${fontPixels} ${text}`
  forget(key)
  masks.set(key, mask)
  cachedBytes += mask.data.length
  for (const oldest of masks.keys()) {
    if (cachedBytes <= maxCachedBytes) return
    forget(oldest)
  }
}

function forget(key: string): void {
  cachedBytes -= masks.get(key)?.data.length ?? 0
  masks.delete(key)
}

/** Groups of texts that are rendered in one go: a call costs more than a line. */
function* sheets(texts: readonly string[], fontPixels: number): Generator<string[]> {
  const linePixels = sheetWidth(maxCharacters, fontPixels) * Math.ceil(fontPixels * lineHeight)
  const linesPerSheet = Math.max(1, Math.min(64, Math.floor(maxSheetPixels / linePixels)))
  for (let first = 0; first < texts.length; first += linesPerSheet) yield texts.slice(first, first + linesPerSheet)
}

async function renderSheet(texts: readonly string[], fontPixels: number): Promise<TextMask[]> {
  // Before the first text of the process; sharp itself may have been imported before.
  configureFonts()
  const lines = texts.map(shorten)
  const height = Math.ceil(fontPixels * lineHeight)
  const width = sheetWidth(Math.max(...lines.map((line) => [...line].length)), fontPixels)
  const svg = sheetSvg(lines, { width, height, fontPixels })
  const { data } = await sharp(Buffer.from(svg)).extractChannel('alpha').raw().toBuffer({ resolveWithObject: true })
  return lines.map((_, index) => cutToInk(data.subarray(index * height * width, (index + 1) * height * width), width))
}

function sheetSvg(lines: readonly string[], size: { width: number; height: number; fontPixels: number }): string {
  const left = Math.ceil(size.fontPixels / 2)
  const rows = lines.map((line, index) => {
    const y = index * size.height + Math.round(size.fontPixels * baseline)
    return `<text x="${left}" y="${y}" xml:space="preserve">${escapeXml(line)}</text>`
  })
  const style = `font-family="${fontFamily}" font-weight="700" font-size="${size.fontPixels}" fill="#fff"`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height * lines.length}"><g ${style}>${rows.join('')}</g></svg>`
}

/** Room for the widest letters, and half an em at each side for those that lean out. */
function sheetWidth(characters: number, fontPixels: number): number {
  return Math.ceil((characters * 1.15 + 1) * fontPixels)
}

function shorten(text: string): string {
  const characters = [...text]
  return characters.length <= maxCharacters ? text : `${characters.slice(0, maxCharacters - 1).join('')}…`
}

function cutToInk(line: Uint8Array, lineWidth: number): TextMask {
  const height = line.length / lineWidth
  let first = lineWidth
  let last = -1
  for (let at = 0; at < line.length; at++) {
    if (line[at] === 0) continue
    const x = at % lineWidth
    if (x < first) first = x
    if (x > last) last = x
  }
  const width = Math.max(0, last - first + 1)
  const data = new Uint8Array(width * height)
  for (let y = 0; y < height && width > 0; y++) {
    data.set(line.subarray(y * lineWidth + first, y * lineWidth + last + 1), y * width)
  }
  return { data, width, height }
}
