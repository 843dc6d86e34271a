import type { CountsQuery, DetectionType, ReviewState, SignCategory } from '../contract/index.ts'
import { AppError } from '../errors.ts'
import { hasRole, type Principal } from '../users/principal.ts'

/** What a query asks for, within what the asker may see. */
export interface RecordFilters {
  /** Null: everybody's. */
  userId: number | null
  from: Date | null
  to: Date | null
  detectionType: DetectionType | null
  fileName: string | null
  /** Empty: any class. */
  classCodes: string[]
  category: SignCategory | null
  minConfidence: number | null
  maxConfidence: number | null
  review: ReviewState | null
  /** Records made after this one are left out. */
  newestId: number | null
  /** Null: any; otherwise not empty. */
  recordIds: number[] | null
}

/**
 * @throws PERMISSION_DENIED when a user asks for somebody else's records
 * @throws INVALID_REQUEST naming the field
 */
export function filtersOf(principal: Principal, query: CountsQuery): RecordFilters {
  return {
    userId: visibleUser(principal, query.user_id ?? null),
    from: timeOf('from', query.from),
    to: timeOf('to', query.to),
    detectionType: query.detection_type ?? null,
    fileName: query.file_name || null,
    classCodes: codesOf(query.class ?? ''),
    category: query.category ?? null,
    minConfidence: query.min_confidence ?? null,
    maxConfidence: query.max_confidence ?? null,
    review: query.review ?? null,
    newestId: null,
    recordIds: null,
  }
}

export function filtersSigns(filters: RecordFilters): boolean {
  return (
    filters.classCodes.length > 0 ||
    filters.category !== null ||
    filters.minConfidence !== null ||
    filters.maxConfidence !== null
  )
}

function visibleUser(principal: Principal, asked: number | null): number | null {
  if (hasRole(principal, 'analyst')) return asked
  if (asked !== null && asked !== principal.userId) throw new AppError('PERMISSION_DENIED', { needed: 'analyst' })
  return principal.userId
}

/** The format allows 23:59:60, which no Date holds. */
function timeOf(field: string, text: string | undefined): Date | null {
  if (text === undefined) return null
  const time = new Date(text)
  if (!Number.isNaN(time.getTime())) return time
  const problem = { field, expected: 'an RFC 3339 time', expected_zh: '应为 RFC 3339 时间' }
  throw new AppError('INVALID_REQUEST', {}, { fields: [problem] })
}

function codesOf(list: string): string[] {
  const codes = list.split(',').map((code) => code.trim())
  return [...new Set(codes.filter((code) => code !== ''))]
}
