import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { type ModelInfo, SignCategory, type SignClass } from '../contract/index.ts'

const Share = Type.Number({ minimum: 0, maximum: 1 })
const Pixels = Type.Integer({ minimum: 1, maximum: 16384 })
const Name = Type.String({ minLength: 1, maxLength: 200 })
const strict = { additionalProperties: false }

const TensorInput = {
  name: Name,
  layout: Type.Literal('NHWC'),
  dtype: Type.Literal('uint8'),
}

const Detector = Type.Object(
  {
    file: Name,
    input: Type.Object(
      {
        ...TensorInput,
        channel_order: Type.Literal('RGB'),
        size_multiple: Pixels,
        pad_value: Type.Integer({ minimum: 0, maximum: 255 }),
      },
      strict,
    ),
    decoder: Type.Literal('hz-anchor-free'),
    outputs: Type.Object({ categories: Name, distances: Name }, strict),
    strides: Type.Array(Pixels, { minItems: 1 }),
    /** What each category of the output means on the wire. */
    categories: Type.Array(SignCategory, { minItems: 1 }),
    long_side: Type.Object({ fast: Pixels, balanced: Pixels, accurate: Pixels, max: Pixels }, strict),
    max_upscale: Type.Number({ minimum: 0.1, maximum: 16 }),
    /** A second look at a small input, for signs so near that they outgrow the first: only boxes of `min_side` there count. */
    close_up: Type.Object({ long_side: Pixels, min_side: Pixels }, strict),
    tiles: Type.Object({ size: Pixels, overlap: Share, max_long_side: Pixels }, strict),
    score_floor: Share,
    iou_threshold: Share,
    merge_iou_threshold: Share,
    merge_ios_threshold: Share,
    max_candidates: Type.Integer({ minimum: 1 }),
    max_detections: Type.Integer({ minimum: 1 }),
  },
  strict,
)

const Classifier = Type.Object(
  {
    file: Name,
    input: Type.Object({ ...TensorInput, channel_order: Type.Enum(['RGB', 'BGR']), size: Pixels }, strict),
    output: Name,
    /** By how much of its size a box grows on each side before it is cut out. */
    margin: Share,
    max_batch: Type.Integer({ minimum: 1, maximum: 1024 }),
    /** The code of the label that means a false alarm. */
    not_a_sign: Name,
    rescoring: Type.Literal('sqrt-sign-probability'),
    /** Below it the sign gets its category's fallback label instead of a wrong name. */
    min_label_probability: Share,
    fallback: Type.Object({ prohibitory: Name, mandatory: Name, warning: Name, other: Name }, strict),
  },
  strict,
)

const Label = Type.Object({ code: Name, name: Name, name_en: Name, category: SignCategory }, strict)

const ModelFile = Type.Object(
  {
    format: Type.Literal('hzsystem-model/1'),
    name: Name,
    version: Name,
    title: Name,
    licence: Type.Union([Type.String(), Type.Null()]),
    detector: Detector,
    classifier: Classifier,
    /** In the order of the classifier's output. */
    labels: Type.Array(Label, { minItems: 2 }),
  },
  strict,
)

/** model.json as it is, with the paths of its weights. */
export interface ModelManifest extends Static<typeof ModelFile> {
  detectorPath: string
  classifierPath: string
}

const fileName = 'model.json'

/** Reads and checks a model's directory. @throws Error whose message names the file and the field that is wrong. */
export async function readManifest(dir: string): Promise<ModelManifest> {
  const path = join(dir, fileName)
  const model = check(parse(await readText(path), path), path)
  checkLabels(model, path)
  const detectorPath = await existing(dir, model.detector.file, path, 'detector.file')
  const classifierPath = await existing(dir, model.classifier.file, path, 'classifier.file')
  return { ...model, detectorPath, classifierPath }
}

/** What clients are told of a model: its labels without "not a sign". */
export function modelInfoOf(model: ModelManifest): ModelInfo {
  const labels = model.labels.filter(({ code }) => code !== model.classifier.not_a_sign).map(signClassOf)
  return { name: model.name, version: model.version, title: model.title, licence: model.licence, labels }
}

/** A label in the words of the wire. */
export function signClassOf(label: Static<typeof Label>): SignClass {
  return { class_code: label.code, class_name: label.name, class_name_en: label.name_en, category: label.category }
}

/** Where a label stands in the classifier's output. */
export function labelIndex(model: ModelManifest, code: string): number {
  return model.labels.findIndex((label) => label.code === code)
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new Error(`The model's description ${path} cannot be read: ${reasonOf(cause)}`, { cause })
  }
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error(`${path} is not JSON: ${reasonOf(cause)}`, { cause })
  }
}

function check(value: unknown, path: string): Static<typeof ModelFile> {
  if (Value.Check(ModelFile, value)) return value
  const [problem] = Value.Errors(ModelFile, value)
  const field = problem?.instancePath.slice(1).replaceAll('/', '.') || 'the whole file'
  throw new Error(`${path}: ${field}: ${problem?.message ?? 'is not as expected'}`)
}

function checkLabels(model: Static<typeof ModelFile>, path: string): void {
  const codes = model.labels.map(({ code }) => code)
  const twice = codes.find((code, i) => codes.indexOf(code) !== i)
  if (twice !== undefined) throw new Error(`${path}: labels: the code ${twice} appears twice`)
  const named = { not_a_sign: model.classifier.not_a_sign, ...model.classifier.fallback }
  for (const [field, code] of Object.entries(named)) {
    if (!codes.includes(code)) throw new Error(`${path}: classifier: ${field}: there is no label ${code}`)
  }
}

async function existing(dir: string, file: string, manifestPath: string, field: string): Promise<string> {
  const path = join(dir, file)
  try {
    await access(path)
  } catch (cause) {
    throw new Error(`${manifestPath}: ${field}: the file ${path} cannot be read`, { cause })
  }
  return path
}

function reasonOf(err: unknown): string {
  return err instanceof Error ? err.message : String(err)
}
