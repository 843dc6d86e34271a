import { AppError } from '../errors.ts'

/** Where a page ended, as an opaque string. */
export function encodeRecordCursor(recordId: number): string {
  return Buffer.from(`r${recordId}`).toString('base64url')
}

/** @throws INVALID_CURSOR for anything that is not a cursor of ours. */
export function decodeRecordCursor(cursor: string): number {
  const match = /^r(\d{1,10})$/.exec(Buffer.from(cursor, 'base64url').toString())
  if (match === null || Number(match[1]) > 2147483647) throw new AppError('INVALID_CURSOR')
  return Number(match[1])
}
