import { Compile } from 'typebox/compile'
import { DetectionOptions, DetectionType, fieldProblems } from '../contract/index.ts'
import { AppError } from '../errors.ts'

const checkOptions = Compile(DetectionOptions)
const checkType = Compile(DetectionType)

export interface DetectionForm {
  /** Null: as the files are. */
  detectionType: DetectionType | null
  options: DetectionOptions
}

/**
 * The fields of a multipart form, which are all text, as detection options: one field per option, or all of them as
 * JSON in a field `options`.
 * @throws INVALID_OPTION naming each wrong field
 */
export function parseDetectionForm(fields: Record<string, string>): DetectionForm {
  const { detection_type: detectionType, options: json, ...single } = fields
  const options = { ...(json === undefined ? {} : parseJson(json)), ...parseFields(single) }
  const problems = fieldProblems(checkOptions.Errors(options))
  if (detectionType !== undefined && !checkType.Check(detectionType)) {
    problems.push(...fieldProblems(checkType.Errors(detectionType), 'detection_type').slice(0, 1))
  }
  if (problems.length > 0) throw new AppError('INVALID_OPTION', {}, { fields: problems })
  return { detectionType: (detectionType as DetectionType | undefined) ?? null, options: options as DetectionOptions }
}

/** Text that says no number or truth value stays text, for the schema to refuse. */
function parseFields(fields: Record<string, string>): object {
  const parse = (text: string) => {
    if (text === 'true' || text === 'false') return text === 'true'
    const number = text.trim() === '' ? Number.NaN : Number(text)
    return Number.isFinite(number) ? number : text
  }
  return Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, parse(text)]))
}

function parseJson(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {}
  const field = { field: 'options', expected: 'a JSON object', expected_zh: '应为 JSON 对象' }
  throw new AppError('INVALID_OPTION', {}, { fields: [field] })
}
