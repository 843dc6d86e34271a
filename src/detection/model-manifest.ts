import { constants, type Stats } from 'node:fs'
import { access, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Locale } from 'typebox/system'
import { Value } from 'typebox/value'
import type { ModelInfo, SignClass } from '../contract/index.ts'
import { checkMeaning } from './check-manifest.ts'
import { decoderNames } from './decoders/index.ts'
import { ModelProblem, reasonOf } from './model-problem.ts'
import { ModelFile, type ModelFiles, type ModelLabel } from './model-schema.ts'

export type { ModelLabel } from './model-schema.ts'

/** How exactly a network's numbers are kept: int8 is smaller and mostly faster, and may differ a little. */
export type Precision = 'fp32' | 'int8'
export const precisions = ['fp32', 'int8'] as const satisfies Precision[]

/** Paths of one network's files; null where there is none of that precision. */
export interface NetworkPaths {
  fp32: string
  int8: string | null
}

/** model.json with its defaults filled in, and the paths of its weights. */
export interface ModelManifest extends ModelFile {
  /** Of model.json. */
  path: string
  detectorPaths: NetworkPaths
  classifierPaths: NetworkPaths | null
}

const fileName = 'model.json'
const maxBytes = 4 * 1024 * 1024

/** Reads and checks a model's directory. @throws ModelProblem that names the file and the field that is wrong. */
export async function readManifest(dir: string): Promise<ModelManifest> {
  const path = join(dir, fileName)
  const model = checkShape(parse(await readText(path), path), path)
  checkMeaning(model, path)
  const { detector, classifier } = model
  return {
    ...model,
    path,
    detectorPaths: await existing(dir, detector.files, path, 'detector.files'),
    classifierPaths: classifier && (await existing(dir, classifier.files, path, 'classifier.files')),
  }
}

/** The precisions that make a difference: int8 where at least one network has such a file. */
export function precisionsOf({ detectorPaths, classifierPaths }: ModelManifest): Precision[] {
  return precisions.filter((precision) => detectorPaths[precision] !== null || !!classifierPaths?.[precision])
}

/** What clients are told of a model: its classes, without readings and "not a sign". */
export function modelInfoOf(model: ModelManifest): ModelInfo {
  const labels = classesOf(model).map(signClassOf)
  return { name: model.name, version: model.version, title: model.title, licence: model.licence, labels }
}

/** The labels that are classes of signs. */
export function classesOf({ labels, classifier }: ModelManifest): ModelLabel[] {
  return labels.filter(({ code, reading_of }) => reading_of === undefined && code !== classifier?.not_a_sign)
}

/** A label in the words of the wire. A reading goes by its class's code, so that filters by class find it, and its own name. */
export function signClassOf(label: ModelLabel): SignClass {
  return {
    class_code: label.reading_of ?? label.code,
    class_name: label.name,
    class_name_en: label.name_en,
    category: label.category,
  }
}

/** Where a label stands in the classifier's output, or among the detector's classes. */
export function labelIndex(model: ModelManifest, code: string): number {
  return model.labels.findIndex((label) => label.code === code)
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await fileAt(path)
    if (size > maxBytes) throw new Error(`it has ${size} bytes, and ${maxBytes} at most are read`)
    return await readFile(path, 'utf8')
  } catch (cause) {
    const reason = reasonOf(cause)
    const sentence = { en: `the model's description cannot be read: ${reason}`, zh: `无法读取模型说明文件：${reason}` }
    throw new ModelProblem(path, null, sentence, { cause })
  }
}

/** @throws Error where there is none, or a pipe or device, which would be read without end. */
async function fileAt(path: string): Promise<Stats> {
  const stats = await stat(path)
  if (!stats.isFile()) throw new Error('it is not a file')
  return stats
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    const reason = reasonOf(cause)
    throw new ModelProblem(path, null, { en: `is not JSON: ${reason}`, zh: `不是 JSON：${reason}` }, { cause })
  }
}

function checkShape(value: unknown, path: string): ModelFile {
  const filled = Value.Default(ModelFile, value)
  if (Value.Check(ModelFile, filled)) return filled
  const errors = [...Value.Errors(ModelFile, filled)]
  // An unknown field is a typing error, and the reason why something else seems to be missing.
  const unknown = errors.find(({ keyword }) => keyword === 'boolean')
  const problem = unknown ?? deepest(errors)
  const field = problem?.instancePath.slice(1).replaceAll('/', '.') || null
  throw new ModelProblem(path, field, sentenceOf(problem))
}

type SchemaError = ReturnType<typeof Value.Errors>[number]

/** Of the alternatives that a value fits none of, the one that it comes nearest to fails deepest inside. */
function deepest(errors: SchemaError[]): SchemaError | undefined {
  const depth = ({ instancePath }: SchemaError) => instancePath.split('/').length
  const isNull = ({ keyword, message }: SchemaError) => keyword === 'type' && message.endsWith('null')
  const meant = errors.filter((error) => !isNull(error))
  return meant.toSorted((a, b) => depth(b) - depth(a))[0]
}

function sentenceOf(problem: SchemaError | undefined): { en: string; zh: string } {
  if (problem === undefined) return { en: 'is not as expected', zh: '内容不符合要求' }
  if (problem.keyword === 'boolean') return { en: 'is no known field', zh: '是未知的字段' }
  if (problem.instancePath === '/detector/decoder') {
    const known = decoderNames.join(', ')
    return { en: `is no known decoder; there are ${known}`, zh: `是未知的解码器；可用的有 ${known}` }
  }
  if (problem.keyword === 'pattern') {
    return { en: 'must be a plain file name in the same directory', zh: '必须是同一目录中的文件名，不含路径' }
  }
  if (problem.keyword === 'const' || problem.keyword === 'enum') return mustBe(allowedBy(problem))
  return { en: problem.message, zh: Locale.zh_Hans(problem) }
}

function allowedBy({ keyword, params }: Extract<SchemaError, { keyword: 'const' | 'enum' }>): unknown[] {
  return keyword === 'const' ? [params.allowedValue] : params.allowedValues
}

function mustBe(allowed: unknown[]): { en: string; zh: string } {
  const values = allowed.map((value) => JSON.stringify(value)).join(' | ')
  return { en: `must be ${values}`, zh: `必须是 ${values}` }
}

async function existing(dir: string, files: ModelFiles, manifestPath: string, field: string): Promise<NetworkPaths> {
  for (const precision of precisions) {
    const file = files[precision]
    if (file === undefined) continue
    const path = join(dir, file)
    await Promise.all([fileAt(path), access(path, constants.R_OK)]).catch((cause) => {
      const sentence = { en: `the file ${path} cannot be read`, zh: `无法读取文件 ${path}` }
      throw new ModelProblem(manifestPath, `${field}.${precision}`, sentence, { cause })
    })
  }
  return { fp32: join(dir, files.fp32), int8: files.int8 === undefined ? null : join(dir, files.int8) }
}
