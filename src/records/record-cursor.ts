import type { RecordOrder } from '../contract/index.ts'
import { AppError } from '../errors.ts'
import type { RecordPlace } from './record-order.ts'

const MAX_ID = 2147483647

/** Where a page ended, as an opaque string. */
export function encodeRecordCursor(order: RecordOrder, { id, value }: RecordPlace): string {
  return Buffer.from(`${order}:${id}:${value ?? ''}`).toString('base64url')
}

/** @throws INVALID_CURSOR for anything that is not a cursor of ours, or one of another order. */
export function decodeRecordCursor(order: RecordOrder, cursor: string): RecordPlace {
  const match = /^([a-z_]+):(\d{1,10}):([\d.e-]*)$/.exec(Buffer.from(cursor, 'base64url').toString())
  const [id, value] = [Number(match?.[2]), match?.[3] ? Number(match[3]) : null]
  if (match?.[1] !== order || id > MAX_ID || !fits(order, value)) throw new AppError('INVALID_CURSOR')
  return { id, value }
}

function fits(order: RecordOrder, value: number | null): boolean {
  if (order === 'most_signs') return Number.isInteger(value) && Number(value) <= MAX_ID
  return value === null || (order === 'least_confident' && value >= 0 && value <= 1)
}
