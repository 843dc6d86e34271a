import { parseXml, type XmlDocument, XmlElement, XmlError } from '@rgrove/parse-xml'
import { checkBox, LabelError, type LabelledBox } from './label-set.ts'

export interface VocAnnotation {
  /** The photo as the file calls it; null where it does not. */
  fileName: string | null
  size: { width: number; height: number } | null
  boxes: LabelledBox[]
}

/**
 * One annotation file of Pascal VOC (Everingham et al. 2010, development kit, section "Annotation"). Objects marked difficult
 * are ignored, as in its own evaluation. No object: a photo without signs.
 * @throws LabelError naming line and element.
 */
export function parseVocLabels(xml: string, file: string): VocAnnotation {
  const { root } = parse(xml, file)
  const lineOf = (element: XmlElement) => xml.slice(0, Math.max(0, element.start)).split('\n').length
  if (root?.name !== 'annotation') throw new LabelError(file, 'line 1', notThere('annotation'))
  const reader = new ElementReader(file, lineOf)
  const size = reader.find(root, 'size')
  return {
    fileName: reader.find(root, 'filename')?.text.trim() || null,
    size: size && { width: reader.number(size, 'width'), height: reader.number(size, 'height') },
    boxes: childrenOf(root, 'object').map((object) => reader.readObject(object)),
  }
}

function parse(xml: string, file: string): XmlDocument {
  try {
    return parseXml(xml, { includeOffsets: true })
  } catch (cause) {
    // Elements nested by the thousand exhaust the parser's stack.
    if (!(cause instanceof XmlError || cause instanceof RangeError)) throw cause
    const [reason = ''] = cause.message.split('\n')
    const place = cause instanceof XmlError ? `line ${cause.line}` : null
    throw new LabelError(file, place, { 'zh-CN': `不是有效的 XML：${reason}`, en: `is not XML: ${reason}` }, { cause })
  }
}

class ElementReader {
  readonly #file: string
  readonly #lineOf: (element: XmlElement) => number

  constructor(file: string, lineOf: (element: XmlElement) => number) {
    this.#file = file
    this.#lineOf = lineOf
  }

  readObject(object: XmlElement): LabelledBox {
    const corners = this.get(object, 'bndbox')
    const place = this.#placeOf(corners)
    const box = {
      x1: this.number(corners, 'xmin'),
      y1: this.number(corners, 'ymin'),
      x2: this.number(corners, 'xmax'),
      y2: this.number(corners, 'ymax'),
    }
    return {
      box: checkBox(box, this.#file, place),
      unit: 'pixels',
      name: this.get(object, 'name').text.trim(),
      category: null,
      isIgnored: this.find(object, 'difficult')?.text.trim() === '1',
      place,
    }
  }

  find(parent: XmlElement, name: string): XmlElement | null {
    return childrenOf(parent, name)[0] ?? null
  }

  get(parent: XmlElement, name: string): XmlElement {
    const found = this.find(parent, name)
    if (found && (childrenOf(found).length > 0 || found.text.trim() !== '')) return found
    throw new LabelError(this.#file, this.#placeOf(parent), notThere(name))
  }

  number(parent: XmlElement, name: string): number {
    const element = this.get(parent, name)
    const value = Number(element.text.trim())
    if (Number.isFinite(value)) return value
    const text = element.text.trim().slice(0, 40)
    throw new LabelError(this.#file, this.#placeOf(element), {
      'zh-CN': `“${text}”不是数字`,
      en: `"${text}" is not a number`,
    })
  }

  #placeOf(element: XmlElement): string {
    return `line ${this.#lineOf(element)}, <${element.name}>`
  }
}

function childrenOf(parent: XmlElement, name?: string): XmlElement[] {
  return parent.children.filter(
    (child): child is XmlElement => child instanceof XmlElement && (name === undefined || child.name === name),
  )
}

function notThere(name: string) {
  return { 'zh-CN': `缺少 <${name}>`, en: `there is no <${name}>` }
}
