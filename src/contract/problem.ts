import { type Static, Type } from 'typebox'

/** One field of the request that is not as it must be. */
export const FieldProblem = Type.Object({
  field: Type.String({ description: 'A path such as options.mode, or the name of a header or file part' }),
  expected: Type.String(),
  expected_zh: Type.Optional(Type.String()),
})
export type FieldProblem = Static<typeof FieldProblem>

/** RFC 9457 problem details; every REST error has this shape. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'In the language of the request' }),
    detail_en: Type.String(),
    code: Type.String({ description: 'Stable; what programs should look at' }),
    errors: Type.Optional(Type.Array(FieldProblem)),
    retry_available: Type.Boolean(),
    log_id: Type.Optional(Type.String({ description: 'Finds the entry in the server log' })),
  },
  { additionalProperties: true },
)
export type Problem = Static<typeof Problem>

/** What Ajv and TypeBox alike say of a value that does not fit its schema. */
export interface SchemaError {
  keyword: string
  instancePath: string
  params?: object
  message?: string
}

/**
 * Schema errors as sentences about fields, one per field.
 * @param root what the paths begin with, such as `body` or `payload`; '' for none.
 */
export function fieldProblems(errors: Iterable<SchemaError>, root = ''): FieldProblem[] {
  const byField = new Map<string, FieldProblem>()
  for (const error of errors) {
    const problem = fieldProblem(error, root)
    if (!byField.has(problem.field)) byField.set(problem.field, problem)
  }
  return [...byField.values()]
}

function fieldProblem({ keyword, instancePath, params, message }: SchemaError, root: string): FieldProblem {
  const details = (params ?? {}) as Record<string, unknown>
  const path = [root, ...instancePath.split('/').slice(1)].filter((part) => part !== '')
  const inner = (name: unknown) => [...path, String(Array.isArray(name) ? name[0] : name)].join('.')
  const field = path.join('.') || 'body'
  const allowed = Array.isArray(details.allowedValues)
    ? details.allowedValues.join(', ')
    : String(details.allowedValue ?? '')
  switch (keyword) {
    case 'required':
      return {
        field: inner(details.requiredProperties ?? details.missingProperty),
        expected: 'required',
        expected_zh: '必填',
      }
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const name = details.additionalProperties ?? details.additionalProperty ?? details.unevaluatedProperties
      return { field: inner(name), expected: 'no such field', expected_zh: '没有这个字段' }
    }
    case 'type':
      return { field, expected: `must be of type ${details.type}`, expected_zh: `类型应为 ${details.type}` }
    case 'enum':
    case 'const':
      return { field, expected: `must be one of: ${allowed}`, expected_zh: `应为以下之一：${allowed}` }
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return {
        field,
        expected: `must be ${details.comparison} ${details.limit}`,
        expected_zh: `应 ${details.comparison} ${details.limit}`,
      }
    case 'minLength':
      return {
        field,
        expected: `must have at least ${details.limit} characters`,
        expected_zh: `至少 ${details.limit} 个字符`,
      }
    case 'maxLength':
      return {
        field,
        expected: `must have at most ${details.limit} characters`,
        expected_zh: `最多 ${details.limit} 个字符`,
      }
    case 'minItems':
      return { field, expected: `must have at least ${details.limit} items`, expected_zh: `至少 ${details.limit} 项` }
    case 'maxItems':
      return { field, expected: `must have at most ${details.limit} items`, expected_zh: `最多 ${details.limit} 项` }
    case 'uniqueItems':
      return { field, expected: 'must have each item once', expected_zh: '不能有重复项' }
    case 'pattern':
      return { field, expected: `must match ${details.pattern}`, expected_zh: `应符合格式 ${details.pattern}` }
    case 'format':
      return { field, expected: `must be a ${details.format}`, expected_zh: `格式应为 ${details.format}` }
    default:
      return { field, expected: message ?? 'is not valid', expected_zh: message ?? '无效' }
  }
}
