import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { LabelError } from './label-set.ts'

/** @throws LabelError where the text is not JSON. */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new LabelError(file, null, { 'zh-CN': `不是 JSON：${reason}`, en: `is not JSON: ${reason}` }, { cause })
  }
}

/** @throws LabelError that names the first field that is not as the schema says. */
export function checkJson<T extends TSchema>(schema: T, value: unknown, file: string): Static<T> {
  if (Value.Check(schema, value)) return value
  const [problem] = Value.Errors(schema, value)
  const message = problem?.message ?? 'is not as expected'
  const field = fieldOf(problem?.instancePath ?? '')
  throw new LabelError(file, field, { 'zh-CN': `不符合格式：${message}`, en: message })
}

/** A JSON pointer as people write it: `/images/0/file_name` → `images[0].file_name`; null: the whole. */
function fieldOf(pointer: string): string | null {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  const path = steps.map((step) => (/^\d+$/.test(step) ? `[${step}]` : `.${step}`)).join('')
  return path === '' ? null : path.replace(/^\./, '')
}
