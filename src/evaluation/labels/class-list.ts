import { extname } from 'node:path'
import { parse as parseYaml, YAMLError } from 'yaml'
import { parseJson } from './json.ts'
import { LabelError } from './label-set.ts'

/** The names that YOLO's folders give their list of classes. */
export const classListNames = ['classes.txt', 'obj.names', 'data.yaml', 'data.yml', 'classes.json']

/**
 * A list of classes by number: a name per line, `names:` of a data.yaml, or JSON; these are a list, a map from number to
 * name, or one from name to number. Names may be numbers, as those of speed limits.
 * @throws LabelError naming the field.
 */
export function parseClassList(text: string, file: string): Map<number, string> {
  const ending = extname(file).toLowerCase()
  if (ending === '.json') return fromValue(parseJson(text, file), file, null)
  if (ending !== '.yaml' && ending !== '.yml') return fromLines(text)
  const value = readYaml(text, file)
  const names = typeof value === 'object' && value !== null ? (value as Record<string, unknown>).names : undefined
  return fromValue(names, file, 'names')
}

function fromLines(text: string): Map<number, string> {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  return new Map(lines.map((line, i) => [i, line.trim()] as const).filter(([, name]) => name !== ''))
}

function readYaml(text: string, file: string): unknown {
  try {
    return parseYaml(text, { maxAliasCount: 100, logLevel: 'error' })
  } catch (cause) {
    if (!(cause instanceof YAMLError || cause instanceof RangeError || cause instanceof ReferenceError)) throw cause
    const place = cause instanceof YAMLError ? `line ${cause.linePos?.[0].line ?? '?'}` : null
    const [reason = ''] = cause.message.split('\n')
    throw new LabelError(
      file,
      place,
      { 'zh-CN': `不是有效的 YAML：${reason}`, en: `is not YAML: ${reason}` },
      { cause },
    )
  }
}

function fromValue(value: unknown, file: string, field: string | null): Map<number, string> {
  if (typeof value !== 'object' || value === null) throw new LabelError(file, field, notAList)
  const names = new Map<number, string>()
  const isByNumber = Object.keys(value).every((key) => /^\d+$/.test(key))
  for (const [key, entry] of Object.entries(value)) {
    const [index, name] = isByNumber ? [Number(key), nameIn(entry)] : [entry, key]
    const place = Array.isArray(value) ? `${field ?? ''}[${key}]` : `${field ? `${field}.` : ''}${key}`
    if (!isIndex(index) || name === null || name.trim() === '') {
      throw new LabelError(file, place, { 'zh-CN': '应为编号和名称', en: 'must be a number and a name' })
    }
    if (names.has(index)) throw new LabelError(file, place, twice(index))
    names.set(index, name.trim())
  }
  return names
}

/** null: not a name. */
function nameIn(entry: unknown): string | null {
  return typeof entry === 'string' || typeof entry === 'number' ? String(entry) : null
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}

const notAList = {
  'zh-CN': '应为类别名称的列表，或编号到名称的映射',
  en: 'must be a list of class names, or a map from number to name',
}

function twice(index: number) {
  return { 'zh-CN': `编号 ${index} 重复`, en: `the number ${index} appears twice` }
}
