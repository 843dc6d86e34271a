import type { FieldProblem, NewNotification } from '../contract/index.ts'
import { AppError } from '../errors.ts'

/** When a notification is to be shown. */
export interface Schedule {
  startsAt: Date
  expiresAt: Date | null
}

/**
 * What the schema cannot check. A start in the past is a start now.
 * @throws INVALID_REQUEST naming `starts_at` or `expires_at`
 */
export function scheduleOf({ starts_at, expires_at }: NewNotification, now: number): Schedule {
  const asked = starts_at === undefined ? now : timeOf('starts_at', starts_at)
  const startsAt = Math.max(asked, now)
  if (expires_at === undefined || expires_at === null) return { startsAt: new Date(startsAt), expiresAt: null }
  const expiresAt = timeOf('expires_at', expires_at)
  if (expiresAt <= now)
    throw invalid({ field: 'expires_at', expected: 'a time in the future', expected_zh: '应晚于现在' })
  if (expiresAt <= startsAt)
    throw invalid({ field: 'expires_at', expected: 'a time after starts_at', expected_zh: '应晚于发布时间 starts_at' })
  return { startsAt: new Date(startsAt), expiresAt: new Date(expiresAt) }
}

export function invalid(problem: FieldProblem): AppError {
  const text = `${problem.field} must be ${problem.expected}`
  return new AppError('INVALID_REQUEST', { problem: text }, { fields: [problem] })
}

/** The format allows 23:59:60, which no Date holds, and years that columns do not. */
function timeOf(field: string, text: string): number {
  const time = Date.parse(text)
  if (Number.isNaN(time) || time < 0)
    throw invalid({ field, expected: 'an RFC 3339 time since 1970', expected_zh: '应为 1970 年以后的 RFC 3339 时间' })
  return time
}
